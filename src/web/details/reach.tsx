import { Check, LoaderCircle, X } from 'lucide-react'
import { useCallback, useEffect, useState, type ReactNode } from 'react'
import { countWords } from '../../view/count-words.ts'
import { failureWords } from '../../view/failure-words.ts'
import { pathMeaning, pathWords } from '../../view/presence-words.ts'
import {
  blockedReachWords,
  candidateWords,
  carrierOf,
  indirectOf,
  indirectWords,
  restWords,
  tookWords,
  wayWords,
} from '../../view/reach-words.ts'
import { refusalWords } from '../../view/refusal-words.ts'
import { agoWords, durationWords, untilWords } from '../../view/time-words.ts'
import type { AttemptView, Candidate, ReachView } from '../../view/reach-view.ts'
import type { Millis, PersonView } from '../../view/view.ts'
import { Button } from '../parts/button.tsx'
import { useKith, useNow, useStatus } from '../peer/context.ts'
import { nameOf } from '../peer/names.ts'

/** The peer is asked anew while this is on the screen. */
const ASK_STEP_MILLIS = 2_000
const ATTEMPTS_SHOWN = 6

/** “Why can't I reach them?”: what was tried, what failed with which error, and when it is tried again. */
export const Reach = ({ person }: { readonly person: PersonView }): ReactNode => {
  const { reach, trouble, tryNow } = useReach(person)
  const now = useNow(1_000)
  const [all, setAll] = useState(false)
  const here = person.presence.at === 'here'
  const name = nameOf(person)
  const attempts = reach?.attempts ?? []
  return (
    <section className="flex flex-col gap-3" aria-label="How they are reached">
      <h2 className="label-small">{here ? `How ${name} is reached` : `Why can’t I reach ${name}?`}</h2>
      {trouble === undefined ? null : <p className="text-small text-ember">{trouble}</p>}
      {reach === undefined ? null : person.standing === 'blocked' ? (
        <p className="text-small">{blockedReachWords({ name, waiting: reach.waiting })}</p>
      ) : (
        <>
          <Summary reach={reach} name={name} now={now} />
          <Candidates candidates={reach.candidates} />
          {attempts.length === 0 ? null : (
            <ol className="panel flex flex-col divide-y divide-line" aria-label="What was tried, newest first">
              {attempts.slice(0, all ? undefined : ATTEMPTS_SHOWN).map((attempt) => (
                <Attempt key={`${attempt.path} ${attempt.address} ${attempt.started}`} attempt={attempt} now={now} />
              ))}
            </ol>
          )}
          <div className="flex flex-wrap gap-2">
            {reach.next === undefined && here ? null : <Button onClick={tryNow}>Try now</Button>}
            {attempts.length > ATTEMPTS_SHOWN && !all ? (
              <Button onClick={() => setAll(true)}>Show all {attempts.length} attempts</Button>
            ) : null}
          </div>
        </>
      )}
    </section>
  )
}

type SummaryProps = { readonly reach: ReachView; readonly name: string; readonly now: Millis }

const Summary = ({ reach, name, now }: SummaryProps): ReactNode => {
  const waiting =
    reach.waiting === 0 ? null : (
      <p>
        {countWords(reach.waiting, 'message')} of yours {reach.waiting === 1 ? 'waits' : 'wait'} for {name} and{' '}
        {reach.waiting === 1 ? 'goes' : 'go'} out by {reach.waiting === 1 ? 'itself' : 'themselves'}.
      </p>
    )
  if (reach.link)
    return (
      <div className="flex flex-col gap-1 text-small">
        <Path link={reach.link} reach={reach} name={name} now={now} />
        {reach.next === undefined ? null : (
          <p className="text-soft">A direct way is looked for again {untilWords(reach.next, now)}.</p>
        )}
        {waiting}
      </div>
    )
  return (
    <div className="flex flex-col gap-1 text-small">
      <p>
        {reach.lastSeen === undefined
          ? `${name} was not seen yet.`
          : `${name} was last seen ${agoWords(reach.lastSeen, now)}.`}{' '}
        {reach.next === undefined ? restWords(reach) : 'Kith tries again by itself.'}
      </p>
      {reach.next === undefined ? null : <p className="font-semibold">Next attempt {untilWords(reach.next, now)}</p>}
      {waiting}
    </div>
  )
}

type PathProps = SummaryProps & { readonly link: NonNullable<ReachView['link']> }

/** The path in use, and why it is not a better one. */
const Path = ({ link, reach, name, now }: PathProps): ReactNode => {
  const status = useStatus()
  const why = indirectOf(reach, status)
  return (
    <>
      <p aria-live="polite">
        {why === undefined ? pathMeaning(link.path) : indirectWords(why, { name, server: carrierOf(reach) })}
      </p>
      <p className="text-soft">
        For {durationWords(now - link.since)}
        {link.address === '' || link.path === 'relayed' ? null : (
          <>
            , at <bdi className="font-mono text-tiny">{link.address}</bdi>
          </>
        )}
        {link.roundTrip === undefined ? null : `, there and back in ${tookWords(link.roundTrip)}`}
      </p>
    </>
  )
}

/** Where they may be reached directly. */
const Candidates = ({ candidates }: { readonly candidates: readonly Candidate[] }): ReactNode =>
  candidates.length === 0 ? null : (
    <details className="text-small">
      <summary className="cursor-pointer text-soft">
        {countWords(candidates.length, 'known address', 'known addresses')}
      </summary>
      <ul className="panel mt-2 flex flex-col divide-y divide-line" aria-label="Known addresses">
        {candidates.map((each) => (
          <li key={each.address} className="flex flex-wrap items-baseline justify-between gap-x-3 px-3.5 py-2">
            <bdi className="font-mono text-tiny break-all">{each.address}</bdi>
            <span className="text-tiny text-soft">{candidateWords(each)}</span>
          </li>
        ))}
      </ul>
    </details>
  )

const Attempt = ({ attempt, now }: { readonly attempt: AttemptView; readonly now: Millis }): ReactNode => {
  const { outcome } = attempt
  const words = outcome.at === 'failed' ? failureWords(outcome.failure) : undefined
  const way = wayWords(attempt.address)
  return (
    <li className="flex gap-3 px-3.5 py-2.5 text-small">
      <OutcomeIcon at={outcome.at} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-semibold">{capital(pathWords(attempt.path))}</span>
          <span className="text-tiny text-soft">{agoWords(attempt.started, now)}</span>
        </p>
        <p className={way.isAddress ? 'font-mono text-tiny break-all text-soft' : 'text-soft'}>{way.text}</p>
        {outcome.at === 'trying' ? <p>Trying</p> : null}
        {outcome.at === 'connected' ? <p>Connected after {tookWords(outcome.after)}</p> : null}
        {outcome.at === 'failed' && words ? (
          <>
            <p className="mt-0.5">{words.happened}</p>
            <p className="text-soft">{words.mend}</p>
            <p className="mt-0.5 font-mono text-tiny text-soft">
              {outcome.failure.detail}, after {tookWords(outcome.after)}
            </p>
          </>
        ) : null}
      </div>
    </li>
  )
}

const OutcomeIcon = ({ at }: { readonly at: AttemptView['outcome']['at'] }): ReactNode => {
  const [Icon, look, words] = OUTCOMES[at]
  return (
    <span className={`mt-0.5 flex-none ${look}`}>
      <Icon size={16} strokeWidth={2.2} aria-hidden />
      <span className="sr-only">{words}: </span>
    </span>
  )
}

const OUTCOMES = {
  trying: [LoaderCircle, 'text-soft', 'Trying'],
  connected: [Check, 'text-here', 'Worked'],
  failed: [X, 'text-ember', 'Failed'],
} as const

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const useReach = (person: PersonView) => {
  const kith = useKith()
  const [reach, setReach] = useState<ReachView>()
  const [trouble, setTrouble] = useState<string>()
  const ask = useCallback(async (): Promise<void> => {
    const answer = await kith.calls.reach({ person: person.id })
    if (answer.ok) setReach(answer.value)
    setTrouble(answer.ok ? undefined : refusalWords(answer.refusal))
  }, [kith, person.id])
  useEffect(() => {
    const first = setTimeout(() => void ask())
    const timer = setInterval(() => void ask(), ASK_STEP_MILLIS)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [ask])
  const tryNow = async (): Promise<void> => {
    const answer = await kith.calls.tryNow({ person: person.id })
    if (answer.ok) await ask()
    else setTrouble(refusalWords(answer.refusal))
  }
  return { reach, trouble, tryNow: () => void tryNow() }
}

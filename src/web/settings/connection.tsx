import { Check, Info } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { networkFacts, outlookWords, type NetworkFact } from '../../view/network-words.ts'
import { refusalWords } from '../../view/refusal-words.ts'
import { agoWords } from '../../view/time-words.ts'
import { Button } from '../parts/button.tsx'
import { useKith, useNow, useStatus } from '../peer/context.ts'
import { notify } from '../peer/store.ts'
import { Choice } from './choice.tsx'

/** What my network does to those who want to reach me. */
export const Connection = (): ReactNode => {
  const { network } = useStatus()
  const outlook = outlookWords(network)
  return (
    <section aria-label="Your connection" className="flex flex-col gap-2">
      <h2 className="label-small">Your connection</h2>
      <div className="panel flex flex-col divide-y divide-line">
        <Fact {...outlook} />
        {network.looked === undefined
          ? null
          : networkFacts(network).map((fact) => <Fact key={`${fact.what} ${fact.state}`} {...fact} />)}
        <Choice
          name="mapPorts"
          title="Let your router pass calls on"
          meaning="While Kith runs, it asks your router (by PCP, NAT-PMP or UPnP) to pass calls on to it. Only people who run Kith and prove who they are get an answer."
        />
      </div>
      <LookAgain />
    </section>
  )
}

type FactProps = Omit<NetworkFact, 'what'> & { readonly what?: string }

const Fact = ({ is, what, state, meaning }: FactProps): ReactNode => {
  const [Icon, look, words] = SIGNS[is]
  return (
    <div className="flex gap-3 px-4 py-3">
      <span className={`mt-0.5 flex-none ${look}`}>
        <Icon size={18} strokeWidth={2.2} aria-hidden />
        <span className="sr-only">{words}: </span>
      </span>
      <div className="min-w-0 flex-1">
        {what === undefined ? null : <p className="text-tiny text-soft">{what}</p>}
        <p className="font-semibold wrap-anywhere">{state}</p>
        <p className="text-small text-soft">{meaning}</p>
      </div>
    </div>
  )
}

const SIGNS = { good: [Check, 'text-here', 'Good'], odd: [Info, 'text-soft', 'Could be better'] } as const

/** Longer than servers have to answer. */
const LOOK_MILLIS_MAX = 8_000

const LookAgain = (): ReactNode => {
  const kith = useKith()
  const { network, servers } = useStatus()
  const now = useNow(1_000)
  const [asked, setAsked] = useState<number>()
  const isConnected = servers.some(({ at }) => at === 'connected')
  // What was asked for may come to nothing, when the server goes away meanwhile.
  const isLooking = asked !== undefined && asked > (network.looked ?? 0) && now - asked < LOOK_MILLIS_MAX
  const look = async (): Promise<void> => {
    setAsked(kith.now())
    const answer = await kith.calls.lookAgain()
    if (!answer.ok) notify(kith, refusalWords(answer.refusal))
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button disabled={!isConnected || isLooking} onClick={() => void look()}>
        Look again
      </Button>
      <p aria-live="polite" className="text-small text-soft">
        {isLooking
          ? 'Looking. This takes up to five seconds.'
          : network.looked === undefined
            ? 'Kith looks as soon as a server is connected.'
            : `Looked ${agoWords(network.looked, now)}.`}
      </p>
    </div>
  )
}

import { useRef, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { refusalWords } from '../../view/refusal-words.ts'
import type { InvitationOffer } from '../../view/invitation-view.ts'
import { Button } from '../parts/button.tsx'
import { Page } from '../parts/panel.tsx'
import { useAct, useKith } from '../peer/context.ts'
import { QrInput } from '../qr/qr-input.tsx'
import { PLACES, toJoining } from '../routes.ts'
import { linkIn } from './link-text.ts'
import { OfferCard } from './offer-card.tsx'

/** Accepts an invitation: it is pasted, scanned, or read from a picture, then shown before anything is done. */
export const JoinPage = (): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const { busy, act } = useAct()
  const { text, read, words, offer } = useExamined()
  const join = async (): Promise<void> => {
    const joined = await act(kith.calls.join({ link: linkIn(text) }))
    if (joined) go(toJoining(joined.joining))
  }
  return (
    <Page title="Join with an invitation" home={PLACES.home}>
      {offer ? (
        <OfferCard offer={offer} busy={busy} onJoin={() => void join()} onCancel={() => read('')} />
      ) : (
        <>
          <div className="flex flex-col gap-1.5">
            <label htmlFor="link" className="label-small">
              The invitation
            </label>
            <textarea
              id="link"
              rows={4}
              dir="ltr"
              spellCheck={false}
              autoComplete="off"
              placeholder="kith:…"
              className="field resize-none font-mono text-small! break-all"
              value={text}
              ref={focusField}
              aria-invalid={words !== undefined}
              aria-describedby="link-words"
              onChange={(event) => read(event.target.value)}
            />
            <p id="link-words" aria-live="polite" className={`text-small ${words ? 'text-ember' : 'text-soft'}`}>
              {words ?? 'Paste the link that you were given. You see who invites you before anything is sent.'}
            </p>
          </div>
          <QrInput onText={read} />
          <div>
            <Button onClick={() => go(PLACES.home)}>Not now</Button>
          </div>
        </>
      )}
    </Page>
  )
}

// The one field of a page that asks one thing.
const focusField = (field: HTMLTextAreaElement | null): void => field?.focus()

/** What the peer says of the text that was given last. */
const useExamined = () => {
  const kith = useKith()
  const [text, setText] = useState('')
  const [words, setWords] = useState<string>()
  const [offer, setOffer] = useState<InvitationOffer>()
  const latest = useRef('')
  const read = (next: string): void => {
    latest.current = next
    setText(next)
    setWords(undefined)
    setOffer(undefined)
    if (next.trim() === '') return
    void kith.calls.examine({ link: linkIn(next) }).then((answer) => {
      if (latest.current !== next) return
      setOffer(answer.ok ? answer.value : undefined)
      setWords(answer.ok ? undefined : refusalWords(answer.refusal))
    })
  }
  return { text, read, words, offer }
}

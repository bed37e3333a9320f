import { ShieldAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { Button } from '../parts/button.tsx'
import { useAct, useKith } from '../peer/context.ts'
import type { Talk } from '../peer/talk.ts'
import { toPanel } from '../routes.ts'
import { useVerifiedWords } from './use-verified-words.ts'

/** Before I write on: that the keys of somebody I verified changed, or that this is not the one I verified. */
export const TrustBanner = ({ conversation, person }: Talk & { kind: 'direct' }): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const { busy, act } = useAct()
  const { verified } = person
  const words = useVerifiedWords(person)
  if (verified.at !== 'changed' && verified.at !== 'lookalike') return null
  return (
    <section aria-label="A warning" className="notice-card" data-warning={verified.at}>
      <p className="flex items-start gap-2.5 text-small">
        <ShieldAlert size={18} aria-hidden className="mt-px flex-none text-ember" />
        <span>{words}</span>
      </p>
      {verified.at === 'changed' ? (
        <div className="flex flex-wrap gap-2">
          <Button look="main" onClick={() => go(toPanel(conversation.id, 'safety'))}>
            Compare again
          </Button>
          <Button disabled={busy} onClick={() => void act(kith.calls.unverify({ person: person.id }))}>
            Go on without the mark
          </Button>
        </div>
      ) : null}
    </section>
  )
}

import type { ReactNode } from 'react'
import { Button } from '../parts/button.tsx'
import { useKith } from '../peer/context.ts'
import { notify } from '../peer/store.ts'
import { leaveWords, useNotifying } from './choosing.ts'

/** Asked below the list once something came that nobody saw, until it was answered, and then never again. */
export const NotificationOffer = (): ReactNode => {
  const kith = useKith()
  const { choice, leave, missed, choose } = useNotifying()
  if (choice !== undefined || leave !== 'open' || !missed) return null
  const accept = async (): Promise<void> => {
    const words = leaveWords(await choose('who'))
    if (words !== undefined) notify(kith, words)
  }
  return (
    <section aria-label="Notifications" className="flex flex-col gap-2 border-t border-line px-4 py-3 text-small">
      <p>Something came while you looked elsewhere. Shall your system tell you who wrote?</p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void accept()}>Tell me</Button>
        <Button onClick={() => void choose('nothing')}>No</Button>
      </div>
    </section>
  )
}

import type { ReactNode } from 'react'
import { Button } from '../parts/button.tsx'
import { useKith } from '../peer/context.ts'
import { notify } from '../peer/store.ts'
import type { Talk } from '../peer/talk.ts'
import { useComposing } from './composing.ts'

/** In the place of the composer, where nothing can be said any more: what was written there before, to take along. */
export const LeftText = ({ talk }: { readonly talk: Talk }): ReactNode => {
  const kith = useKith()
  const { text, discard } = useComposing(talk.conversation)
  if (text.trim() === '') return null
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    notify(kith, 'The text is on the clipboard.')
  }
  return (
    <section aria-label="What you did not send" className="notice-card bg-sunk!">
      <h2 className="label-small">You wrote this and did not send it</h2>
      <p dir="auto" className="max-h-[30dvh] overflow-y-auto text-small break-words whitespace-pre-wrap select-text">
        {text}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy()}>Copy</Button>
        <Button look="danger" onClick={discard}>
          Discard
        </Button>
      </div>
    </section>
  )
}

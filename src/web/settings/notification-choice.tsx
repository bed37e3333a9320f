import type { ReactNode } from 'react'
import type { Choice } from '../notifications/choice.ts'
import { leaveWords, useNotifying } from '../notifications/choosing.ts'
import { Button } from '../parts/button.tsx'
import { Radios } from '../parts/radios.tsx'

const CHOICES: readonly (readonly [Choice, string])[] = [
  ['nothing', 'Not at all'],
  ['who', 'Who wrote'],
  ['words', 'Who wrote and what'],
]

const MEANINGS: Readonly<Record<Choice, string>> = {
  nothing: 'What comes while you look elsewhere is counted in the title of this window.',
  who: 'While you look elsewhere, your system shows who wrote, and how much. Of strangers it shows only that there is one.',
  words:
    'While you look elsewhere, your system shows who wrote, and the words. Others may see them on your screen, even while it is locked, and your system may keep them.',
}

/** What is told outside of the window. */
export const NotificationChoice = (): ReactNode => {
  const { choice = 'nothing', leave, choose } = useNotifying()
  const trouble = choice === 'nothing' ? undefined : leaveWords(leave)
  return (
    <section aria-label="Tell me about new messages" className="flex flex-col gap-2">
      <Radios
        legend="Tell me about new messages"
        value={choice}
        options={CHOICES}
        onChange={(next) => void choose(next)}
      />
      <div aria-live="polite" className="flex flex-col items-start gap-2 text-small">
        <p className="text-soft">
          {MEANINGS[choice]} Muted conversations are not told of. This holds for this browser.
        </p>
        {trouble === undefined ? null : <p className="text-ember">{trouble}</p>}
        {trouble !== undefined && leave === 'open' ? (
          <Button onClick={() => void choose(choice)}>Ask the browser again</Button>
        ) : null}
      </div>
    </section>
  )
}

import { useEffect, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { COMPOSER_ID } from '../composer/composer.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useKith } from '../peer/context.ts'
import { listsOf } from '../people/lists.ts'
import { SEARCH_ID } from '../people/search-box.tsx'
import { PLACES, toConversation } from '../routes.ts'
import { useLanding } from './landing.ts'

/** The keys that work everywhere, and the list of all keys behind `?`. */
export const Shortcuts = (): ReactNode => {
  const [open, setOpen] = useState(false)
  useLanding()
  useGlobalKeys(() => setOpen(true))
  return (
    <Sheet open={open} title="Keyboard shortcuts" wide onClose={() => setOpen(false)}>
      {KEYS.map(([title, keys]) => (
        <section key={title}>
          <h3 className="label-small pb-1">{title}</h3>
          <dl className="flex flex-col gap-1.5">
            {keys.map(([key, what]) => (
              <div key={what} className="flex items-baseline justify-between gap-4">
                <dt>{what}</dt>
                <dd className="flex flex-none gap-1">
                  {key.split(' ').map((each) => (
                    <kbd key={each} className="key">
                      {each}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Sheet>
  )
}

type Keys = readonly (readonly [string, string])[]

const KEYS: readonly (readonly [string, Keys])[] = [
  [
    'Everywhere',
    [
      ['/', 'Search people and messages'],
      ['Alt ↑', 'The conversation above'],
      ['Alt ↓', 'The conversation below'],
      ['Esc', 'Back to writing'],
      ['?', 'This list'],
    ],
  ],
  [
    'While writing',
    [
      ['Enter', 'Send'],
      ['Shift Enter', 'New line'],
      ['↑', 'Change my last message, when the field is empty'],
      ['Esc', 'Stop answering or changing'],
      ['Shift Tab', 'Go to the messages'],
    ],
  ],
  [
    'On a message',
    [
      ['↑ ↓', 'Move between messages'],
      ['Enter', 'Open its menu'],
      ['R', 'Reply'],
      ['+', 'React'],
      ['C', 'Copy its text'],
      ['E', 'Change it, if it is mine'],
      ['W', 'See who has it, if it is mine and in a group'],
      ['Del', 'Delete it, if it is mine'],
    ],
  ],
]

const useGlobalKeys = (showList: () => void): void => {
  const kith = useKith()
  const [location, go] = useLocation()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { mirror } = kith.getState()
      if (event.defaultPrevented || mirror === undefined) return
      if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        const { requests, talks } = listsOf(mirror)
        const ids = [...requests, ...talks].map(({ conversation }) => conversation.id)
        const here = ids.findIndex((id) => location.startsWith(toConversation(id)))
        const next = here === -1 ? ids[0] : ids[here + (event.key === 'ArrowUp' ? -1 : 1)]
        if (next !== undefined) go(toConversation(next))
        return event.preventDefault()
      }
      if (event.altKey || event.ctrlKey || event.metaKey || isWriting(event.target)) return
      if (event.key === '?') showList()
      else if (event.key === '/') document.getElementById(SEARCH_ID)?.focus()
      else if (event.key === 'Escape' && !location.startsWith('/with/')) go(PLACES.home)
      else if (event.key === 'Escape') leavePanel(location, go)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [kith, location, go, showList])
}

/** Back to writing; what stands in the place of the conversation is left for it. */
const leavePanel = (location: string, go: (place: string) => void): void => {
  const field = document.getElementById(COMPOSER_ID)
  if (field?.checkVisibility() === true) return field.focus()
  const [conversation] = /^\/with\/[^/]+/.exec(location) ?? []
  if (conversation !== undefined && conversation !== location) go(conversation)
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, [role=dialog], [role=menu]') !== null

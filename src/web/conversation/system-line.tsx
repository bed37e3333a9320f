import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { lineWords } from '../../view/line-words.ts'
import { clockWords } from '../../view/time-words.ts'
import type { LineView } from '../../view/view.ts'
import { Button } from '../parts/button.tsx'
import { useConversation, useMirror } from '../peer/context.ts'
import { isolated, nameIn } from '../peer/names.ts'
import { toConversation } from '../routes.ts'

type SystemLineProps = { readonly line: LineView; readonly active: boolean; onFocusRow(line: string): void }

/** What happened to the conversation, between the messages. */
export const SystemLine = ({ line, active, onFocusRow }: SystemLineProps): ReactNode => {
  const words = useMirror((mirror) =>
    line.kind === 'message'
      ? ''
      : lineWords(withIsolated(line), (person) => ({
          name: nameIn(mirror, person),
          mine: person === mirror.status.me?.id,
        })),
  )
  if (line.kind === 'message') return null
  return (
    <div
      data-line={line.id}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rows are walked with the arrow keys
      tabIndex={active ? 0 : -1}
      onFocus={() => onFocusRow(line.id)}
      className={`mx-auto my-1 flex w-fit overflow-clip max-w-120 flex-col items-center gap-2 rounded-xl px-3 py-1 text-center text-small text-balance ${isSerious(line) ? 'bg-ember-wash text-ink' : 'text-soft'}`}
    >
      <p>
        {words}
        <span className="sr-only">, {clockWords(line.at)}</span>
      </p>
      {line.kind === 'introduced' ? <OpenGroup group={line.group} /> : null}
    </div>
  )
}

/** The line with the names and titles that it holds itself marked off, as the names of people are. */
const withIsolated = (line: SystemLineView): SystemLineView => {
  if (line.kind === 'renamed') return { ...line, from: isolated(line.from), to: isolated(line.to) }
  if (line.kind === 'introduced') return { ...line, title: isolated(line.title) }
  if (line.kind !== 'change' || !('title' in line.change)) return line
  return { ...line, change: { ...line.change, title: isolated(line.change.title) } }
}

type SystemLineView = Exclude<LineView, { readonly kind: 'message' }>

const isSerious = ({ kind }: LineView): boolean => SERIOUS.has(kind)

const SERIOUS: ReadonlySet<LineView['kind']> = new Set(['forked', 'gap', 'sealed', 'split', 'device'])

const OpenGroup = ({ group }: { readonly group: string }): ReactNode => {
  const [, go] = useLocation()
  const known = useConversation(group) !== undefined
  return known ? (
    <Button className="mb-1" onClick={() => go(toConversation(group))}>
      Open the group
    </Button>
  ) : null
}

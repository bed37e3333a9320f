import type { ReactNode } from 'react'
import type { LineView, Reaction } from '../../view/view.ts'
import { useNames, useStatus } from '../peer/context.ts'

type ReactionsProps = {
  readonly line: LineView & { kind: 'message' }
  onReact(emoji: string, on: boolean): void
}

/** Beyond these kinds the rest is a number: a stranger must not fill the screen with them. */
const REACTIONS_SHOWN_MAX = 12

/** Under the bubble, each with who it is from; a click joins in or takes mine back. */
export const Reactions = ({ line, onReact }: ReactionsProps): ReactNode => {
  const own = useStatus().me?.id ?? ''
  if (line.reactions.length === 0) return null
  const rest = line.reactions.length - REACTIONS_SHOWN_MAX
  return (
    <div className={`z-1 -mt-1.5 flex flex-wrap gap-1 px-2 ${line.mine ? 'justify-end' : ''}`}>
      {line.reactions.slice(0, REACTIONS_SHOWN_MAX).map((reaction) => (
        <ReactionChip key={reaction.emoji} reaction={reaction} mine={reaction.people.includes(own)} onReact={onReact} />
      ))}
      {rest > 0 ? <span className="text-tiny text-soft">and {rest} more</span> : null}
    </div>
  )
}

/** Beyond these names the rest is a number. */
const NAMES_SHOWN_MAX = 8

type ReactionChipProps = {
  readonly reaction: Reaction
  readonly mine: boolean
  onReact(emoji: string, on: boolean): void
}

const ReactionChip = ({ reaction: { emoji, people }, mine, onReact }: ReactionChipProps): ReactNode => {
  const names = useNames(people.slice(0, NAMES_SHOWN_MAX)).map((name) => (name === 'You' ? 'you' : name))
  const rest = people.length - names.length
  const who = (rest > 0 ? [...names, `${rest} more`] : names).join(' and ')
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-pressed={mine}
      aria-label={`${emoji}${people.length > 1 ? ` ${people.length}` : ''} from ${who}`}
      title={`From ${who}`}
      className={`flex h-6.5 items-center gap-1 rounded-full border px-1.5 text-small ${mine ? 'border-pine bg-pine-wash' : 'border-line bg-card'}`}
      onClick={() => onReact(emoji, !mine)}
    >
      <span className="max-w-24 truncate">{emoji}</span>
      {people.length > 1 ? <span className="text-tiny text-soft">{people.length}</span> : null}
    </button>
  )
}

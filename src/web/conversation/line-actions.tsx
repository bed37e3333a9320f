import { Menu } from '@base-ui/react/menu'
import { Copy, MoreHorizontal, Pencil, Reply, Send, Trash2, type LucideIcon } from 'lucide-react'
import { useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Result } from '../../core/bytes/result.ts'
import type { Refusal } from '../../view/calls.ts'
import { refusalWords } from '../../view/refusal-words.ts'
import type { LineView } from '../../view/view.ts'
import { IconButton } from '../parts/button.tsx'
import { useKith, useStatus } from '../peer/context.ts'
import { notify } from '../peer/store.ts'
import type { Intent } from '../composer/intent.ts'
import { ConfirmDelete } from './confirm-delete.tsx'
import { ReactionPicker } from './reaction-picker.tsx'

type Message = LineView & { kind: 'message' }

type Open = 'menu' | 'reactions' | 'delete' | 'where'

type Actions = {
  readonly open: Open | undefined
  setOpen(open: Open): void
  /** Closes what is open if it is this: choosing from a menu may have opened something else before the menu is gone. */
  close(what: Open): void
  unsay(): void
  readonly list: readonly Action[]
  react(emoji: string, on: boolean): void
  /** True when the key meant something to this message. */
  onKey(event: KeyboardEvent): boolean
}

type Action = { readonly label: string; readonly key: string; readonly icon: LucideIcon; do(): void }

type LineActionsInput = {
  readonly row: { readonly line: LineView }
  readonly talk: { readonly conversation: string; readonly kind: 'direct' | 'group' }
  onIntent(intent: Intent): void
}

/** What can be done with a line, by menu and by key alike. */
export const useLineActions = ({ row: { line }, talk, onIntent }: LineActionsInput): Actions => {
  const kith = useKith()
  const { conversation } = talk
  const [open, setOpen] = useState<Open>()
  const told = async (answer: Promise<Result<unknown, Refusal>>): Promise<void> => {
    const { ok, ...rest } = await answer
    if (!ok && 'refusal' in rest) notify(kith, refusalWords(rest.refusal))
  }
  const close = (what: Open): void => setOpen((now) => (now === what ? undefined : now))
  const react = (emoji: string, on: boolean): void => {
    setOpen(undefined)
    void told(kith.calls.react({ conversation, line: line.id, emoji, on }))
  }
  const unsay = (): void => void told(kith.calls.unsay({ conversation, line: line.id }))
  const list =
    line.kind === 'message'
      ? actionsOf(line, {
          onIntent,
          askToDelete: () => setOpen('delete'),
          ...(talk.kind === 'group' ? { showWhere: () => setOpen('where') } : {}),
        })
      : []
  const onKey = ({ key, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean => {
    if (altKey || ctrlKey || metaKey || line.kind !== 'message') return false
    if (key === 'Enter' || key === ' ' || key === 'ContextMenu') setOpen('menu')
    else if (key === '+') setOpen('reactions')
    else {
      const action = list.find((each) => each.key === key.toLowerCase())
      action?.do()
      return action !== undefined
    }
    return true
  }
  return { open, setOpen, close, unsay, list, react, onKey }
}

type Ways = { onIntent(intent: Intent): void; askToDelete(): void; showWhere?(): void }

const actionsOf = (line: Message, { onIntent, askToDelete, showWhere }: Ways): readonly Action[] => [
  { label: 'Reply', key: 'r', icon: Reply, do: () => onIntent({ kind: 'reply', to: line }) },
  { label: 'Copy text', key: 'c', icon: Copy, do: () => void navigator.clipboard.writeText(line.text) },
  ...(line.mine
    ? [
        { label: 'Edit', key: 'e', icon: Pencil, do: () => onIntent({ kind: 'edit', line }) },
        ...(showWhere ? [{ label: 'Who has it', key: 'w', icon: Send, do: showWhere }] : []),
        { label: 'Delete', key: 'delete', icon: Trash2, do: askToDelete },
      ]
    : []),
]

type LineActionsProps = { readonly line: Message; readonly actions: Actions; readonly group: boolean }

/** A small bar over the bubble, while it is looked at. */
export const LineActions = ({ line, actions, group }: LineActionsProps): ReactNode => {
  const own = useStatus().me?.id ?? ''
  return (
    <div
      className={`popup absolute -top-8 z-10 flex rounded-xl! p-0.5 ${line.mine ? 'end-0' : 'start-0'}`}
      role="toolbar"
      aria-label="Actions for this message"
    >
      <ReactionPicker
        open={actions.open === 'reactions'}
        onOpen={(open) => (open ? actions.setOpen('reactions') : actions.close('reactions'))}
        onPick={(emoji) => actions.react(emoji, !isMine(line, emoji, own))}
      />
      <IconButton icon={Reply} label="Reply" small tabIndex={-1} onClick={() => actions.list[0]?.do()} />
      <Menu.Root
        open={actions.open === 'menu'}
        onOpenChange={(open) => {
          if (open) actions.setOpen('menu')
          else actions.close('menu')
        }}
      >
        <Menu.Trigger render={<IconButton icon={MoreHorizontal} label="More" small tabIndex={-1} />} />
        <Menu.Portal container={document.querySelector('main')}>
          <Menu.Positioner sideOffset={6} align="end" className="z-40">
            <Menu.Popup
              className="popup min-w-48 p-1"
              finalFocus={() => document.querySelector(`[data-line="${CSS.escape(line.id)}"]`)}
            >
              {actions.list.map(({ label, key, icon: Icon, do: act }) => (
                <Menu.Item key={key} className="menu-item" onClick={act}>
                  <Icon size={17} strokeWidth={1.75} aria-hidden className="text-soft" />
                  <span className="flex-1">{label}</span>
                  <span className="text-tiny text-soft" aria-hidden>
                    {key === 'delete' ? 'Del' : key.toUpperCase()}
                  </span>
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <ConfirmDelete
        open={actions.open === 'delete'}
        group={group}
        onClose={() => actions.close('delete')}
        onDelete={actions.unsay}
      />
    </div>
  )
}

const isMine = (line: Message, emoji: string, own: string): boolean =>
  line.reactions.some((each) => each.emoji === emoji && each.people.includes(own))

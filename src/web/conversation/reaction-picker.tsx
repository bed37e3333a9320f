import { Popover } from '@base-ui/react/popover'
import { Plus, SmilePlus } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { EmojiPicker } from '../emoji/emoji-picker.tsx'
import { IconButton } from '../parts/button.tsx'
import { useFirstFocus } from '../parts/first-focus.ts'

const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

type ReactionPickerProps = { readonly open: boolean; onOpen(open: boolean): void; onPick(emoji: string): void }

/** Six reactions at hand, and all the others behind one more click. */
export const ReactionPicker = ({ open, onOpen, onPick }: ReactionPickerProps): ReactNode => {
  const [all, setAll] = useState(false)
  const { ref, initialFocus } = useFirstFocus()
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setAll(false)
        onOpen(next)
      }}
    >
      <Popover.Trigger render={<IconButton icon={SmilePlus} label="React" small tabIndex={-1} />} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} side="top" className="z-40">
          <Popover.Popup initialFocus={initialFocus} className="popup p-1" aria-label="Choose a reaction">
            {all ? (
              <EmojiPicker onPick={onPick} />
            ) : (
              <div className="flex">
                {QUICK.map((emoji, place) => (
                  <button
                    key={emoji}
                    ref={place === 0 ? ref : undefined}
                    type="button"
                    aria-label={`React with ${emoji}`}
                    className="icon-button text-[1.375rem] text-ink"
                    onClick={() => onPick(emoji)}
                  >
                    {emoji}
                  </button>
                ))}
                <IconButton icon={Plus} label="All emoji" onClick={() => setAll(true)} />
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

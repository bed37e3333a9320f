import { EmojiPicker } from 'frimousse'
import type { ComponentProps, ReactNode } from 'react'
import { list } from 'virtual:emoji-list'

const COLUMNS = 8

export const LoadedEmojiPicker = ({ onPick }: { onPick(emoji: string): void }): ReactNode => (
  <EmojiPicker.Root
    className="flex h-full flex-col"
    columns={COLUMNS}
    resolveEmojiData={resolve}
    onEmojiSelect={({ emoji }) => onPick(emoji)}
  >
    <EmojiPicker.Search
      className="field m-1.5! w-auto! border-transparent! bg-sunk!"
      placeholder="Search emoji"
      aria-label="Search emoji"
      ref={focusField}
    />
    <EmojiPicker.Viewport className="relative flex-1 outline-none">
      <EmojiPicker.Loading className="absolute inset-0 grid place-items-center text-small text-soft">
        Loading emoji
      </EmojiPicker.Loading>
      <EmojiPicker.Empty className="absolute inset-0 grid place-items-center text-small text-soft">
        No emoji is called that.
      </EmojiPicker.Empty>
      <EmojiPicker.List className="pb-1.5 select-none" components={PARTS} />
    </EmojiPicker.Viewport>
  </EmojiPicker.Root>
)

const resolve = () => list

const focusField = (field: HTMLInputElement | null): void => field?.focus()

type Parts = NonNullable<ComponentProps<typeof EmojiPicker.List>['components']>

const PARTS: Parts = {
  CategoryHeader: ({ category, ...rest }) => (
    <div {...rest} className="label-small bg-card px-2.5 pt-2 pb-1">
      {category.label}
    </div>
  ),
  Row: ({ children, ...rest }) => (
    <div {...rest} className="px-1.5">
      {children}
    </div>
  ),
  Emoji: ({ emoji, ...rest }) => (
    <button
      {...rest}
      type="button"
      aria-label={emoji.label}
      title={emoji.label}
      className={`grid size-9 place-items-center rounded-lg text-[1.25rem] ${emoji.isActive ? 'bg-pine-wash' : ''}`}
    >
      {emoji.emoji}
    </button>
  ),
}

import { lazy, Suspense, type ReactNode } from 'react'

const LoadedEmojiPicker = lazy(() =>
  import('./loaded-emoji-picker.tsx').then(({ LoadedEmojiPicker }) => ({ default: LoadedEmojiPicker })),
)

/** All emoji, with a search. The list is loaded when somebody first wants to see it. */
export const EmojiPicker = ({ onPick }: { onPick(emoji: string): void }): ReactNode => (
  <div className="h-80 w-76 max-w-[calc(100vw-2rem)]">
    <Suspense fallback={<p className="p-4 text-small text-soft">Loading emoji</p>}>
      <LoadedEmojiPicker onPick={onPick} />
    </Suspense>
  </div>
)

import { ArrowDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { countWords } from '../../view/count-words.ts'

/** Back to the newest line, with how many wait there. */
export const JumpButton = ({ unread, onJump }: { readonly unread: number; onJump(): void }): ReactNode => (
  <button
    type="button"
    onClick={onJump}
    aria-label={
      unread > 0 ? `Go to the newest message, ${countWords(unread, 'new message')}` : 'Go to the newest message'
    }
    className="popup absolute end-4 bottom-2 flex h-11 min-w-11 items-center justify-center gap-2 rounded-full! px-3 font-semibold md:end-6"
  >
    {unread > 0 ? <span className="text-small">{countWords(unread, 'new message')}</span> : null}
    <ArrowDown size={20} strokeWidth={1.75} aria-hidden />
  </button>
)

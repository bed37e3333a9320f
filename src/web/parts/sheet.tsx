import { Dialog } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from './button.tsx'
import { useFirstFocus } from './first-focus.ts'

type SheetProps = {
  readonly open: boolean
  readonly title: string
  readonly wide?: boolean
  readonly children: ReactNode
  onClose(): void
}

/** Something about one thing on the screen, over everything else; Escape and a click beside it close it. */
export const Sheet = ({ open, title, wide = false, children, onClose }: SheetProps): ReactNode => {
  const { ref, initialFocus } = useFirstFocus()
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup
          initialFocus={initialFocus}
          className={`popup fixed top-1/2 left-1/2 z-50 flex max-h-[85dvh] ${wide ? 'w-[min(30rem,calc(100vw-2rem))]' : 'w-[min(26rem,calc(100vw-2rem))]'} -translate-1/2 flex-col overflow-hidden`}
        >
          <div className="flex items-center justify-between gap-3 py-3 ps-5 pe-3">
            <Dialog.Title className="min-w-0 font-serif text-large">{title}</Dialog.Title>
            <Dialog.Close ref={ref} render={<IconButton icon={X} label="Close" small />} />
          </div>
          <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 pb-5">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

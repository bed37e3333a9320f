import { AlertDialog } from '@base-ui/react/alert-dialog'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { useFirstFocus } from './first-focus.ts'

type ConfirmProps = {
  readonly open: boolean
  readonly title: string
  /** What happens, and what of it cannot be taken back. */
  readonly children: ReactNode
  readonly keep: string
  readonly act: string
  onClose(): void
  onAct(): void
}

/** What cannot be taken back asks once. */
export const Confirm = ({ open, title, children, keep, act, onClose, onAct }: ConfirmProps): ReactNode => {
  const { ref, initialFocus } = useFirstFocus()
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup
          initialFocus={initialFocus}
          className="popup fixed top-1/2 left-1/2 z-50 flex w-[min(26rem,calc(100vw-2rem))] -translate-1/2 flex-col gap-3 p-5"
        >
          <AlertDialog.Title className="font-serif text-large">{title}</AlertDialog.Title>
          <AlertDialog.Description className="text-small text-soft" render={<div />}>
            {children}
          </AlertDialog.Description>
          <div className="flex flex-wrap justify-end gap-2 pt-1">
            <AlertDialog.Close ref={ref} render={<Button />}>
              {keep}
            </AlertDialog.Close>
            <AlertDialog.Close render={<Button look="danger" />} onClick={onAct}>
              {act}
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

import { AlertDialog } from '@base-ui/react/alert-dialog'
import type { ReactNode } from 'react'
import { Button } from '../parts/button.tsx'

type ConfirmDeleteProps = { readonly open: boolean; onClose(): void; onDelete(): void }

/** The one thing here that cannot be taken back asks once. */
export const ConfirmDelete = ({ open, onClose, onDelete }: ConfirmDeleteProps): ReactNode => (
  <AlertDialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
    <AlertDialog.Portal>
      <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-[rgb(0_0_0/0.4)]" />
      <AlertDialog.Popup className="popup fixed top-1/2 left-1/2 z-50 flex w-[min(26rem,calc(100vw-2rem))] -translate-1/2 flex-col gap-3 p-5">
        <AlertDialog.Title className="font-serif text-large">Delete this message?</AlertDialog.Title>
        <AlertDialog.Description className="text-small text-soft">
          It goes away on your screen and on theirs, and a line says that it was deleted. What they have read, they have
          read. This cannot be undone.
        </AlertDialog.Description>
        <div className="flex justify-end gap-2 pt-1">
          <AlertDialog.Close render={<Button />}>Keep it</AlertDialog.Close>
          <AlertDialog.Close render={<Button look="danger" />} onClick={onDelete}>
            Delete for both
          </AlertDialog.Close>
        </div>
      </AlertDialog.Popup>
    </AlertDialog.Portal>
  </AlertDialog.Root>
)

import type { ReactNode } from 'react'
import { Confirm } from '../parts/confirm.tsx'

type ConfirmDeleteProps = { readonly open: boolean; readonly group: boolean; onClose(): void; onDelete(): void }

export const ConfirmDelete = ({ open, group, onClose, onDelete }: ConfirmDeleteProps): ReactNode => (
  <Confirm
    open={open}
    title="Delete this message?"
    keep="Keep it"
    act={group ? 'Delete for all' : 'Delete for both'}
    onClose={onClose}
    onAct={onDelete}
  >
    It goes away on your screen and on {group ? 'all others' : 'theirs'}, and a line says that it was deleted. What they
    have read, they have read. This cannot be undone.
  </Confirm>
)

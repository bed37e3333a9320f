import { Pencil, Reply, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Intent } from './intent.ts'
import { plainText } from '../markdown/parse.ts'
import { IconButton } from '../parts/button.tsx'
import { useName } from '../peer/context.ts'

type IntentBarProps = { readonly intent: Intent; onCancel(): void }

/** Over the field: what is being answered or changed. */
export const IntentBar = ({ intent, onCancel }: IntentBarProps): ReactNode => {
  const name = useName(intent.kind === 'reply' ? intent.to.person : '')
  if (intent.kind === 'say') return null
  const line = intent.kind === 'reply' ? intent.to : intent.line
  const Icon = intent.kind === 'reply' ? Reply : Pencil
  return (
    <div className="flex items-center gap-3 border-b border-line py-1.5 ps-4 pe-1.5 text-small">
      <Icon size={17} strokeWidth={1.75} aria-hidden className="flex-none text-pine" />
      <p className="min-w-0 flex-1">
        <span className="block font-semibold">
          {intent.kind === 'edit' ? (
            'Changing your message'
          ) : line.mine ? (
            'Answering yourself'
          ) : (
            <>
              Answering <bdi>{name}</bdi>
            </>
          )}
        </span>
        <bdi className="block truncate text-soft">{plainText(line.text.slice(0, 300))}</bdi>
      </p>
      <IconButton
        icon={X}
        label={intent.kind === 'edit' ? 'Stop changing' : 'Stop answering'}
        small
        onClick={onCancel}
      />
    </div>
  )
}

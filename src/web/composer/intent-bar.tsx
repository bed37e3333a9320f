import { Pencil, Reply, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { quoteOf, quoteWords } from '../../view/quote.ts'
import type { Intent } from './intent.ts'
import { plainText } from '../markdown/parse.ts'
import { IconButton } from '../parts/button.tsx'
import { useKithState, useName } from '../peer/context.ts'

type IntentBarProps = { readonly conversation: string; readonly intent: Intent; onCancel(): void }

/** Over the field: what is being answered or changed. */
export const IntentBar = ({ conversation, intent, onCancel }: IntentBarProps): ReactNode => {
  const name = useName(intent.kind === 'reply' ? intent.to.person : '')
  const line = intent.kind === 'say' ? undefined : intent.kind === 'reply' ? intent.to : intent.line
  // It may have changed since; where it is not loaded any more, it stays as it was.
  const now = useKithState((state) => state.chains.get(conversation)?.chain?.lines.find(({ id }) => id === line?.id))
  if (line === undefined) return null
  const quote = quoteOf(now ?? line)
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
        <bdi className={`block truncate text-soft ${quote.kind === 'deleted' ? 'italic' : ''}`}>
          {plainText(quoteWords(quote))}
        </bdi>
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

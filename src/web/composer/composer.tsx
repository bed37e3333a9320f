import { Popover } from '@base-ui/react/popover'
import { SendHorizontal, Smile } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'
import type { ConversationView } from '../../view/view.ts'
import type { Intent } from './intent.ts'
import { EmojiPicker } from '../emoji/emoji-picker.tsx'
import { Button, IconButton } from '../parts/button.tsx'
import { useKith } from '../peer/context.ts'
import { talkName, type Talk } from '../peer/talk.ts'
import { useDraft } from './draft.ts'
import { IntentBar } from './intent-bar.tsx'
import { sizeTrouble } from './size.ts'
import { putIn, restored } from './text.ts'

/** Where the keys lead that mean “write”. */
export const COMPOSER_ID = 'composer'

type ComposerProps = {
  readonly talk: Talk
  readonly intent: Intent
  onIntent(intent: Intent): void
}

export const Composer = ({ talk, intent, onIntent }: ComposerProps): ReactNode => {
  const field = useRef<HTMLTextAreaElement>(null)
  const { text, setText, failed, send, stop, lastOfMine } = useComposing(talk.conversation, intent, onIntent)
  const trouble = sizeTrouble(text)
  const name = talkName(talk)
  // The field is as high as its text, up to its limit.
  useLayoutEffect(() => {
    const { current } = field
    if (current === null || current.value !== text) return
    current.style.height = 'auto'
    current.style.height = `${current.scrollHeight}px`
  }, [text])
  useEffect(() => {
    if (intent.kind !== undefined) field.current?.focus({ preventScroll: true })
  }, [intent])

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter and arrows belong to it.
    if (event.nativeEvent.isComposing || event.keyCode === IME_KEY) return
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape' && intent.kind !== 'say') {
      event.preventDefault()
      stop()
    } else if (event.key === 'ArrowUp' && text === '' && intent.kind === 'say') {
      const line = lastOfMine()
      if (line === undefined) return
      event.preventDefault()
      onIntent({ kind: 'edit', line })
    }
  }
  const insert = (emoji: string): void => {
    const place = field.current
    const next = putIn(text, emoji, place?.selectionStart ?? text.length, place?.selectionEnd ?? text.length)
    setText(next.text)
    requestAnimationFrame(() => {
      place?.focus()
      place?.setSelectionRange(next.caret, next.caret)
    })
  }
  return (
    <div className="mx-auto w-full max-w-256 flex-none px-2 pb-2 sm:px-3 sm:pb-3 md:px-5">
      <div className="rounded-3xl border border-line bg-card shadow-[0_2px_10px_var(--shade)] focus-within:border-line-strong">
        <IntentBar intent={intent} onCancel={stop} />
        {failed === undefined ? null : (
          <div
            role="alert"
            className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2 text-small text-ember"
          >
            <p className="min-w-0 flex-1">{failed}</p>
            <Button onClick={() => void send()}>Try again</Button>
          </div>
        )}
        <div className="flex items-end gap-1 p-1.5">
          <EmojiButton onPick={insert} />
          <textarea
            id={COMPOSER_ID}
            ref={field}
            rows={1}
            dir="auto"
            aria-label={intent.kind === 'edit' ? 'Change the message' : `Message to ${name}`}
            aria-describedby="composer-trouble"
            aria-invalid={trouble !== undefined}
            placeholder={`Message to ${name}`}
            className="max-h-[40dvh] min-h-10 flex-1 resize-none overflow-y-auto bg-transparent py-2.25 leading-5.5 outline-none placeholder:truncate"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
          />
          <IconButton
            icon={SendHorizontal}
            label={intent.kind === 'edit' ? 'Save the change' : 'Send'}
            disabled={text.trim() === '' || trouble !== undefined}
            className="rounded-full! bg-pine text-pine-ink! enabled:hover:bg-pine/90! disabled:bg-transparent disabled:text-soft!"
            onClick={() => {
              void send()
              field.current?.focus()
            }}
          />
        </div>
      </div>
      <p id="composer-trouble" aria-live="polite" className="px-4 text-small text-ember">
        {trouble}
      </p>
    </div>
  )
}

/** What browsers report for a key that an input method took. */
const IME_KEY = 229

const EmojiButton = ({ onPick }: { onPick(emoji: string): void }): ReactNode => {
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger render={<IconButton icon={Smile} label="Emoji" className="rounded-full!" />} />
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={10} className="z-40">
          <Popover.Popup className="popup" aria-label="Choose an emoji">
            <EmojiPicker
              onPick={(emoji) => {
                setOpen(false)
                onPick(emoji)
              }}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

/** The text being written, and what sending it means. A text that was refused comes back into the field. */
const useComposing = ({ id, draft }: ConversationView, intent: Intent, onIntent: (intent: Intent) => void) => {
  const kith = useKith()
  const { written, write, typed } = useDraft(id, draft)
  const [edited, setEdited] = useState<{ readonly line: string; readonly text: string }>()
  const [failed, setFailed] = useState<string>()
  const editing = intent.kind === 'edit' ? intent.line : undefined
  const text = editing ? (edited?.line === editing.id ? edited.text : editing.text) : written
  const put = (next: string): void => (editing ? setEdited({ line: editing.id, text: next }) : write(next))

  const send = async (): Promise<void> => {
    if (text.trim() === '' || sizeTrouble(text) !== undefined) return
    setFailed(undefined)
    if (!editing) write('')
    onIntent({ kind: 'say' })
    const answer = editing
      ? await kith.calls.edit({ conversation: id, line: editing.id, text })
      : await kith.calls.say({ conversation: id, text, ...(intent.kind === 'reply' ? { reply: intent.to.id } : {}) })
    if (answer.ok) return setEdited(undefined)
    setFailed(refusalWords(answer.refusal))
    onIntent(intent)
    if (!editing) write((since) => restored(text, since))
  }
  return {
    text,
    failed,
    send,
    stop: () => {
      setFailed(undefined)
      onIntent({ kind: 'say' })
    },
    setText: (next: string) => {
      put(next)
      if (!editing) typed(next)
    },
    lastOfMine: () => {
      const lines = kith.getState().chains.get(id)?.chain?.lines ?? []
      const line = lines.findLast((each) => each.mine && each.kind === 'message')
      return line?.kind === 'message' ? line : undefined
    },
  }
}

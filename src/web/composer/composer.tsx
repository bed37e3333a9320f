import { Popover } from '@base-ui/react/popover'
import { SendHorizontal, Smile } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { EmojiPicker } from '../emoji/emoji-picker.tsx'
import { Button, IconButton } from '../parts/button.tsx'
import { talkName, type Talk } from '../peer/talk.ts'
import { useComposing } from './composing.ts'
import { IntentBar } from './intent-bar.tsx'
import { Sending } from './sending.tsx'
import { sizeTrouble } from './size.ts'
import { useTextOnly } from './text-only.ts'
import { typeInto } from './type-into.ts'

/** Where the keys lead that mean “write”. */
export const COMPOSER_ID = 'composer'

export const Composer = ({ talk }: { readonly talk: Talk }): ReactNode => {
  const field = useRef<HTMLTextAreaElement>(null)
  const { text, setText, intent, setIntent, failed, sending, send, lastOfMine } = useComposing(talk.conversation)
  const trouble = sizeTrouble(text)
  const { textOnly, onPaste } = useTextOnly(text)
  const name = talkName(talk)
  // The field is as high as its text, up to its limit.
  useLayoutEffect(() => {
    const { current } = field
    if (current === null || current.value !== text) return
    current.style.height = 'auto'
    current.style.height = `${current.scrollHeight}px`
  }, [text])
  // Browsers put the caret before a text that is there from the start.
  useLayoutEffect(() => {
    const { current } = field
    current?.setSelectionRange(current.value.length, current.value.length)
  }, [])
  useEffect(() => {
    if (intent.kind !== undefined) field.current?.focus({ preventScroll: true })
  }, [intent])

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter and arrows belong to it.
    if (event.nativeEvent.isComposing || event.keyCode === IME_KEY) return
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      send()
    } else if (event.key === 'Escape' && intent.kind !== 'say') {
      event.preventDefault()
      setIntent({ kind: 'say' })
    } else if (event.key === 'ArrowUp' && !event.altKey && text === '' && intent.kind === 'say') {
      const line = lastOfMine()
      if (line === undefined) return
      event.preventDefault()
      setIntent({ kind: 'edit', line })
    }
  }
  const insert = (emoji: string): void => {
    // Not before the picker is gone, which gives the focus back to its button.
    requestAnimationFrame(() => {
      if (field.current !== null) typeInto(field.current, emoji)
    })
  }
  return (
    <div className="mx-auto w-full max-w-256 flex-none px-2 pb-2 sm:px-3 sm:pb-3 md:px-5">
      <div className="rounded-3xl border border-line bg-card shadow-[0_2px_10px_var(--shade)] focus-within:border-line-strong">
        <Sending texts={sending} />
        <IntentBar conversation={talk.conversation.id} intent={intent} onCancel={() => setIntent({ kind: 'say' })} />
        {failed === undefined ? null : (
          <div
            role="alert"
            className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2 text-small text-ember"
          >
            <p className="min-w-0 flex-1">{failed}</p>
            <Button onClick={() => send()}>Try again</Button>
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
            onPaste={onPaste}
          />
          <IconButton
            icon={SendHorizontal}
            label={intent.kind === 'edit' ? 'Save the change' : 'Send'}
            disabled={text.trim() === '' || trouble !== undefined}
            className="rounded-full! bg-pine text-pine-ink! enabled:hover:bg-pine/90! disabled:bg-transparent disabled:text-soft!"
            onClick={() => {
              send()
              field.current?.focus()
            }}
          />
        </div>
      </div>
      <p id="composer-trouble" aria-live="polite" className="px-4 text-small text-ember">
        {trouble ?? (textOnly ? 'Kith sends text only, no pictures or files.' : undefined)}
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

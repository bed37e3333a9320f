import { useState, type FormEvent, type ReactNode } from 'react'
import { NAME_CHARACTERS_MAX, parseName } from '../../core/identity/name.ts'
import { nameWords, refusalWords } from '../../view/refusal-words.ts'
import { Avatar } from '../parts/person.tsx'
import { Button } from '../parts/button.tsx'
import { Logo } from '../parts/logo.tsx'
import { useKith, useStatus } from '../peer/context.ts'

/** The one question of the first start. */
export const NamingPage = (): ReactNode => {
  const { suggestedName } = useStatus()
  const { text, setText, words, busy, submit } = useNaming(suggestedName)
  const parsed = parseName(text)
  return (
    <main className="grid flex-1 place-items-center overflow-y-auto p-6">
      <form onSubmit={submit} className="flex w-full max-w-112 flex-col" noValidate>
        <Logo size={52} />
        <h1 className="mt-6 font-serif text-display text-balance">What should people call you?</h1>
        <p className="mt-3 text-soft">
          This is the name others see beside your messages. You can change it at any time; nothing else is asked of you.
        </p>
        <label htmlFor="my-name" className="label-small mt-8 mb-1.5">
          Your name
        </label>
        <div className="flex items-center gap-3">
          <Avatar id="" name={parsed.ok ? parsed.value : '?'} size={48} />
          <input
            id="my-name"
            className="field min-h-12! text-large"
            value={text}
            onChange={(event) => setText(event.target.value)}
            aria-invalid={words !== undefined}
            aria-describedby="my-name-words"
            autoComplete="off"
            spellCheck={false}
            dir="auto"
            ref={focusField}
            onFocus={(event) => event.target.select()}
          />
        </div>
        <p
          id="my-name-words"
          aria-live="polite"
          className={`mt-2 min-h-5 text-small ${words ? 'text-ember' : 'text-soft'}`}
        >
          {words ?? `1 to ${NAME_CHARACTERS_MAX} characters, in any script.`}
        </p>
        <Button type="submit" look="main" className="mt-5 min-h-12! self-start px-6!" disabled={!parsed.ok || busy}>
          Start talking
        </Button>
      </form>
    </main>
  )
}

// The one field of a page that asks one thing.
const focusField = (field: HTMLInputElement | null): void => field?.focus()

/** A name as it is typed: what is wrong with it, and the call that makes it mine. */
export const useNaming = (first: string) => {
  const kith = useKith()
  // Until somebody types, the name may be changed elsewhere.
  const [typed, setTyped] = useState<string>()
  const text = typed ?? first
  const [refused, setRefused] = useState<string>()
  const [busy, setBusy] = useState(false)
  const parsed = parseName(text)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!parsed.ok || busy) return
    setBusy(true)
    const answer = await kith.calls.rename({ name: parsed.value })
    setBusy(false)
    if (answer.ok) setTyped(undefined)
    else setRefused(refusalWords(answer.refusal))
  }
  return {
    text,
    setText: (next: string) => {
      setRefused(undefined)
      setTyped(next)
    },
    words: refused ?? (parsed.ok ? undefined : nameWords(parsed.refusal)),
    busy,
    submit: (event: FormEvent) => void submit(event),
  }
}

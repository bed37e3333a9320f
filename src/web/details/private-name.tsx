import { useState, type FormEvent, type ReactNode } from 'react'
import { parseName } from '../../core/identity/name.ts'
import { nameWords, refusalWords } from '../../view/refusal-words.ts'
import type { PersonView } from '../../view/view.ts'
import { Button } from '../parts/button.tsx'
import { useKith } from '../peer/context.ts'

/** A name of my own for somebody; the empty text takes it away. */
export const PrivateName = ({ person }: { readonly person: PersonView }): ReactNode => {
  const kith = useKith()
  // Until somebody types, the name may be given elsewhere.
  const [typed, setTyped] = useState<string>()
  const text = typed ?? person.privateName ?? ''
  const [refused, setRefused] = useState<string>()
  const empty = text.trim() === ''
  const parsed = parseName(text)
  const words = refused ?? (empty || parsed.ok ? undefined : nameWords(parsed.refusal))
  const name = empty ? '' : parsed.ok ? parsed.value : undefined
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (name === undefined) return
    const answer = await kith.calls.namePrivately({ person: person.id, name })
    if (answer.ok) setTyped(undefined)
    else setRefused(refusalWords(answer.refusal))
  }
  return (
    <form className="flex flex-col gap-1.5" onSubmit={(event) => void submit(event)} noValidate>
      <label className="label-small" htmlFor="private-name">
        What you call them
      </label>
      <div className="flex gap-2">
        <input
          id="private-name"
          className="field"
          dir="auto"
          autoComplete="off"
          value={text}
          placeholder={person.name}
          aria-invalid={words !== undefined}
          aria-describedby="private-name-words"
          onChange={(event) => {
            setTyped(event.target.value)
            setRefused(undefined)
          }}
        />
        <Button type="submit" disabled={name === undefined || name === (person.privateName ?? '')}>
          Save
        </Button>
      </div>
      <p id="private-name-words" aria-live="polite" className={`text-small ${words ? 'text-ember' : 'text-soft'}`}>
        {words ?? 'Only you see this name. Leave it empty to use the one they chose.'}
      </p>
    </form>
  )
}

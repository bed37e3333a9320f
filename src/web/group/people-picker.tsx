import { Check, Search, X } from 'lucide-react'
import { memo, useDeferredValue, useMemo, useState, type ReactNode } from 'react'
import { presenceWords } from '../../view/presence-words.ts'
import type { PersonView } from '../../view/view.ts'
import { PresentAvatar, ShownName } from '../parts/person.tsx'
import { useMirror, useNow } from '../peer/context.ts'
import { nameOf } from '../peer/names.ts'
import { useAnybody } from '../peer/talk.ts'
import { candidatesOf } from '../people/lists.ts'

type PeoplePickerProps = {
  readonly label: string
  readonly chosen: readonly string[]
  /** Who is not to choose from. */
  readonly without: ReadonlySet<string>
  onChange(chosen: readonly string[]): void
}

/** Chooses people by name: those who are chosen stand above as chips, everybody who fits below. */
export const PeoplePicker = ({ label, chosen, without, onChange }: PeoplePickerProps): ReactNode => {
  const [sought, setSought] = useState('')
  const deferred = useDeferredValue(sought.trim())
  const mirror = useMirror((each) => each)
  const candidates = useMemo(() => candidatesOf(mirror, without, deferred), [mirror, without, deferred])
  const toggle = (id: string): void => {
    onChange(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id])
    setSought('')
  }
  return (
    <section aria-label={label} className="flex flex-col gap-2">
      <h2 className="label-small">{label}</h2>
      {chosen.length === 0 ? null : (
        <ul className="flex flex-wrap gap-1.5" aria-label="Chosen">
          {chosen.map((id) => (
            <Chip key={id} id={id} onRemove={toggle} />
          ))}
        </ul>
      )}
      <search className="relative">
        <Search size={17} aria-hidden className="pointer-events-none absolute start-3 top-3 text-soft" />
        <input
          type="text"
          role="searchbox"
          aria-label="Search people"
          placeholder="Search people"
          className="field ps-9.5!"
          dir="auto"
          autoComplete="off"
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && sought.trim() !== '') {
              event.preventDefault()
              // The list may still show what fits fewer letters than were typed.
              const [first] = candidatesOf(mirror, without, sought.trim())
              if (first) toggle(first.id)
            } else if (event.key === 'Backspace' && sought === '') onChange(chosen.slice(0, -1))
          }}
        />
      </search>
      {candidates.length === 0 ? (
        <p className="px-1 text-small text-soft">
          {deferred === ''
            ? 'Nobody is known here whom you could add. Whoever you have met shows here; others come in by an invitation.'
            : 'Nobody here is called that.'}
        </p>
      ) : (
        <ul className="panel flex max-h-96 flex-col overflow-y-auto p-1">
          {candidates.map((person) => (
            <Candidate key={person.id} person={person} chosen={chosen.includes(person.id)} onToggle={toggle} />
          ))}
        </ul>
      )}
    </section>
  )
}

const Chip = ({ id, onRemove }: { readonly id: string; onRemove(id: string): void }): ReactNode => {
  const name = nameOf(useAnybody(id))
  return (
    <li className="max-w-full">
      <button
        type="button"
        aria-label={`Do not choose ${name}`}
        className="flex max-w-full items-center gap-1 rounded-full bg-pine-wash py-1 ps-3 pe-2 text-small font-semibold"
        onClick={() => onRemove(id)}
      >
        <bdi className="truncate">{name}</bdi>
        <X size={14} aria-hidden className="flex-none text-soft" />
      </button>
    </li>
  )
}

type CandidateProps = { readonly person: PersonView; readonly chosen: boolean; onToggle(id: string): void }

const Candidate = memo(({ person, chosen, onToggle }: CandidateProps): ReactNode => {
  const now = useNow(30_000)
  return (
    <li className="[contain-intrinsic-size:auto_3.25rem] [content-visibility:auto]">
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        className="flex w-full items-center gap-3 rounded-xl px-2.5 py-1.5 text-start [--ground:var(--card)] hover:bg-ink/5"
        onClick={() => onToggle(person.id)}
      >
        <PresentAvatar person={person} size={40} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">
            <ShownName person={person} />
          </span>
          <span className="block truncate text-small text-soft">{presenceWords(person.presence, now)}</span>
        </span>
        <span
          aria-hidden
          className={`grid size-6 flex-none place-items-center rounded-full border ${chosen ? 'border-pine bg-pine text-pine-ink' : 'border-line-strong'}`}
        >
          {chosen ? <Check size={15} strokeWidth={3} /> : null}
        </span>
      </button>
    </li>
  )
})

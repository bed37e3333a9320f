import { Search, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../parts/button.tsx'

/** Where the shortcut for searching leads. */
export const SEARCH_ID = 'search'

type SearchBoxProps = { readonly text: string; onChange(text: string): void; onDown(): void }

export const SearchBox = ({ text, onChange, onDown }: SearchBoxProps): ReactNode => (
  <search className="relative mx-4 my-1.5">
    <Search size={17} aria-hidden className="pointer-events-none absolute start-3 top-3 text-soft" />
    <input
      id={SEARCH_ID}
      type="text"
      role="searchbox"
      aria-label="Search people and messages"
      placeholder="Search people and messages"
      className="field border-transparent! bg-sunk! ps-9.5! pe-10!"
      dir="auto"
      autoComplete="off"
      value={text}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') {
          event.preventDefault()
          onDown()
        }
        if (event.key === 'Escape') onChange('')
      }}
    />
    {text === '' ? null : (
      <IconButton
        icon={X}
        label="Clear the search"
        small
        className="absolute end-1 top-1"
        onClick={() => onChange('')}
      />
    )}
  </search>
)

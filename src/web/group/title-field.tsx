import type { ReactNode } from 'react'
import { refusalWords } from '../../view/refusal-words.ts'

/** What the group allows; the peer decides. */
const TITLE_CHARACTERS_MAX = 60

type TitleFieldProps = { readonly text: string; onChange(text: string): void; readonly focused?: boolean }

export const TitleField = ({ text, onChange, focused = false }: TitleFieldProps): ReactNode => {
  const trouble = titleTrouble(text)
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor="group-title" className="label-small">
        Name of the group
      </label>
      <input
        id="group-title"
        className="field"
        dir="auto"
        autoComplete="off"
        value={text}
        ref={focused ? focusField : undefined}
        aria-invalid={trouble !== undefined}
        aria-describedby="group-title-words"
        onChange={(event) => onChange(event.target.value)}
      />
      <p id="group-title-words" aria-live="polite" className={`text-small ${trouble ? 'text-ember' : 'text-soft'}`}>
        {trouble ?? `1 to ${TITLE_CHARACTERS_MAX} characters. Everybody in the group sees it.`}
      </p>
    </div>
  )
}

/** Words for a name that is too long; an empty one is not complained of while it is typed. */
export const titleTrouble = (text: string): string | undefined => {
  const length = [...text.trim().normalize('NFC')].length
  return length > TITLE_CHARACTERS_MAX
    ? refusalWords({ kind: 'title-too-long', length, limit: TITLE_CHARACTERS_MAX })
    : undefined
}

const focusField = (field: HTMLInputElement | null): void => field?.focus()

import { useId, type ReactNode } from 'react'

type RadiosProps<Value extends string> = {
  readonly legend: string
  readonly value: Value
  readonly options: readonly (readonly [Value, ReactNode])[]
  onChange(value: Value): void
}

/** One of a few, all in sight. */
export const Radios = <Value extends string>({ legend, value, options, onChange }: RadiosProps<Value>): ReactNode => {
  const name = useId()
  return (
    <fieldset className="flex min-w-0 flex-col">
      <legend className="label-small mb-1.5">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map(([each, words]) => (
          <label key={each} className="choice">
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={each === value}
              onChange={() => onChange(each)}
            />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

import { Monitor, Moon, Sun, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { applyTheme, readTheme, type Theme } from './theme.ts'

const THEMES: readonly (readonly [Theme, string, LucideIcon])[] = [
  ['system', 'As the system', Monitor],
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
]

export const ThemeChoice = (): ReactNode => {
  const [theme, setTheme] = useState(readTheme)
  const choose = (next: Theme): void => {
    applyTheme(next)
    setTheme(next)
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="label-small mb-2">Colours</legend>
      <div className="flex flex-wrap gap-2">
        {THEMES.map(([value, words, Icon]) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name="theme"
              className="sr-only"
              checked={theme === value}
              onChange={() => choose(value)}
            />
            <Icon size={17} strokeWidth={1.75} aria-hidden />
            {words}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

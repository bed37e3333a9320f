import { ChevronLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { NAME_CHARACTERS_MAX } from '../../core/identity/name.ts'
import { nearbyWords } from '../../view/server-words.ts'
import { useNaming } from '../naming/naming-page.tsx'
import { Button, IconButton } from '../parts/button.tsx'
import { useStatus } from '../peer/context.ts'
import { PLACES } from '../routes.ts'
import { LANDING } from '../shortcuts/landing.ts'
import { About } from './about.tsx'
import { Choices } from './choices.tsx'
import { Connection } from './connection.tsx'
import { NotificationChoice } from './notification-choice.tsx'
import { Safekeeping } from './safekeeping.tsx'
import { ServersSetting, StateLine } from './servers-setting.tsx'
import { ThemeChoice } from './theme-choice.tsx'

export const SettingsPage = (): ReactNode => {
  const [, go] = useLocation()
  return (
    <div className="flex flex-1 flex-col overflow-y-auto bg-sheet">
      <header className="sticky top-0 z-10 flex items-center gap-2 border-b border-line bg-sheet px-2 py-2.5 md:px-5">
        <IconButton
          icon={ChevronLeft}
          label="Back to the list"
          className="md:hidden!"
          onClick={() => go(PLACES.home)}
        />
        <h1 {...LANDING} className="py-2 font-serif text-large outline-none">
          Settings
        </h1>
      </header>
      <div className="mx-auto flex w-full max-w-144 flex-col gap-7 p-5 pb-12">
        <NameSetting />
        <NotificationChoice />
        <Choices />
        <ServersSetting />
        <NearbyState />
        <Connection />
        <Safekeeping />
        <ThemeChoice />
        <About />
      </div>
    </div>
  )
}

const NameSetting = (): ReactNode => {
  const { me } = useStatus()
  const { text, setText, words, busy, submit } = useNaming(me?.name ?? '')
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-1.5">
      <label htmlFor="own-name" className="label-small">
        Your name
      </label>
      <div className="flex gap-2">
        <input
          id="own-name"
          className="field"
          dir="auto"
          autoComplete="off"
          value={text}
          aria-invalid={words !== undefined}
          aria-describedby="own-name-words"
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={busy || words !== undefined || text.trim() === me?.name}>
          Save
        </Button>
      </div>
      <p id="own-name-words" aria-live="polite" className={`text-small ${words ? 'text-ember' : 'text-soft'}`}>
        {words ?? `1 to ${NAME_CHARACTERS_MAX} characters. The people you talk to see a line when you change it.`}
      </p>
    </form>
  )
}

/** How it stands with those who are on this very network. */
const NearbyState = (): ReactNode => {
  const { nearby } = useStatus()
  return (
    <div className="text-small text-soft" aria-live="polite">
      <StateLine {...nearbyWords(nearby)} />
    </div>
  )
}

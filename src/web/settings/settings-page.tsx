import { ChevronLeft } from 'lucide-react'
import { useState, type FormEvent, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { NAME_CHARACTERS_MAX } from '../../core/identity/name.ts'
import { refusalWords } from '../../view/refusal-words.ts'
import { mailboxFailureWords, nearbyWords, serverWords } from '../../view/server-words.ts'
import { useNaming } from '../naming/naming-page.tsx'
import { Button, IconButton } from '../parts/button.tsx'
import { useKith, useNow, useStatus } from '../peer/context.ts'
import { PLACES } from '../routes.ts'
import { About } from './about.tsx'
import { Choices } from './choices.tsx'
import { Safekeeping } from './safekeeping.tsx'
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
        <h1 className="py-2 font-serif text-large">Settings</h1>
      </header>
      <div className="mx-auto flex w-full max-w-144 flex-col gap-7 p-5 pb-12">
        <NameSetting />
        <Choices />
        <ServerSetting />
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

const ServerSetting = (): ReactNode => {
  const kith = useKith()
  const { server, nearby, mailboxFailure } = useStatus()
  const now = useNow(1_000)
  const address = server.at === 'none' ? '' : server.address
  const [text, setText] = useState(address)
  const [refused, setRefused] = useState<string>()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    // oxlint-disable-next-line react/hooks -- a call of the peer, not a hook
    const answer = await kith.calls.useServer({ address: text.trim() })
    setRefused(answer.ok ? undefined : refusalWords(answer.refusal))
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-1.5">
      <label htmlFor="server" className="label-small">
        Server
      </label>
      <div className="flex gap-2">
        <input
          id="server"
          className="field font-mono text-small!"
          dir="ltr"
          spellCheck={false}
          autoComplete="off"
          placeholder="chat.example.org:12345"
          value={text}
          aria-invalid={refused !== undefined}
          aria-describedby="server-words"
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" disabled={text.trim() === address}>
          Save
        </Button>
      </div>
      <div id="server-words" aria-live="polite" className="flex flex-col gap-1 text-small text-soft">
        {refused === undefined ? null : <p className="text-ember">{refused}</p>}
        <StateLine {...serverWords(server, now)} />
        {server.at === 'connected' && server.mailboxes === 'on' ? (
          <StateLine
            state="Messages for who is away wait there"
            meaning="The server keeps them sealed until they are fetched, and can read none."
          />
        ) : null}
        {mailboxFailure ? <p className="text-ember">{mailboxFailureWords(mailboxFailure)}</p> : null}
        <StateLine {...nearbyWords(nearby)} />
      </div>
    </form>
  )
}

const StateLine = ({ state, meaning }: { readonly state: string; readonly meaning: string }): ReactNode => (
  <p>
    <span className="font-semibold text-ink">{state}.</span> {meaning}
  </p>
)

import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { nearbyWords, serversWords } from '../../view/server-words.ts'
import { Logo } from '../parts/logo.tsx'
import { useMirror, useNow, useStatus } from '../peer/context.ts'
import { WAYS } from './new-menu.tsx'

/** What stands at the right while no conversation is chosen: what to do, and whether the network works. */
export const HomePage = (): ReactNode => {
  const status = useStatus()
  const alone = useMirror(({ people, conversations }) => people.size === 0 && conversations.size === 0)
  const now = useNow(1_000)
  return (
    <div className="grid flex-1 place-items-center overflow-y-auto bg-sheet p-8">
      <div className="flex max-w-120 flex-col gap-5">
        <Logo size={52} />
        <h1 className="font-serif text-title text-balance">
          {alone ? 'Nobody is in sight yet' : 'Choose somebody to talk to'}
        </h1>
        {alone ? <FirstSteps /> : <Hints />}
        <Ways />
        <dl className="flex flex-col gap-3 border-t border-line pt-5 text-small">
          <State label="This network" {...nearbyWords(status.nearby)} />
          <State label={status.servers.length > 1 ? 'Servers' : 'Server'} {...serversWords(status, now)} />
        </dl>
      </div>
    </div>
  )
}

const FirstSteps = (): ReactNode => (
  <>
    <p className="text-soft">Kith talks from one machine straight to another, so somebody else has to run it, too:</p>
    <ol className="flex list-decimal flex-col gap-2 ps-5 marker:text-soft">
      <li>
        On another machine of this network, run <Command text="npm start" />. Both of you appear in each other’s list.
      </li>
      <li>
        To try it on this machine alone, open a second terminal and run <Command text="npm start -- --profile bob" />.
      </li>
      <li>Not on one network? Send an invitation, or use the same server, which you name in the settings.</li>
    </ol>
  </>
)

const Hints = (): ReactNode => (
  <p className="text-soft">
    Pick a conversation at the left, or somebody under “Nearby” or “On this server”. Opening one sends nothing; the
    other person learns of it with your first message. Press <kbd className="key">?</kbd> for the keyboard shortcuts.
  </p>
)

const Ways = (): ReactNode => (
  <ul className="flex flex-wrap gap-2">
    {WAYS.map(([words, place, Icon]) => (
      <li key={place}>
        <Link href={place} className="button button-plain">
          <Icon size={17} strokeWidth={1.75} aria-hidden className="text-soft" />
          {words}
        </Link>
      </li>
    ))}
  </ul>
)

const Command = ({ text }: { readonly text: string }): ReactNode => (
  <code className="rounded-md bg-sunk px-1.5 py-0.5 font-mono text-small whitespace-nowrap">{text}</code>
)

const State = ({
  label,
  state,
  meaning,
}: {
  readonly label: string
  readonly state: string
  readonly meaning: string
}): ReactNode => (
  <div>
    <dt className="font-semibold">
      {label}: <bdi>{state}</bdi>
    </dt>
    <dd className="text-soft">{meaning}</dd>
  </div>
)

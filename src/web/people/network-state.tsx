import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { mailboxFailureWords, serverWords } from '../../view/server-words.ts'
import { useNow, useStatus } from '../peer/context.ts'
import { PLACES } from '../routes.ts'

const ICONS = { none: CircleDashed, connecting: CircleDashed, connected: CircleCheck, unreachable: CircleAlert }

/** In a few words; the settings say what it means. */
const MAILBOX_WORDS = {
  full: 'It has no room for messages to who is away',
  slow: 'It takes messages to who is away only slowly',
  other: 'It takes no messages to who is away',
} as const

/** At the foot of the list: how it stands with the server, and in words what to do about it. */
export const NetworkState = (): ReactNode => {
  const { server, mailboxFailure } = useStatus()
  const now = useNow(1_000)
  const { state, meaning } = serverWords(server, now)
  const Icon = ICONS[server.at]
  return (
    <footer className="border-t border-line px-4 py-2 text-small text-soft">
      <Link
        href={PLACES.settings}
        className="flex items-start gap-2 rounded-lg"
        title={mailboxFailure ? mailboxFailureWords(mailboxFailure) : meaning}
      >
        <Icon
          size={16}
          aria-hidden
          className={`mt-px flex-none ${server.at === 'connected' ? 'text-here' : server.at === 'unreachable' ? 'text-ember' : ''}`}
        />
        <span className="min-w-0">
          <span className="sr-only">Server: </span>
          <bdi>{state}</bdi>
          {mailboxFailure ? <span className="block text-ember">{MAILBOX_WORDS[mailboxFailure.kind]}</span> : null}
        </span>
      </Link>
    </footer>
  )
}

import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { mailboxFailureWords, serversWords } from '../../view/server-words.ts'
import { useNow, useStatus } from '../peer/context.ts'
import type { ServerState } from '../../view/view.ts'
import { PLACES } from '../routes.ts'

const LOOKS = {
  none: { Icon: CircleDashed, color: '' },
  connecting: { Icon: CircleDashed, color: '' },
  connected: { Icon: CircleCheck, color: 'text-here' },
  unreachable: { Icon: CircleAlert, color: 'text-ember' },
}

/** In a few words; the settings say what it means. */
const MAILBOX_WORDS = {
  full: 'It has no room for messages to who is away',
  slow: 'It takes messages to who is away only slowly',
  other: 'It takes no messages to who is away',
} as const

/** At the foot of the list: how it stands with the servers, and in words what to do about it. */
export const NetworkState = (): ReactNode => {
  const status = useStatus()
  const { servers, mailboxFailure } = status
  const now = useNow(1_000)
  const { state, meaning } = serversWords(status, now)
  const { Icon, color } = LOOKS[bestOf(servers)]
  return (
    <footer className="border-t border-line px-4 py-2 text-small text-soft">
      <Link
        href={PLACES.settings}
        className="flex items-start gap-2 rounded-lg"
        title={mailboxFailure ? mailboxFailureWords(mailboxFailure) : meaning}
      >
        <Icon size={16} aria-hidden className={`mt-px flex-none ${color}`} />
        <span className="min-w-0">
          <span className="sr-only">{servers.length > 1 ? 'Servers' : 'Server'}: </span>
          <bdi>{state}</bdi>
          {mailboxFailure ? <span className="block text-ember">{MAILBOX_WORDS[mailboxFailure.kind]}</span> : null}
        </span>
      </Link>
    </footer>
  )
}

/** One that is connected is enough; while one is being connected to, nothing is lost yet. */
const bestOf = (servers: readonly ServerState[]): keyof typeof LOOKS =>
  (['connected', 'connecting', 'unreachable'] as const).find((at) => servers.some((each) => each.at === at)) ?? 'none'

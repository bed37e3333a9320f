import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { serverWords } from '../../view/server-words.ts'
import { useNow, useStatus } from '../peer/context.ts'
import { PLACES } from '../routes.ts'

const ICONS = { none: CircleDashed, connecting: CircleDashed, connected: CircleCheck, unreachable: CircleAlert }

/** At the foot of the list: how it stands with the server, and in words what to do about it. */
export const NetworkState = (): ReactNode => {
  const { server } = useStatus()
  const now = useNow(1_000)
  const { state, meaning } = serverWords(server, now)
  const Icon = ICONS[server.at]
  return (
    <footer className="border-t border-line px-4 py-2 text-small text-soft">
      <Link href={PLACES.settings} className="flex items-start gap-2 rounded-lg" title={meaning}>
        <Icon
          size={16}
          aria-hidden
          className={`mt-px flex-none ${server.at === 'connected' ? 'text-here' : server.at === 'unreachable' ? 'text-ember' : ''}`}
        />
        <span className="min-w-0">
          <span className="sr-only">Server: </span>
          <bdi>{state}</bdi>
        </span>
      </Link>
    </footer>
  )
}

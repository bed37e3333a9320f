import type { ReactNode } from 'react'
import { Link, useRoute } from 'wouter'
import { unreachable } from '../../core/bytes/result.ts'
import { shortWords } from '../../view/time-words.ts'
import type { JoiningView } from '../../view/invitation-view.ts'
import { RoundPicture } from '../group/group-picture.tsx'
import { Avatar } from '../parts/person.tsx'
import { useNow } from '../peer/context.ts'
import { isolated } from '../peer/names.ts'
import { STOP } from '../people/walk.ts'
import { toJoining } from '../routes.ts'

/** In the list: an invitation that I accepted and that has not let me in. */
export const JoiningItem = ({ joining }: { readonly joining: JoiningView }): ReactNode => {
  const now = useNow(30_000)
  const [chosen] = useRoute(toJoining(joining.id))
  const { inviter, group, state, since } = joining
  return (
    <li>
      <Link
        href={toJoining(joining.id)}
        {...STOP}
        aria-current={chosen ? 'page' : undefined}
        className="group flex items-center gap-3 rounded-2xl px-2.5 py-2 hover:bg-ink/5 aria-[current]:bg-card aria-[current]:shadow-sm forced-colors:aria-[current]:outline-2"
      >
        {group ? (
          <RoundPicture id={joining.id} title={group.title} url={undefined} size={48} />
        ) : (
          <Avatar id={inviter.person} name={inviter.name} size={48} />
        )}
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <bdi className="min-w-0 flex-1 truncate font-semibold">{group?.title ?? inviter.name}</bdi>
            <span className="flex-none text-tiny text-soft">{shortWords(since, now)}</span>
          </span>
          <span className={`block truncate text-small ${state.at === 'refused' ? 'text-ember' : 'text-soft'}`}>
            {previewWords(joining)}
          </span>
        </span>
      </Link>
    </li>
  )
}

const previewWords = ({ state, inviter }: JoiningView): string => {
  if (state.at === 'waiting') return `Waits for ${isolated(inviter.name)} to come online`
  if (state.at === 'in') return 'You are in'
  switch (state.because) {
    case 'used':
      return 'The invitation was used already'
    case 'expired':
      return 'The invitation has expired'
    case 'revoked':
      return 'The invitation was taken back'
    case 'not-allowed':
      return 'The invitation does not let you in'
    default:
      return unreachable(state.because)
  }
}

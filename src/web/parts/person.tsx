import { ArrowLeftRight, BadgeCheck, Moon, Network, Server, ShieldAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { pathMeaning, pathWords } from '../../view/presence-words.ts'
import type { Path, PersonView, Presence, Verified } from '../../view/view.ts'
import { calledName } from '../peer/names.ts'
import { hueOf, initialsOf } from './initials.ts'

export type Sized = { readonly size: 28 | 40 | 48 | 72 }

export const SIZES = {
  28: 'size-7 text-tiny',
  40: 'size-10 text-small',
  48: 'size-12 text-base',
  72: 'size-18 text-title',
}

/** Initials on the person's colour. It says nothing that the name beside it does not say. */
export const Avatar = ({ id, name, size }: Sized & { readonly id: string; readonly name: string }): ReactNode => (
  <span className={`avatar ${SIZES[size]}`} data-hue={hueOf(id)} aria-hidden>
    {initialsOf(name)}
  </span>
)

/** An avatar with a dot that is filled while the person is here. */
export const PresentAvatar = ({ person, size }: Sized & { readonly person: PersonView }): ReactNode => (
  <span className="relative flex-none">
    <Avatar id={person.id} name={calledName(person)} size={size} />
    {person.presence.at === 'here' ? (
      <span
        aria-hidden
        className="absolute -right-0.5 -bottom-0.5 size-3.5 rounded-full border-2 border-[var(--ground,var(--paper))] bg-here"
      />
    ) : null}
  </span>
)

/**
 * “Bobby (Bob)”, the tag while somebody else's name looks the same, and whether safety numbers were compared. Each name
 * keeps its own direction.
 */
export const ShownName = ({ person }: { readonly person: PersonView }): ReactNode => (
  <span>
    {person.privateName === undefined ? (
      <bdi>{person.name}</bdi>
    ) : (
      <>
        <bdi>{person.privateName}</bdi>{' '}
        <span className="font-normal text-soft">
          (<bdi>{person.name}</bdi>)
        </span>
      </>
    )}
    {person.ambiguous ? <Tag tag={person.tag} /> : null}
    <VerifiedMark verified={person.verified} />
  </span>
)

/** Beside a name wherever it stands: that safety numbers were compared, or that this needs a second look. */
export const VerifiedMark = ({ verified }: { readonly verified: Verified }): ReactNode => {
  if (verified.at === 'no') return null
  const [Icon, look, words] = VERIFIED[verified.at]
  return (
    <span title={words} className={`ms-1 inline-block align-[-0.15em] ${look}`} data-verified={verified.at}>
      <Icon className="size-[1.05em]" strokeWidth={2.1} aria-hidden />
      <span className="sr-only">{words}</span>
    </span>
  )
}

const VERIFIED = {
  yes: [BadgeCheck, 'text-here-ink', 'Verified: you compared safety numbers'],
  changed: [ShieldAlert, 'text-ember', 'Not verified any more: something changed since you compared safety numbers'],
  lookalike: [ShieldAlert, 'text-ember', 'Not verified: the name looks like that of somebody you verified'],
} as const

export const Tag = ({ tag }: { readonly tag: string }): ReactNode => (
  <span className="ms-1 font-mono text-[0.8em] font-normal text-soft" title="A tag made from this person’s key">
    ·{tag}
  </span>
)

/** How somebody is reached now, as an icon with words. */
export const PathBadge = ({
  presence,
  words,
}: {
  readonly presence: Presence
  readonly words?: boolean
}): ReactNode => {
  const path = presence.at === 'here' ? presence.path : 'away'
  const Icon = PATH_ICONS[path]
  const label = path === 'away' ? 'away' : pathWords(path)
  const title = path === 'away' ? 'Away: messages wait here until they are back.' : pathMeaning(path)
  return (
    <span
      title={title}
      className={`inline-flex flex-none items-center gap-1 whitespace-nowrap text-soft ${words ? 'rounded-full border border-line bg-card px-2 py-0.5 text-small' : ''}`}
    >
      <Icon size={14} strokeWidth={1.9} aria-hidden />
      {words ? label : <span className="sr-only">{label}</span>}
    </span>
  )
}

const PATH_ICONS: Readonly<Record<Path | 'away', LucideIcon>> = {
  nearby: Network,
  direct: ArrowLeftRight,
  punched: ArrowLeftRight,
  relayed: Server,
  away: Moon,
}

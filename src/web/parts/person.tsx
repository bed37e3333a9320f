import { Network, ArrowLeftRight, Moon, Server, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { pathMeaning, pathWords } from '../../view/presence-words.ts'
import type { Path, PersonView, Presence } from '../../view/view.ts'
import { hueOf, initialsOf } from './initials.ts'

type Sized = { readonly size: 28 | 40 | 48 | 72 }

const SIZES = { 28: 'size-7 text-tiny', 40: 'size-10 text-small', 48: 'size-12 text-base', 72: 'size-18 text-title' }

/** Initials on the person's colour. It says nothing that the name beside it does not say. */
export const Avatar = ({ id, name, size }: Sized & { readonly id: string; readonly name: string }): ReactNode => (
  <span className={`avatar ${SIZES[size]}`} data-hue={hueOf(id)} aria-hidden>
    {initialsOf(name)}
  </span>
)

/** An avatar with a dot that is filled while the person is here. */
export const PresentAvatar = ({ person, size }: Sized & { readonly person: PersonView }): ReactNode => (
  <span className="relative flex-none">
    <Avatar id={person.id} name={person.privateName ?? person.name} size={size} />
    {person.presence.at === 'here' ? (
      <span
        aria-hidden
        className="absolute -right-0.5 -bottom-0.5 size-3.5 rounded-full border-2 border-[var(--ground,var(--paper))] bg-here"
      />
    ) : null}
  </span>
)

/** “Bobby (Bob)”, and the tag while somebody else's name looks the same. Each name keeps its own direction. */
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
  </span>
)

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
  relayed: Server,
  away: Moon,
}

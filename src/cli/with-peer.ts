import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { ConversationView, PersonView } from '../view/view.ts'
import { borrowPeer, type BorrowedPeer } from './borrow.ts'
import type { Given, Option, World } from './command.ts'
import type { Exit } from './exit.ts'
import { followPeer, type Following, type Seen } from './follow.ts'
import { askGiven, PASSPHRASE_OPTION } from './passphrase.ts'
import { profileOf, type Profile, type ProfileMissing, type ProfileRefusal } from './profile.ts'
import { printable } from './safe-text.ts'
import {
  findGroup,
  findPerson,
  findWhom,
  type GroupRefusal,
  type GroupView,
  type Whom,
  type WhomRefusal,
  type WhoRefusal,
} from './who.ts'
import { commandWords, exitFor, type CommandRefusal, type Interrupted } from './words.ts'

/** How long a peer that runs for the moment looks for people who are near or on its server. */
export const LOOK_MILLIS_MAX = 3_000

/** How long a peer that runs for the moment gives what it wrote to leave: to its reader, or else to the server. */
export const LEAVE_MILLIS_MAX = 5_000

export const PROFILE_OPTIONS: { readonly [name: string]: Option } = {
  profile: { value: 'NAME', help: 'Which profile: each has its own name, key and history (default: default)' },
  data: { value: 'FOLDER', help: 'Keep profiles in this folder instead of the usual place' },
  ...PASSPHRASE_OPTION,
}

export const JSON_OPTION: { readonly [name: string]: Option } = {
  json: { help: 'Print one JSON object a line: what was read, or what was done' },
}

/** The profile that was named, whether or not it is there: for what may be the first step of one. */
export const profileGiven = (given: Given): Result<Profile, ProfileRefusal> =>
  profileOf(textOf(given, 'profile'), textOf(given, 'data'))

/** The profile that was named, if it is there: a mistyped name must neither make another one nor be taken for it. */
export const knownProfile = async (
  given: Given,
  world: Pick<World, 'missingProfile'>,
): Promise<Result<Profile, ProfileRefusal | ProfileMissing>> => {
  const profile = profileGiven(given)
  if (!profile.ok) return profile
  const missing = await world.missingProfile(profile.value)
  return missing === undefined ? accept(profile.value) : refuse(missing)
}

/** The text of an option, when it was given. */
export const textOf = (given: Given, option: string): string | undefined => {
  const value = given.options[option]
  return typeof value === 'string' ? value : undefined
}

/** The texts of an option that may come several times, when it was given. */
export const textsOf = (given: Given, option: string): readonly string[] | undefined => {
  const value = given.options[option]
  return Array.isArray(value) ? value : undefined
}

const INTERRUPTED: CommandRefusal = { kind: 'interrupted' }

/** What looking, waiting and asking come to when the user ends them: then it is not known whether it is so. */
const ENDED: ReadonlySet<string> = new Set<CommandRefusal['kind']>([
  'unknown-person',
  'profile-in-use',
  'passphrase-needed',
])

/** Says why nothing was done and gives the exit code for it. */
export const fail = (refused: CommandRefusal, world: World): Exit => {
  const refusal = world.ending.aborted && ENDED.has(refused.kind) ? INTERRUPTED : refused
  // A refusal may repeat what a stranger wrote: a name, an address.
  world.terminal.note(`kith: ${printable(commandWords(refusal))}`)
  return exitFor(refusal)
}

type UsePeer = (peer: BorrowedPeer, following: Following) => Promise<Exit>

/** Runs `use` with the peer of the profile that was given, and lets go of it afterwards whatever happens. */
export const withPeer = async (given: Given, world: World, use: UsePeer): Promise<Exit> => {
  const profile = await knownProfile(given, world)
  return profile.ok ? withPeerOf(profile.value, { given, world, use }) : fail(profile.refusal, world)
}

/** The same, and makes the profile when there is none. */
export const withNewPeer = async (given: Given, world: World, use: UsePeer): Promise<Exit> => {
  const profile = profileGiven(given)
  return profile.ok ? withPeerOf(profile.value, { given, world, use }) : fail(profile.refusal, world)
}

const withPeerOf = async (
  profile: Profile,
  { given, world, use }: { readonly given: Given; readonly world: World; readonly use: UsePeer },
): Promise<Exit> => {
  const ask = askGiven(given, world)
  if (!ask.ok) return fail(ask.refusal, world)
  const borrowed = await borrowPeer(profile, { ask: ask.value }, world)
  if (!borrowed.ok) return fail(borrowed.refusal, world)
  const following = followPeer(borrowed.value.calls, world.ending)
  try {
    return await use(borrowed.value, following)
  } finally {
    await following.end()
    await borrowed.value.release()
  }
}

/** Gives what was written a while to leave, where the peer ends with this command. */
export const letLeave = async (peer: BorrowedPeer, following: Following, world: World): Promise<void> => {
  if (!peer.running) await following.until(() => undefined, { world, millis: LEAVE_MILLIS_MAX })
}

type Missed = { readonly kind: 'disconnected' } | Interrupted

/** The person whom WHO means. */
export const meet = (
  who: string,
  peer: BorrowedPeer,
  following: Following,
  world: World,
): Promise<Result<PersonView, WhoRefusal | Missed>> =>
  look(() => findPerson(who, following.seen.people.values()), { peer, following, world })

/** The person or the group that WHO means. */
export const meetWhom = (
  who: string,
  peer: BorrowedPeer,
  following: Following,
  world: World,
): Promise<Result<Whom, WhomRefusal | Missed>> =>
  look(() => findWhom(who, following.seen.people.values(), following.seen.conversations.values()), {
    peer,
    following,
    world,
  })

/** The conversation with somebody, if there is one yet, or a group. */
export const conversationWith = (whom: Whom, { conversations }: Seen): ConversationView | undefined =>
  whom.at === 'group'
    ? whom.group
    : [...conversations.values()].find((each) => each.kind === 'direct' && each.person === whom.person.id)

/** The group that GROUP means: those of this profile are known from the start. */
export const chooseGroup = async (
  group: string,
  following: Following,
): Promise<Result<GroupView, GroupRefusal | Missed>> =>
  (await following.begun()) ? findGroup(group, following.seen.conversations.values()) : refuse({ kind: 'disconnected' })

/**
 * What `search` finds among what is seen. A peer that runs for the moment has only just started: it looks around for a
 * while before it says that nobody is called so.
 */
const look = async <Found, Refusal extends WhomRefusal>(
  search: () => Result<Found, Refusal>,
  { peer, following, world }: { readonly peer: BorrowedPeer; readonly following: Following; readonly world: World },
): Promise<Result<Found, Refusal | Missed>> => {
  if (!(await following.begun())) return refuse({ kind: world.ending.aborted ? 'interrupted' : 'disconnected' })
  if (peer.running) return search()
  const found = await following.until(
    () => {
      const result = search()
      return result.ok || result.refusal.kind !== 'unknown-person' ? result : undefined
    },
    { world, millis: LOOK_MILLIS_MAX },
  )
  return found.at === 'found' ? found.value : search()
}

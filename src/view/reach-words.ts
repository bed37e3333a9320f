import { unreachable } from '../core/bytes/result.ts'
import { PUNCH_ADDRESS, RELAY_ADDRESS, UDP_ADDRESS } from '../core/reach/path.ts'
import { countWords } from './count-words.ts'
import type { AttemptView, Candidate, ReachView } from './reach-view.ts'
import type { Millis, StatusView } from './view.ts'

/** Why two talk through a server and not directly, as far as this side can know. */
export type Indirect =
  | 'chosen'
  | 'not-accepted'
  | 'not-told'
  | 'trying'
  | 'not-called'
  | 'own-router'
  | 'their-router'
  | 'routers'
  | 'server'
  | 'open'

/** Undefined where nothing is to be explained: they are linked directly, or not at all. */
export const indirectOf = (reach: ReachView, status: Pick<StatusView, 'network'>): Indirect | undefined => {
  if (reach.link?.path !== 'relayed') return undefined
  if (reach.shown === 'nowhere') return 'chosen'
  if (reach.shown === 'this-machine') return 'not-accepted'
  const direct = reach.attempts.filter(({ path }) => path !== 'relayed')
  if (direct.length === 0) return 'not-told'
  if (direct.some(({ outcome }) => outcome.at === 'trying')) return 'trying'
  return afterCalls(direct, status)
}

/** What the last call at one moment came to. */
const afterCalls = (direct: readonly AttemptView[], { network }: Pick<StatusView, 'network'>): Indirect => {
  const kinds = new Set(
    direct.flatMap(({ path, outcome }) =>
      path === 'punched' && outcome.at === 'failed' ? [outcome.failure.kind] : [],
    ),
  )
  if (kinds.has('not-let-in')) {
    const { kind } = network.own.ipv4.tcp
    if (kind === 'address-and-port-dependent') return 'own-router'
    return kind === 'unknown' ? 'routers' : 'their-router'
  }
  if (kinds.has('not-called')) return 'not-called'
  return kinds.has('version') ? 'server' : 'open'
}

/** The same in plain words. `server`: what to call the server that passes the messages on. */
export const indirectWords = (why: Indirect, { name, server }: { name: string; server: string }): string => {
  const sealed = `Your messages go through ${server}, sealed: it cannot read them.`
  switch (why) {
    case 'chosen':
      return `You chose never to connect directly, so that nobody but your servers learns where you are. ${sealed}`
    case 'not-accepted':
      return `You have not accepted ${name} yet, nor written to them, so they are not shown where you are. ${sealed}`
    case 'not-told':
      return `${name} has not shown where they are: they have not accepted you yet, or chose never to connect directly. ${sealed}`
    case 'trying':
      return `Kith is looking for a direct way at this moment. ${sealed}`
    case 'not-called':
      return `For a direct way both have to call at one moment, and ${name}’s device did not. ${sealed}`
    case 'own-router':
      return `Your router gives each connection a door of its own, and ${name}’s lets in only whom it called itself: no program can open that. ${sealed}`
    case 'their-router':
      return `${name}’s router gives each connection a door of its own, or lets nothing in: no program can open that. Yours would let them in. ${sealed}`
    case 'routers':
      return `Both called at one moment, and the routers between you let neither in. ${sealed}`
    case 'server':
      return `The server is of an earlier version and cannot bring you together. ${sealed}`
    case 'open':
      return `No direct way was found so far. ${sealed}`
    default:
      return unreachable(why)
  }
}

/** Of somebody whom I blocked: nothing is tried, and what waits goes out by itself no longer. */
export const blockedReachWords = ({ name, waiting }: { name: string; waiting: number }): string => {
  const blocked = `You blocked ${name}: Kith does not call them, and ends their calls.`
  if (waiting === 0) return blocked
  return `${blocked} ${countWords(waiting, 'message')} of yours ${waiting === 1 ? 'waits' : 'wait'} here until you unblock them.`
}

/** While somebody is not linked and no next attempt is due: what it takes until Kith connects. */
export const restWords = ({ shown, candidates }: Pick<ReachView, 'shown' | 'candidates'>): string => {
  if (shown === 'nowhere') return 'You never connect directly: Kith connects as soon as both of you are on one server.'
  const appear = 'As soon as they appear on your network or on your server, Kith connects by itself.'
  return candidates.length === 0 ? `No address of theirs is known at the moment. ${appear}` : appear
}

/** What to call the server that carries a link, in a sentence. */
export const carrierOf = ({ link }: Pick<ReachView, 'link'>): string =>
  link?.server === undefined ? 'a server' : `the server ${link.server}`

/** Where an attempt went: an address as it is, or in words what is none. */
export const wayWords = (address: string): { readonly text: string; readonly isAddress: boolean } => {
  switch (address) {
    case PUNCH_ADDRESS:
      return { text: 'Both call at one moment, over TCP', isAddress: false }
    case UDP_ADDRESS:
      return { text: 'Both call at one moment, over UDP', isAddress: false }
    case RELAY_ADDRESS:
      return { text: 'A server passes on what both say', isAddress: false }
    default:
      return { text: address, isAddress: true }
  }
}

/** Where an address of theirs is known from. */
export const candidateWords = ({ from }: Pick<Candidate, 'from'>): string => {
  switch (from) {
    case 'answered':
      return 'they answered there before'
    case 'announced':
      return 'announced on your network'
    case 'told':
      return 'they said so'
    default:
      return unreachable(from)
  }
}

/** `0.4 ms`, `12 ms`, `1.2 seconds`: a round trip, or how long something took. */
export const tookWords = (millis: Millis): string => {
  if (millis >= 1_000) return `${(millis / 1_000).toFixed(1)} seconds`
  return millis < 1 ? `${millis.toFixed(1)} ms` : `${Math.round(millis)} ms`
}

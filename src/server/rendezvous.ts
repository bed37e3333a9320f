import type { Hex } from '../core/bytes/hex.ts'
import { Bug, unreachable } from '../core/bytes/result.ts'
import {
  decodePeerMessage,
  RENDEZVOUS_VERSION,
  type Because,
  type Newer,
  type PeerMessage,
} from '../core/rendezvous/messages.ts'
import type { Cursor, MailboxRequest } from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import { fullBucket, take } from './bucket.ts'
import { say, type Effect } from './effect.ts'
import { noteArrival } from './mailbox-arrivals.ts'
import type { JobOutcome } from './mailbox-call.ts'
import { noMailboxesYet } from './mailbox-desk.ts'
import { delist, enlist } from './people-list.ts'
import { MESSAGE_COST, MESSAGE_RATE, type Peer, type Rendezvous } from './rendezvous-state.ts'
import {
  askMailboxes,
  endOverdueUploads,
  leaveMailboxes,
  mailboxesDue,
  settled,
  tellArrivals,
  turnedFull,
} from './rendezvous-mailboxes.ts'
import { pauseWatching, push, pushDue, resumeWatching, startWatching, stopWatching } from './watchers.ts'

export const PEERS_MAX = 10_000
/** From the link to the first hello. */
export const HELLO_MILLIS_MAX = 10_000
/** A peer that leaves what it was sent unread for so long is disconnected. */
export const UNREAD_MILLIS_MAX = 30_000

export type Input =
  /** A device has connected; `peer` is the shell's number for this link, never used twice. `group`: see `address.ts`. */
  | {
      readonly kind: 'opened'
      readonly peer: number
      readonly device: Hex
      readonly address: string
      readonly group: string
      /** NONCE_BYTES of fresh randomness; needed where mailboxes are kept. */
      readonly nonce?: Uint8Array
    }
  | { readonly kind: 'heard'; readonly peer: number; readonly frame: Uint8Array }
  /** The link's queue outwards is full, or has room again. */
  | { readonly kind: 'full'; readonly peer: number }
  | { readonly kind: 'room'; readonly peer: number }
  | { readonly kind: 'closed'; readonly peer: number }
  | { readonly kind: 'woken' }
  /** What became of a job of a mailbox effect. */
  | { readonly kind: 'settled'; readonly job: number; readonly outcome: JobOutcome }
  /** A blob was put into a mailbox that is watched. */
  | { readonly kind: 'arrived'; readonly mailbox: Hex; readonly cursor: Cursor }
  | { readonly kind: 'stopping' }

/**
 * One thing happened; this is what to do. Changes `state`, in place because it holds thousands of peers, and nothing
 * else: the same inputs at the same times give the same effects. `now` is in milliseconds and never goes back.
 */
export const step = (state: Rendezvous, input: Input, now: Millis): readonly Effect[] => {
  const effects: Effect[] = []
  switch (input.kind) {
    case 'opened':
      open(state, input, now, effects)
      break
    case 'heard': {
      const peer = state.peers.get(input.peer)
      if (peer) hear(state, peer, input.frame, now, effects)
      break
    }
    case 'full':
      if (!state.peers.has(input.peer) || state.full.has(input.peer)) break
      state.full.set(input.peer, now)
      pauseWatching(state.watchers, input.peer)
      turnedFull(state, input.peer, true)
      break
    case 'room':
      state.full.delete(input.peer)
      resumeWatching(state.watchers, input.peer)
      turnedFull(state, input.peer, false)
      break
    case 'closed': {
      const peer = state.peers.get(input.peer)
      if (peer) forget(state, peer, effects)
      break
    }
    case 'woken':
      state.wakeAt = Infinity
      break
    case 'settled':
      settled(state, input, now, effects)
      break
    case 'arrived':
      if (state.mailboxes) noteArrival(state.mailboxes, input.mailbox, input.cursor, now)
      break
    case 'stopping':
      for (const peer of state.peers.values()) dismiss(state, peer, 'stopping', effects)
      break
    default:
      unreachable(input)
  }
  endOverdue(state, now, effects)
  pushDueNow(state, now, effects)
  tellArrivals(state, now, effects)
  wakeLater(state, now, effects)
  return effects
}

const open = (
  state: Rendezvous,
  { peer: number, device, address, group, nonce }: Extract<Input, { readonly kind: 'opened' }>,
  now: Millis,
  effects: Effect[],
): void => {
  if (state.peers.has(number)) throw new Bug('a number of a peer was used twice')
  const mailboxes = state.mailboxes && nonce ? noMailboxesYet(nonce, now) : undefined
  const budget = fullBucket(MESSAGE_RATE, now)
  const peer: Peer = { number, device, address, group, budget, card: undefined, mailboxes }
  const neighbours = state.groups.get(group) ?? 0
  const full = state.peers.size >= PEERS_MAX
  state.tally.opened += 1
  state.peers.set(number, peer)
  state.groups.set(group, neighbours + 1)
  state.greeting.set(number, now)
  if (full) dismiss(state, peer, 'full', effects)
  else if (neighbours >= state.peersPerAddressMax) dismiss(state, peer, 'crowded', effects)
}

const hear = (state: Rendezvous, peer: Peer, frame: Uint8Array, now: Millis, effects: Effect[]): void => {
  const read = decodePeerMessage(frame)
  if (!read.ok) return dismiss(state, peer, 'malformed', effects)
  const message = read.value
  if (state.greeting.has(peer.number) && message.kind !== 'hello') return dismiss(state, peer, 'malformed', effects)
  if (isMailboxRequest(message)) return askMailboxes(state, peer, message, now, effects)
  obey(state, peer, message, effects)
  const millis = take(peer.budget, MESSAGE_RATE, MESSAGE_COST[message.kind], now)
  if (millis === 0) return
  state.tally.held += 1
  effects.push({ kind: 'hold', peer: peer.number, millis })
}

const isMailboxRequest = (message: PeerMessage | Newer): message is MailboxRequest => 'request' in message

const obey = (
  state: Rendezvous,
  peer: Peer,
  message: Exclude<PeerMessage, MailboxRequest> | Newer,
  effects: Effect[],
): void => {
  switch (message.kind) {
    case 'hello':
      return greet(state, peer, message, effects)
    case 'watch':
      if (message.on) startWatching(state.watchers, peer.number)
      else stopWatching(state.watchers, peer.number)
      // A peer that does not read is not told the list either, until it does.
      if (state.full.has(peer.number)) pauseWatching(state.watchers, peer.number)
      return
    case 'card': {
      state.tally.cards += 1
      const card = state.here.get(message.device)?.card
      return say(peer, { kind: 'card', device: message.device, ...(card && { card }) }, effects)
    }
    case 'call': {
      const called = state.here.get(message.to)
      if (!called || state.full.has(called.number)) {
        state.tally.absent += 1
        return say(peer, { kind: 'absent', to: message.to }, effects)
      }
      state.tally.calls += 1
      return say(called, { kind: 'called', from: peer.device, offer: message.offer }, effects)
    }
    case 'newer':
      return say(peer, { kind: 'unknown', what: message.what }, effects)
    default:
      return unreachable(message)
  }
}

const greet = (
  state: Rendezvous,
  peer: Peer,
  hello: Extract<PeerMessage, { readonly kind: 'hello' }>,
  effects: Effect[],
): void => {
  if (state.greeting.delete(peer.number)) {
    const older = state.here.get(peer.device)
    if (older) dismiss(state, older, 'replaced', effects)
    state.here.set(peer.device, peer)
    state.tally.hellos += 1
  }
  // Copies: what was decoded are views into a frame that may be a small part of a large buffer.
  peer.card = hello.card?.slice()
  if (hello.visible && state.listsPeople)
    enlist(state.people, { device: peer.device, group: peer.group, listing: hello.listing.slice() })
  else delist(state.people, peer.device)
  say(
    peer,
    {
      kind: 'welcome',
      version: Math.min(hello.version, RENDEZVOUS_VERSION),
      observed: peer.address,
      people: state.listsPeople ? 'on' : 'off',
      ...(state.name !== undefined && { name: state.name }),
      ...(peer.mailboxes && { nonce: peer.mailboxes.nonce }),
      ...(state.stun && { stun: state.stun }),
      ...(state.life && { life: state.life }),
    },
    effects,
  )
}

const dismiss = (state: Rendezvous, peer: Peer, because: Because, effects: Effect[]): void => {
  state.tally.farewells[because] += 1
  say(peer, { kind: 'farewell', because }, effects)
  effects.push({ kind: 'close', peer: peer.number })
  forget(state, peer, effects)
}

const forget = (state: Rendezvous, peer: Peer, effects: Effect[]): void => {
  leaveMailboxes(state, peer, effects)
  state.peers.delete(peer.number)
  state.greeting.delete(peer.number)
  state.full.delete(peer.number)
  stopWatching(state.watchers, peer.number)
  const neighbours = (state.groups.get(peer.group) ?? 1) - 1
  if (neighbours === 0) state.groups.delete(peer.group)
  else state.groups.set(peer.group, neighbours)
  if (state.here.get(peer.device) !== peer) return
  state.here.delete(peer.device)
  delist(state.people, peer.device)
}

const endOverdue = (state: Rendezvous, now: Millis, effects: Effect[]): void => {
  const end = (since: ReadonlyMap<number, Millis>, limit: Millis, because: Because): void => {
    for (const [number, start] of since) {
      if (now < start + limit) return
      const peer = state.peers.get(number)
      if (peer) dismiss(state, peer, because, effects)
    }
  }
  end(state.greeting, HELLO_MILLIS_MAX, 'silent')
  end(state.full, UNREAD_MILLIS_MAX, 'slow')
  endOverdueUploads(state, now, effects)
}

const pushDueNow = (state: Rendezvous, now: Millis, effects: Effect[]): void => {
  if ((pushDue(state.watchers, state.people, now) ?? Infinity) > now) return
  for (const { peer, frame } of push(state.watchers, state.people, now)) {
    state.tally.pushes += 1
    state.tally.pushedBytes += frame.length
    effects.push({ kind: 'send', peer, frame })
  }
}

const wakeLater = (state: Rendezvous, now: Millis, effects: Effect[]): void => {
  const [greeting] = state.greeting.values()
  const [full] = state.full.values()
  const at = Math.min(
    (greeting ?? Infinity) + HELLO_MILLIS_MAX,
    (full ?? Infinity) + UNREAD_MILLIS_MAX,
    pushDue(state.watchers, state.people, now) ?? Infinity,
    mailboxesDue(state, now),
  )
  if (at >= state.wakeAt) return
  state.wakeAt = at
  effects.push({ kind: 'wake', at })
}

import type { Hex } from '../core/bytes/hex.ts'
import type { StunPorts } from '../core/stun/ports.ts'
import type { Millis } from '../view/view.ts'
import type { Bucket, Rate } from './bucket.ts'
import { openDesk, type MailboxDesk, type PeerMailboxes } from './mailbox-desk.ts'
import { emptyList, type PeopleList } from './people-list.ts'
import { emptyTally, type Tally } from './tally.ts'
import { noWatchers, type Watchers } from './watchers.ts'

/** Unless the operator says otherwise. A school behind one address fits; an IPv6 address counts as its /64. */
export const PEERS_PER_ADDRESS_MAX = 256

/** What one peer may say, in units of what a card costs. A peer that says more is read more slowly. */
export const MESSAGE_RATE: Rate = { perSecond: 20, burst: 100 }
/** A hello is told to all who watch, and watching starts with the whole list. */
export const MESSAGE_COST = { hello: 5, watch: 10, card: 1, call: 2, newer: 1 } as const

/** A link that a device has opened. */
export type Peer = {
  readonly number: number
  readonly device: Hex
  readonly address: string
  readonly group: string
  readonly budget: Bucket
  /** Set by the first hello. */
  card: Uint8Array | undefined
  /** Undefined on a server that keeps none. */
  readonly mailboxes: PeerMailboxes | undefined
}

/** All that the server knows. Owned and changed by `step` alone; read it, never change it. */
export type Rendezvous = {
  readonly listsPeople: boolean
  readonly peersPerAddressMax: number
  readonly peers: Map<number, Peer>
  /** Peers that said hello. */
  readonly here: Map<Hex, Peer>
  readonly groups: Map<string, number>
  /** Peers that did not, and since when; oldest first. */
  readonly greeting: Map<number, Millis>
  /** Peers with unread bytes up to the limit, and since when; oldest first. */
  readonly full: Map<number, Millis>
  readonly people: PeopleList
  readonly watchers: Watchers
  readonly mailboxes: MailboxDesk | undefined
  readonly name: string | undefined
  /** Both told to peers in each welcome. */
  readonly stun: StunPorts | undefined
  readonly life: Uint8Array | undefined
  readonly tally: Tally
  wakeAt: Millis
}

export type RendezvousOptions = {
  readonly people: 'on' | 'off'
  readonly peersPerAddressMax?: number
  /** What the server tells peers that it is called. */
  readonly name?: string
}

export const createRendezvous = (
  {
    people,
    peersPerAddressMax = PEERS_PER_ADDRESS_MAX,
    name,
    mailboxesOf,
    stun,
    life,
  }: RendezvousOptions & {
    /** This server's own key; with it, mailboxes are kept. */
    readonly mailboxesOf?: Hex | undefined
    /** Where the server answers STUN, if anywhere. */
    readonly stun?: StunPorts | undefined
    /** That of its mailboxes. */
    readonly life?: Uint8Array | undefined
  },
  now: Millis,
): Rendezvous => ({
  listsPeople: people === 'on',
  peersPerAddressMax,
  peers: new Map(),
  here: new Map(),
  groups: new Map(),
  greeting: new Map(),
  full: new Map(),
  people: emptyList(),
  watchers: noWatchers(now),
  mailboxes: mailboxesOf === undefined ? undefined : openDesk(mailboxesOf, now),
  name,
  stun,
  life,
  tally: emptyTally(),
  wakeAt: Infinity,
})

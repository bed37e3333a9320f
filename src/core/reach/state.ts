import type { Hex } from '../bytes/hex.ts'
import type { Address } from './address.ts'
import { fullAllowance, type Allowance } from './allowance.ts'
import type { Attempt } from './attempt.ts'
import type { Known } from './known.ts'
import type { Offer } from './offer.ts'
import type { Failure, Path } from './path.ts'
import type { Standing } from './standing.ts'

/**
 * Dials to addresses that were never dialled before, which one device may cause here in a minute by what it (or whoever
 * pretends to be it on this network) says of where it is. Nobody can make this device search a network.
 */
export const HEARSAY_DIALS_PER_MINUTE = 24
/** Times that one device is called at one moment with its own call. */
export const PUNCHES_PER_MINUTE = 4
/** Times that one device is called over UDP. */
export const UDP_CALLS_PER_MINUTE = 4
/** Offers of one device that are answered. */
export const ANSWERS_PER_MINUTE = 8

/**
 * How one device is reached: what is known, what stands, what is being tried and what comes next. A value; `step` makes
 * the next one.
 */
export type Reach = {
  readonly self: Hex
  readonly device: Hex
  /** The peer wants a link. */
  readonly wanted: boolean
  /** A stranger on this network who is to be linked, so that their name can be learnt. */
  readonly near: boolean
  readonly shown: Shown
  /** A server is connected, through which the device may be called and relayed to. */
  readonly server: boolean
  readonly known: readonly Known[]
  readonly links: readonly Standing[]
  /** The link to speak on, of those that stand. */
  readonly current: number | undefined
  /** Attempts that are under way, and those that wait for the shell to begin them. */
  readonly flights: readonly Flight[]
  /** Newest first. */
  readonly attempts: readonly Attempt[]
  readonly plan: Plan
  /** Rounds in a row that led to nothing. */
  readonly failures: number
  /** Until when the addresses it offered are dialled, wanted or not. */
  readonly calledUntil: number
  readonly lastAsked: number
  /** Where it said last that it listens; believed of a host from which it has linked. */
  readonly offered: readonly Address[]
  /** Dials that others may still cause by naming addresses of this device. */
  readonly hearsay: Allowance
  readonly answers: Allowance
  readonly punches: Allowance
  readonly udpCalls: Allowance
  readonly attemptsMade: number
  /** When `step` must be called with `time` at the latest; Infinity: not before something happens. */
  readonly wake: number
}

/**
 * Where this device shows itself to the other: to tell it an address is to do so, and to dial it as well. `everywhere`
 * to those whom the person knows, `this-machine` at loopback addresses alone, `nowhere` but through servers. A stranger
 * on this network, whom it is announced to, is dialled there all the same.
 */
export type Shown = 'everywhere' | 'this-machine' | 'nowhere'

export type Flight = {
  readonly number: number
  readonly path: Path
  readonly address: string
  /** Since when it runs. Absent: the shell has not begun it yet. */
  readonly began?: number
  /** Somebody answers there; who, the handshake has still to show. */
  readonly answered?: true
}

export type Plan =
  /** Nothing to do: linked as well as can be, or not wanted, or nothing is known to try. */
  | { readonly at: 'rest' }
  | { readonly at: 'wait'; readonly until: number }
  | {
      readonly at: 'try'
      readonly since: number
      /** Addresses of this round that were not tried yet. */
      readonly pending: readonly Pending[]
      /** When the last of them was begun. */
      readonly dialled: number
      readonly exchange: Exchange
      readonly punch: 'later' | 'tried'
      readonly udp: 'later' | 'tried'
      readonly relay: 'later' | 'tried'
      /** When the link broke for which this round is to find another. Infinity: none did. */
      readonly lost: number
    }

/** `from`: not to be dialled earlier, since the other side may be dialling this one at the moment. */
export type Pending = { readonly address: Address; readonly from: number; readonly offered: boolean }

/** The two devices telling each other their addresses, through the server. */
export type Exchange =
  | { readonly at: 'later' }
  | { readonly at: 'asked'; readonly since: number }
  | { readonly at: 'heard'; readonly since: number }
  /** Nobody answered, or the device is not there. */
  | { readonly at: 'silent' }

export type Input =
  | { readonly kind: 'want'; readonly addresses: readonly string[] }
  | { readonly kind: 'release' }
  | { readonly kind: 'try-now' }
  /** Whether to link it for being near, wanted or not. */
  | { readonly kind: 'near'; readonly on: boolean }
  | { readonly kind: 'sighted'; readonly addresses: readonly string[] }
  | { readonly kind: 'unsighted' }
  | { readonly kind: 'heard'; readonly offer: Offer }
  /** On a link that stands it says where it listens. */
  | { readonly kind: 'placed'; readonly addresses: readonly Address[] }
  /** The server says that the device is not there. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'server'; readonly on: boolean }
  /** One more server is connected at which it may be. */
  | { readonly kind: 'served' }
  /** It has just come to the server's people list. */
  | { readonly kind: 'appeared' }
  | { readonly kind: 'shown'; readonly where: Shown }
  /** This device's own addresses changed. */
  | { readonly kind: 'moved' }
  /** A `dial` is being made now. */
  | { readonly kind: 'began'; readonly attempt: number }
  /** Somebody answers at the address; the handshake is to come. */
  | { readonly kind: 'answered'; readonly attempt: number }
  | { readonly kind: 'connected'; readonly attempt: number; readonly link: NewLink }
  | { readonly kind: 'failed'; readonly attempt: number; readonly failure: Failure }
  | { readonly kind: 'accepted'; readonly link: NewLink }
  | { readonly kind: 'lost'; readonly link: number }
  /** The other side owes a sign of life on this link, and then gives it after all. */
  | { readonly kind: 'silent'; readonly link: number }
  | { readonly kind: 'alive'; readonly link: number }
  | { readonly kind: 'time' }

export type NewLink = { readonly number: number; readonly path: Path; readonly address: string }

export type Effect =
  /** Begin this dial as soon as there is a place for it, and say `began`; then `connected` or `failed`. */
  | { readonly do: 'dial'; readonly attempt: number; readonly address: string }
  /** It is over here; whatever becomes of it, say nothing unless it connected. */
  | { readonly do: 'give-up'; readonly attempt: number }
  | { readonly do: 'call'; readonly offer: Offer['kind'] }
  | { readonly do: 'hand-over'; readonly link: number }
  /** `replaced`: another link stands, on a better path. */
  | { readonly do: 'close'; readonly link: number; readonly replaced?: true }
  /** What a screen shows of this device has changed. */
  | { readonly do: 'changed' }

/** Now, and a random number in [0, 1). */
export type Moment = { readonly now: number; readonly dice: number }

/** A `Reach` in the making, inside of one step. */
export type Draft = { -readonly [Key in keyof Reach]: Reach[Key] } & { readonly effects: Effect[] }

export const newReach = (self: Hex, device: Hex, server: boolean): Reach => ({
  self,
  device,
  wanted: false,
  near: false,
  shown: 'everywhere',
  server,
  known: [],
  links: [],
  current: undefined,
  flights: [],
  attempts: [],
  plan: { at: 'rest' },
  failures: 0,
  calledUntil: -Infinity,
  lastAsked: -Infinity,
  offered: [],
  hearsay: fullAllowance(HEARSAY_DIALS_PER_MINUTE),
  answers: fullAllowance(ANSWERS_PER_MINUTE),
  punches: fullAllowance(PUNCHES_PER_MINUTE),
  udpCalls: fullAllowance(UDP_CALLS_PER_MINUTE),
  attemptsMade: 0,
  wake: Infinity,
})

import type { Hex } from '../bytes/hex.ts'
import { parseAddress, type Address } from './address.ts'
import { fullAllowance, isFull, spend, type Allowance } from './allowance.ts'
import { withAttempt, withOutcome, type Attempt } from './attempt.ts'
import { waitMillis } from './backoff.ts'
import { withAnswered, withoutSighted, withSighted, type Known } from './known.ts'
import type { Offer } from './offer.ts'
import { RELAY_ADDRESS, type Failure, type Path } from './path.ts'
import { beginRound, closeLink, hurry, pend, prefer, settle } from './round.ts'
import { LINKS_MAX, type Standing } from './standing.ts'

/** The wait between rounds of attempts, while a device that is wanted cannot be reached as well as possible. */
export const RETRY = { leastMillis: 1_000, mostMillis: 60_000 } as const
/** A link that stood this long says that the path works: what failed before no longer counts. */
export const STEADY_MILLIS = 10_000
/** How long the addresses of an offer may be dialled although this device wants nothing of the one who sent it. */
export const CALLED_MILLIS = 10_000
/** Dials that one device may cause here by its offers. */
export const OFFERED_DIALS_PER_MINUTE = 16
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
  /** A server is connected, through which the device may be called and relayed to. */
  readonly server: boolean
  readonly known: readonly Known[]
  readonly links: readonly Standing[]
  /** The link to speak on, of those that stand. */
  readonly current?: number
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
  readonly offered: Allowance
  readonly answers: Allowance
  readonly attemptsMade: number
  /** When `step` must be called with `time` at the latest; Infinity: not before something happens. */
  readonly wake: number
}

export type Flight = {
  readonly number: number
  readonly path: Path
  readonly address: string
  /** Since when it runs. Absent: the shell has not begun it yet. */
  readonly began?: number
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
      readonly relay: 'later' | 'tried'
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
  /** The server says that the device is not there. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'server'; readonly on: boolean }
  /** This device's own addresses changed. */
  | { readonly kind: 'moved' }
  /** A `dial` is being made now. */
  | { readonly kind: 'began'; readonly attempt: number }
  | { readonly kind: 'connected'; readonly attempt: number; readonly link: NewLink }
  | { readonly kind: 'failed'; readonly attempt: number; readonly failure: Failure }
  | { readonly kind: 'accepted'; readonly link: NewLink }
  | { readonly kind: 'lost'; readonly link: number }
  | { readonly kind: 'time' }

export type NewLink = { readonly number: number; readonly path: Path; readonly address: string }

export type Effect =
  /** Begin this dial as soon as there is a place for it, and say `began`; then `connected` or `failed`. */
  | { readonly do: 'dial'; readonly attempt: number; readonly address: string }
  /** It is over here; whatever becomes of it, say nothing unless it connected. */
  | { readonly do: 'give-up'; readonly attempt: number }
  | { readonly do: 'call'; readonly offer: Offer['kind'] }
  | { readonly do: 'hand-over'; readonly link: number }
  | { readonly do: 'close'; readonly link: number }
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
  server,
  known: [],
  links: [],
  flights: [],
  attempts: [],
  plan: { at: 'rest' },
  failures: 0,
  calledUntil: -Infinity,
  lastAsked: -Infinity,
  offered: fullAllowance(OFFERED_DIALS_PER_MINUTE),
  answers: fullAllowance(ANSWERS_PER_MINUTE),
  attemptsMade: 0,
  wake: Infinity,
})

/** What follows from one thing that happened. Never throws; inputs that come late or twice change nothing. */
export const step = (
  reach: Reach,
  input: Input,
  moment: Moment,
): { readonly reach: Reach; readonly effects: readonly Effect[] } => {
  const draft: Draft = { ...reach, effects: [] }
  take(draft, input, moment)
  settle(draft, moment)
  const { effects, ...next } = draft
  if (isShownDifferent(reach, next)) effects.push({ do: 'changed' })
  return { reach: next, effects }
}

/** Addresses at which the device answered, the most useful first. */
export const rememberedOf = (reach: Reach): readonly string[] =>
  reach.known.filter((each) => each.answered !== undefined).map((each) => each.address.text)

/** Whether nothing would be lost by forgetting this device: what it may still cause is part of what would be lost. */
export const isForgettable = (reach: Reach, now: number): boolean =>
  !reach.wanted &&
  !reach.near &&
  reach.links.length === 0 &&
  reach.flights.length === 0 &&
  reach.calledUntil <= now &&
  isFull(reach.offered, OFFERED_DIALS_PER_MINUTE, now) &&
  isFull(reach.answers, ANSWERS_PER_MINUTE, now)

const isShownDifferent = (before: Reach, after: Reach): boolean =>
  before.attempts !== after.attempts ||
  before.current !== after.current ||
  before.known !== after.known ||
  nextOf(before) !== nextOf(after)

const nextOf = ({ plan }: Reach): number | undefined => (plan.at === 'wait' ? plan.until : undefined)

const take = (draft: Draft, input: Input, moment: Moment): void => {
  const { now } = moment
  switch (input.kind) {
    case 'want':
      return want(draft, input.addresses, now)
    case 'release':
      draft.wanted = false
      return
    case 'try-now':
      return hurry(draft, now)
    case 'near':
      if (input.on && !draft.near) hurry(draft, now)
      draft.near = input.on
      return
    case 'sighted':
      return sighted(draft, input.addresses, now)
    case 'unsighted':
      draft.known = withoutSighted(draft.known)
      return
    case 'heard':
      return heard(draft, input.offer, now)
    case 'absent':
      return absent(draft, now)
    case 'server':
      return serverIs(draft, input.on, now)
    case 'moved':
      return hurry(draft, now)
    case 'began':
      return began(draft, input.attempt, now)
    case 'connected':
      return connected(draft, input.attempt, input.link, moment)
    case 'failed':
      return failed(draft, input.attempt, input.failure, now)
    case 'accepted':
      if (draft.links.length >= LINKS_MAX) draft.effects.push({ do: 'close', link: input.link.number })
      else prefer(draft, { ...input.link, dialled: false, since: now, handed: false })
      return
    case 'lost':
      return lost(draft, input.link, moment)
    case 'time':
      return
  }
}

import type { Address } from './address.ts'
import { spend } from './allowance.ts'
import { withOutcome } from './attempt.ts'
import { waitMillis } from './backoff.ts'
import { inDialOrder } from './known.ts'
import { PUNCH_ADDRESS, RELAY_ADDRESS, UDP_ADDRESS, type Failure, type Path } from './path.ts'
import { closeSurplus, isChooser } from './standing.ts'
import {
  PUNCHES_PER_MINUTE,
  UDP_CALLS_PER_MINUTE,
  type Draft,
  type Flight,
  type Moment,
  type Pending,
  type Plan,
} from './state.ts'
import {
  canAsk,
  canCallOverUdp,
  candidates,
  canPunch,
  canRelay,
  currentPath,
  hasReason,
  improves,
  mayDial,
} from './worth.ts'

/** The wait between rounds, while a device that is wanted cannot be reached as well as possible. */
export const RETRY = { leastMillis: 1_000, mostMillis: 60_000 } as const
/** The same while they talk through the server: that works, and most pairs that fail a few times cannot do better. */
export const RETRY_RELAYED = { leastMillis: 1_000, mostMillis: 30 * 60_000 } as const
/** Dials to one device that run at once. */
export const PARALLEL_MAX = 4
/** How long one address is tried alone before the next one is tried beside it (as RFC 8305, 5). */
export const STAGGER_MILLIS = 100
export const DIAL_MILLIS_MAX = 5_000
export const RELAY_DIAL_MILLIS_MAX = 10_000
/** Longer than the link takes to learn this side's address, to wait for the other side and to call it. */
export const PUNCH_DIAL_MILLIS_MAX = 15_000
/** How long the device with the greater id lets the other dial first, where both learn of each other at one moment. */
export const YIELD_MILLIS = 200
/** How long addresses that are known are tried before the server is asked to pass an offer on. */
export const ASK_DELAY_MILLIS = 200
/** Offers to one device are this far apart. */
export const ASK_MILLIS_LEAST = 1_000
/** How long the answer to an offer is waited for. */
export const ANSWER_MILLIS_MAX = 1_500
/** How long the direct paths have, once both sides know each other's addresses, before both call at one moment. */
export const PUNCH_DELAY_MILLIS = 300
/**
 * How long calling at one moment has, from when both sides know each other's addresses, before UDP is tried beside it.
 * Where it works at all it does within a few round trips.
 */
export const UDP_DELAY_MILLIS = 1_200
/** How long the device with the greater id leaves UDP to the other: one call over it is enough. */
export const UDP_YIELD_MILLIS = 3_000
/**
 * How long the direct paths have, once both sides know each other's addresses, before the relay is used: until somebody
 * answers at one of them, which takes one round trip however busy the two machines are.
 */
export const RELAY_DELAY_MILLIS = 300
/** How much longer they have where somebody answers: for the handshake, so that the server then carries nothing. */
export const HANDSHAKE_PATIENCE_MILLIS = 1_200
/** Addresses that wait to be tried. */
export const PENDING_MAX = 32

type Trying = Extract<Plan, { readonly at: 'try' }>

/** Forgets what failed before and starts a round of attempts now. */
export const hurry = (draft: Draft, now: number): void => {
  draft.failures = 0
  const round = newRound(draft, now)
  const offered = draft.plan.at === 'try' ? draft.plan.pending.filter((each) => each.offered) : []
  draft.plan = { ...round, pending: merge(round.pending, offered) }
}

/** Adds addresses to the round that runs, or to one that starts now. The device with the greater id waits a moment. */
export const pend = (draft: Draft, addresses: readonly Address[], offered: boolean, now: number): void => {
  const round = draft.plan.at === 'try' ? draft.plan : newRound(draft, now)
  const from = now + (draft.self > draft.device ? YIELD_MILLIS : 0)
  const news = inDialOrder(addresses).map((address) => ({ address, from, offered }))
  draft.plan = { ...round, pending: merge(round.pending, news) }
}

const merge = (before: readonly Pending[], news: readonly Pending[]): readonly Pending[] => {
  const others = before.filter((each) => !news.some((one) => one.address.text === each.address.text))
  return [...others, ...news].slice(0, PENDING_MAX)
}

/** Does whatever is due at this moment, and notes in `wake` when something will be due next. */
export const settle = (draft: Draft, { now, dice }: Moment): void => {
  draft.wake = closeSurplus(draft, now)
  endFlights(draft, now)
  const reason = hasReason(draft)
  if (draft.plan.at === 'rest' && reason) draft.plan = newRound(draft, now)
  if (draft.plan.at === 'wait' && !reason) draft.plan = { at: 'rest' }
  if (draft.plan.at === 'wait' && draft.plan.until <= now) draft.plan = newRound(draft, now)
  if (draft.plan.at === 'try') proceed(draft, draft.plan, now)
  if (draft.plan.at === 'try' && isOver(draft, draft.plan)) endRound(draft, { now, dice })
  if (draft.plan.at === 'wait') later(draft, draft.plan.until)
}

const later = (draft: Draft, time: number): void => {
  draft.wake = Math.min(draft.wake, time)
}

/**
 * A round that starts because the link has broken: the relay need not wait until the other side tells where it is, nor
 * at all where nobody was told of the end, since then nothing was heard for long enough already.
 */
export const newRoundAfterLoss = (draft: Draft, how: 'ended' | 'silent', now: number): Trying => ({
  ...newRound(draft, now),
  lost: how === 'ended' ? now : -Infinity,
})

const newRound = (draft: Draft, now: number): Trying => ({
  at: 'try',
  since: now,
  pending: candidates(draft).map((address) => ({ address, from: now, offered: false })),
  dialled: -Infinity,
  exchange: { at: 'later' },
  punch: 'later',
  udp: 'later',
  relay: 'later',
  lost: Infinity,
})

const DIAL_MILLIS = {
  nearby: DIAL_MILLIS_MAX,
  direct: DIAL_MILLIS_MAX,
  punched: PUNCH_DIAL_MILLIS_MAX,
  relayed: RELAY_DIAL_MILLIS_MAX,
} as const satisfies Record<Path, number>

/** Ends attempts that took too long, and those that can lead to nothing better than what stands. */
const endFlights = (draft: Draft, now: number): void => {
  const isPurposeful = draft.wanted || draft.near || now < draft.calledUntil
  for (const flight of draft.flights) {
    const ends = (flight.began ?? Infinity) + DIAL_MILLIS[flight.path]
    if (!isPurposeful) giveUp(draft, flight, { kind: 'given-up', detail: 'no longer wanted' }, now)
    else if (draft.shown === 'nowhere' && flight.path !== 'relayed')
      giveUp(draft, flight, { kind: 'given-up', detail: 'through servers alone' }, now)
    else if (!improves(draft, flight.path))
      giveUp(draft, flight, { kind: 'given-up', detail: 'another path was faster' }, now)
    else if (ends <= now)
      giveUp(draft, flight, { kind: 'timeout', detail: `no answer in ${(ends - (flight.began ?? 0)) / 1000} s` }, now)
    else later(draft, ends)
  }
}

const giveUp = (draft: Draft, flight: Flight, failure: Failure, now: number): void => {
  draft.flights = draft.flights.filter((each) => each !== flight)
  draft.attempts = withOutcome(draft.attempts, flight.number, failure, now)
  draft.effects.push({ do: 'give-up', attempt: flight.number })
}

const proceed = (draft: Draft, round: Trying, now: number): void => {
  const dialled = dialPending(draft, round, now)
  const asked = exchange(draft, dialled, now)
  draft.plan = relay(draft, udp(draft, punch(draft, asked, now), now), now)
}

const dialPending = (draft: Draft, round: Trying, now: number): Trying => {
  const isAllowed = (offered: boolean): boolean => draft.wanted || draft.near || (offered && now < draft.calledUntil)
  let { dialled } = round
  const pending = []
  for (const each of round.pending) {
    const direct = draft.flights.filter(({ path }) => path === 'nearby' || path === 'direct')
    if (!isAllowed(each.offered) || !mayDial(draft, each.address) || !improves(draft, each.address.path)) continue
    if (direct.some((flight) => flight.address === each.address.text)) continue
    const from = Math.max(each.from, direct.length > 0 ? dialled + STAGGER_MILLIS : now)
    if (from <= now && direct.length < PARALLEL_MAX) {
      launch(draft, each.address.path, each.address.text)
      dialled = now
    } else {
      pending.push(each)
      // When all places are taken, the end of an attempt is what happens next.
      if (from > now) later(draft, from)
    }
  }
  return { ...round, pending, dialled }
}

const launch = (draft: Draft, path: Path, address: string): void => {
  const number = draft.attemptsMade++
  draft.flights = [...draft.flights, { number, path, address }]
  draft.effects.push({ do: 'dial', attempt: number, address })
}

/** An attempt of a round before runs over a link that has broken since, or from where this device was then. */
const launchAnew = (draft: Draft, path: Path, address: string, now: number): void => {
  for (const flight of draft.flights.filter((each) => each.address === address))
    giveUp(draft, flight, { kind: 'given-up', detail: 'tried anew' }, now)
  launch(draft, path, address)
}

const exchange = (draft: Draft, round: Trying, now: number): Trying => {
  if (round.exchange.at === 'heard' || round.exchange.at === 'silent') return round
  if (!canAsk(draft)) return { ...round, exchange: { at: 'silent' } }
  if (round.exchange.at === 'asked') {
    const ends = round.exchange.since + ANSWER_MILLIS_MAX
    if (ends <= now) return { ...round, exchange: { at: 'silent' } }
    later(draft, ends)
    return round
  }
  const isTrying = round.pending.length > 0 || draft.flights.length > 0
  const from = Math.max(draft.lastAsked + ASK_MILLIS_LEAST, isTrying ? round.since + ASK_DELAY_MILLIS : now)
  if (from > now) {
    later(draft, from)
    return round
  }
  draft.lastAsked = now
  draft.effects.push({ do: 'call', offer: 'ask' })
  later(draft, now + ANSWER_MILLIS_MAX)
  return { ...round, exchange: { at: 'asked', since: now } }
}

/**
 * Both sides heard each other at nearly one moment, so both come to this at nearly one moment; the server, which both
 * then ask, waits for the later one. It says where the other is: an offer never leads here.
 */
const punch = (draft: Draft, round: Trying, now: number): Trying => {
  if (round.punch === 'tried' || round.exchange.at !== 'heard' || !canPunch(draft) || isPunching(draft)) return round
  const from = round.exchange.since + PUNCH_DELAY_MILLIS
  if (from > now) {
    later(draft, from)
    return round
  }
  const { allowance, granted } = spend(draft.punches, 1, PUNCHES_PER_MINUTE, now)
  draft.punches = allowance
  if (granted > 0) launch(draft, 'punched', PUNCH_ADDRESS)
  return { ...round, punch: 'tried' }
}

const isPunching = (draft: Draft): boolean => draft.flights.some(({ address }) => address === PUNCH_ADDRESS)

/** Beside the call at one moment when that takes long, and at once when nothing is to be hoped from it. */
const udp = (draft: Draft, round: Trying, now: number): Trying => {
  if (round.udp === 'tried' || round.exchange.at !== 'heard' || !canCallOverUdp(draft)) return round
  const { since } = round.exchange
  const from = since + (isPunchVain(draft, round) ? 0 : UDP_DELAY_MILLIS) + (isChooser(draft) ? 0 : UDP_YIELD_MILLIS)
  if (from > now) {
    later(draft, from)
    return round
  }
  const { allowance, granted } = spend(draft.udpCalls, 1, UDP_CALLS_PER_MINUTE, now)
  draft.udpCalls = allowance
  if (granted > 0) launchAnew(draft, 'punched', UDP_ADDRESS, now)
  return { ...round, udp: 'tried' }
}

/** It came to nothing in this round, or in the last one. */
const isPunchVain = (draft: Draft, round: Trying): boolean =>
  (round.punch === 'tried' && !isPunching(draft)) ||
  draft.attempts.find(({ address, outcome }) => address === PUNCH_ADDRESS && outcome.at !== 'trying')?.outcome.at ===
    'failed'

const relay = (draft: Draft, round: Trying, now: number): Trying => {
  if (round.relay === 'tried' || !canRelay(draft)) return round
  const from = relayDue(draft, round, now)
  if (from > now) {
    later(draft, from)
    return round
  }
  launchAnew(draft, 'relayed', RELAY_ADDRESS, now)
  return { ...round, relay: 'tried' }
}

/** When the relay is to be used if no direct link has come by then. Infinity: something else happens first. */
const relayDue = (draft: Draft, { exchange, lost }: Trying, now: number): number => {
  if (exchange.at === 'silent') return now
  const known = Math.min(lost, exchange.at === 'heard' ? exchange.since : Infinity)
  const isAnswered = draft.flights.some(({ answered }) => answered)
  const patience = RELAY_DELAY_MILLIS + (isAnswered ? HANDSHAKE_PATIENCE_MILLIS : 0)
  return known + patience + (draft.self > draft.device ? YIELD_MILLIS : 0)
}

const isOver = (draft: Draft, round: Trying): boolean =>
  round.pending.length === 0 &&
  draft.flights.length === 0 &&
  round.exchange.at !== 'later' &&
  round.exchange.at !== 'asked' &&
  (round.punch === 'tried' || round.exchange.at !== 'heard' || !canPunch(draft)) &&
  (round.udp === 'tried' || round.exchange.at !== 'heard' || !canCallOverUdp(draft)) &&
  (round.relay === 'tried' || !canRelay(draft))

const endRound = (draft: Draft, { now, dice }: Moment): void => {
  if (!hasReason(draft)) {
    draft.plan = { at: 'rest' }
    return
  }
  const retry = currentPath(draft) === 'relayed' ? RETRY_RELAYED : RETRY
  draft.plan = { at: 'wait', until: now + waitMillis(retry, draft.failures, dice) }
  draft.failures += 1
}

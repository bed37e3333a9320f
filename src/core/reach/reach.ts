import { parseAddress, type Address } from './address.ts'
import { isFull, spend } from './allowance.ts'
import { withAttempt, withOutcome } from './attempt.ts'
import { waitMillis } from './backoff.ts'
import { placesOn, withAnswered, withoutSighted, withSighted } from './known.ts'
import type { Offer } from './offer.ts'
import { PUNCH_ADDRESS, RELAY_ADDRESS, type Failure } from './path.ts'
import { hurry, newRoundAfterLoss, pend, RETRY, settle } from './round.ts'
import {
  addLink,
  closeLinks,
  doubtLink,
  dropLink,
  isChooser,
  LINKS_MAX,
  STRANGER_LINKS_MAX,
  trustLink,
} from './standing.ts'
import {
  ANSWERS_PER_MINUTE,
  HEARSAY_DIALS_PER_MINUTE,
  PUNCHES_PER_MINUTE,
  UDP_CALLS_PER_MINUTE,
  type Draft,
  type Effect,
  type Input,
  type Moment,
  type NewLink,
  type Reach,
  type Shown,
} from './state.ts'
import { mayDial } from './worth.ts'

/** A link that stood this long says that the path works: what failed before no longer counts. */
export const STEADY_MILLIS = 10_000
/** How long the addresses of an offer may be dialled although nothing is wanted of the one who sent it. */
export const CALLED_MILLIS = 10_000

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
  if (isShownDifferently(reach, next)) effects.push({ do: 'changed' })
  return { reach: next, effects }
}

/** Addresses at which the device answered, the most useful first. */
export const rememberedOf = (reach: Reach): readonly string[] =>
  reach.known.filter((each) => each.answered !== undefined).map((each) => each.address.text)

/** When the next round starts by itself. */
export const nextOf = ({ plan }: Reach): number | undefined => (plan.at === 'wait' ? plan.until : undefined)

/** Whether nothing would be lost by forgetting this device: what it may still cause is part of what would be lost. */
export const isForgettable = (reach: Reach, now: number): boolean =>
  !reach.wanted &&
  !reach.near &&
  reach.links.length === 0 &&
  reach.flights.length === 0 &&
  reach.calledUntil <= now &&
  isFull(reach.hearsay, HEARSAY_DIALS_PER_MINUTE, now) &&
  isFull(reach.answers, ANSWERS_PER_MINUTE, now) &&
  isFull(reach.punches, PUNCHES_PER_MINUTE, now) &&
  isFull(reach.udpCalls, UDP_CALLS_PER_MINUTE, now)

const isShownDifferently = (before: Reach, after: Reach): boolean =>
  before.attempts !== after.attempts ||
  before.current !== after.current ||
  before.shown !== after.shown ||
  (before.known !== after.known && rememberedOf(before).join() !== rememberedOf(after).join()) ||
  nextOf(before) !== nextOf(after)

const take = (draft: Draft, input: Input, moment: Moment): void => {
  const { now } = moment
  switch (input.kind) {
    case 'want':
      return want(draft, input.addresses, now)
    case 'release':
      draft.wanted = false
      if (!draft.near) closeLinks(draft)
      return
    case 'near':
      if (input.on && !draft.near) hurry(draft, now)
      // Linked for being near alone: who is not near any more, or does not want to be found, is let go.
      if (!input.on && draft.near && !draft.wanted) closeLinks(draft)
      draft.near = input.on
      return
    case 'sighted':
      return sighted(draft, input.addresses, now)
    case 'unsighted':
      draft.known = withoutSighted(draft.known)
      return
    case 'heard':
      return heard(draft, input.offer, now)
    case 'placed':
      return placed(draft, input.addresses, now)
    case 'absent':
      return absent(draft, now)
    case 'server':
      return serverIs(draft, input.on, now)
    case 'shown':
      return shownIs(draft, input.where, now)
    case 'appeared':
      return appeared(draft, moment)
    case 'served':
    case 'try-now':
    case 'moved':
      return hurry(draft, now)
    case 'began':
      return began(draft, input.attempt, now)
    case 'answered':
      draft.flights = draft.flights.map((each) => (each.number === input.attempt ? { ...each, answered: true } : each))
      return
    case 'connected':
      return connected(draft, input.attempt, input.link, now)
    case 'failed':
      return failed(draft, input.attempt, input.failure, now)
    case 'accepted':
      return accepted(draft, input.link, now)
    case 'lost':
      return lost(draft, input.link, moment)
    case 'silent':
      return silent(draft, input.link, now)
    case 'alive':
      return trustLink(draft, input.link)
    case 'time':
      return
  }
}

const want = (draft: Draft, addresses: readonly string[], now: number): void => {
  for (const address of addresses) {
    const parsed = parseAddress(address)
    if (parsed) draft.known = withAnswered(draft.known, parsed, 0)
  }
  if (draft.wanted) return
  draft.wanted = true
  hurry(draft, now)
}

const sighted = (draft: Draft, texts: readonly string[], now: number): void => {
  const addresses = texts.flatMap((each) => parseAddress(each) ?? [])
  const isKnown = (text: string): boolean => draft.known.some((each) => each.address.text === text)
  const news = addresses.filter((each) => !isKnown(each.text))
  const { allowance, granted } = spend(draft.hearsay, news.length, HEARSAY_DIALS_PER_MINUTE, now)
  draft.hearsay = allowance
  const believed = news.slice(0, granted)
  const wasSighted = draft.known.some((each) => each.sighted !== undefined)
  const trusted = addresses.filter((each) => isKnown(each.text) || believed.includes(each))
  draft.known = withSighted(draft.known, trusted, now)
  if (believed.length === 0 && wasSighted) return
  draft.failures = 0
  pend(draft, trusted, false, now)
}

/** Somebody tells where they are, and may ask where this device is. More than they may cause is not listened to. */
const heard = (draft: Draft, { kind, addresses }: Offer, now: number): void => {
  const { allowance, granted } = spend(draft.hearsay, Math.max(1, addresses.length), HEARSAY_DIALS_PER_MINUTE, now)
  draft.hearsay = allowance
  if (granted === 0) return
  if (kind === 'ask') {
    const answer = spend(draft.answers, 1, ANSWERS_PER_MINUTE, now)
    draft.answers = answer.allowance
    if (answer.granted === 0) return
    draft.effects.push({ do: 'call', offer: 'answer' })
  }
  if (!draft.wanted && !draft.near && draft.shown !== 'everywhere') return
  if (kind === 'ask') draft.calledUntil = now + CALLED_MILLIS
  const believed = addresses.slice(0, granted)
  // What was tried in vain will not work for being said again.
  if (textsOf(believed) !== textsOf(draft.offered)) draft.failures = 0
  draft.offered = believed
  remember(draft, placesOn(believed, draft.links), now)
  pend(draft, believed, true, now)
  if (draft.plan.at !== 'try') return
  // Who answers with no address is reached through the server alone, and calls nobody.
  const isShy = kind === 'answer' && !believed.some((each) => mayDial(draft, each))
  draft.plan = { ...draft.plan, exchange: isShy ? { at: 'silent' } : { at: 'heard', since: now } }
}

const textsOf = (addresses: readonly Address[]): string =>
  addresses
    .map(({ text }) => text)
    .toSorted()
    .join()

const shownIs = (draft: Draft, where: Shown, now: number): void => {
  if (where === draft.shown) return
  draft.shown = where
  if (where === 'nowhere') closeLinks(draft, ({ path }) => path !== 'relayed')
  if (draft.wanted) hurry(draft, now)
}

const absent = (draft: Draft, now: number): void => {
  if (draft.plan.at !== 'try' || draft.plan.exchange.at !== 'asked') return
  draft.plan = { ...draft.plan, exchange: { at: 'silent' }, relay: 'tried' }
  const failure: Failure = { kind: 'not-registered', detail: 'not connected to the server' }
  const number = draft.attemptsMade++
  draft.attempts = withAttempt(draft.attempts, {
    number,
    path: 'relayed',
    address: RELAY_ADDRESS,
    started: now,
    outcome: { at: 'failed', after: 0, failure },
  })
}

const serverIs = (draft: Draft, on: boolean, now: number): void => {
  if (on && !draft.server) hurry(draft, now)
  draft.server = on
}

/** It can be reached now, but whoever says so says it as often as they like: the first wait is kept. */
const appeared = (draft: Draft, { now, dice }: Moment): void => {
  if (draft.plan.at !== 'wait') return
  draft.failures = 0
  draft.plan = { at: 'wait', until: Math.min(draft.plan.until, now + waitMillis(RETRY, 0, dice)) }
}

const began = (draft: Draft, number: number, now: number): void => {
  const flight = draft.flights.find((each) => each.number === number)
  if (!flight || flight.began !== undefined) return
  draft.flights = draft.flights.map((each) => (each === flight ? { ...each, began: now } : each))
  const { path, address } = flight
  draft.attempts = withAttempt(draft.attempts, { number, path, address, started: now, outcome: { at: 'trying' } })
}

const connected = (draft: Draft, number: number, link: NewLink, now: number): void => {
  const flight = draft.flights.find((each) => each.number === number)
  // It was given up, and a better link stands or nobody wants one.
  if (!flight) return void draft.effects.push({ do: 'close', link: link.number })
  draft.flights = draft.flights.filter((each) => each !== flight)
  draft.attempts = withOutcome(draft.attempts, number, undefined, now)
  const address = parseAddress(flight.address)
  if (address) draft.known = withAnswered(draft.known, address, now)
  // Who dialled a link for which both called is agreed on, so that both prefer the same of two.
  const dialled = flight.address !== PUNCH_ADDRESS || isChooser(draft)
  addLink(draft, { ...link, dialled, since: now, handed: false })
}

const failed = (draft: Draft, number: number, failure: Failure, now: number): void => {
  draft.flights = draft.flights.filter((each) => each.number !== number)
  draft.attempts = withOutcome(draft.attempts, number, failure, now)
}

const accepted = (draft: Draft, link: NewLink, now: number): void => {
  if (draft.links.length >= (draft.wanted ? LINKS_MAX : STRANGER_LINKS_MAX))
    draft.effects.push({ do: 'close', link: link.number })
  else {
    remember(draft, placesOn(draft.offered, [link]), now)
    addLink(draft, { ...link, dialled: false, since: now, handed: false })
  }
}

/** Said on a link, it is dialled when that has ended: it is hearsay like what is said through a server. */
const placed = (draft: Draft, told: readonly Address[], now: number): void => {
  const news = placesOn(told, draft.links).filter(({ text }) => !rememberedOf(draft).includes(text))
  const { allowance, granted } = spend(draft.hearsay, news.length, HEARSAY_DIALS_PER_MINUTE, now)
  draft.hearsay = allowance
  remember(draft, news.slice(0, granted), now)
}

const remember = (draft: Draft, addresses: readonly Address[], now: number): void => {
  for (const address of addresses) draft.known = withAnswered(draft.known, address, now)
}

const lost = (draft: Draft, number: number, { now, dice }: Moment): void => {
  const link = draft.links.find((each) => each.number === number)
  if (!link) return
  const wasCurrent = draft.current === number
  dropLink(draft, link)
  if (!wasCurrent) return
  if (now - link.since >= STEADY_MILLIS) draft.failures = 0
  if (draft.plan.at === 'try') {
    // What the round left out because that link stood is due now.
    const { plan } = draft
    draft.plan = { ...plan, exchange: { at: 'later' }, punch: 'later', udp: 'later', relay: 'later', lost: now }
    return
  }
  if (now - link.since >= STEADY_MILLIS) {
    draft.plan = newRoundAfterLoss(draft, 'ended', now)
    return
  }
  draft.plan = { at: 'wait', until: now + waitMillis(RETRY, draft.failures, dice) }
  draft.failures += 1
}

/** The path is looked for anew at once; the link stays until another has come, since it may only be slow. */
const silent = (draft: Draft, number: number, now: number): void => {
  doubtLink(draft, number)
  if (draft.current !== number) return
  draft.failures = 0
  draft.plan = newRoundAfterLoss(draft, 'silent', now)
}

import multicastDns, { type MulticastDNS } from 'multicast-dns'
import { networkInterfaces } from 'node:os'
import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import type { HostAndPort } from '../address.ts'
import type { Sighting } from '../port.ts'
import { announcementOf, NEAR_SERVICE, randomName, sightingIn, type Records } from './near-records.ts'

/** How often others are asked for, and how often the machine's network cards are looked at again. */
export const NEAR_MILLIS = 10_000

/** Questions that come faster than this from one card are answered together. */
export const NEAR_ANSWER_MILLIS_MIN = 500

/** The same sighting again within this time is not news. */
export const NEAR_SAME_MILLIS = 5_000

/** Sightings that are remembered, so that repeating one is noticed. */
export const NEAR_NEWS_MAX = 1_024

export type Near = { set(on: boolean): Promise<Result<null, Failure>> }

/**
 * Finds devices on the same networks, and on this machine, with multicast DNS (RFC 6762) in the form that libp2p gives
 * it. Every network card gets a socket of its own, and so does the loopback: a socket that leaves the choice of card to
 * the system sends nothing at all where there is no default route, and two profiles on a machine without a network
 * would not find each other.
 */
export const createNear = ({
  device,
  listening,
  onSighting,
}: {
  readonly device: Hex
  readonly listening: () => readonly HostAndPort[]
  readonly onSighting: (sighting: Sighting) => void
}): Near => {
  const name = randomName()
  const cards = new Map<string, Card>()
  let timer: NodeJS.Timeout | undefined
  let last: Promise<unknown> = Promise.resolve()
  const news = createNews()

  const hear = (records: Records): void => {
    const sighting = sightingIn(records)
    if (sighting === undefined || sighting.device === device || !news(sighting, performance.now())) return
    onSighting(sighting)
  }

  const open = async (address: string): Promise<Failure | undefined> => {
    const here = (): readonly HostAndPort[] => {
      const own = addressesOfCard(address)
      return listening().filter(({ host }) => own.includes(host))
    }
    const card = openCard({ address, announcement: () => announcementOf({ name, device, addresses: here() }), hear })
    const failure = await card.ready
    if (failure === undefined) cards.set(address, card)
    else await card.close()
    return failure
  }

  /** Opens what is new, closes what is gone, asks on all. */
  const look = async (): Promise<Failure | undefined> => {
    const present = cardAddresses()
    let failure: Failure | undefined = { kind: 'unreachable', detail: 'no network card is up' }
    for (const [address, card] of cards)
      if (!present.includes(address)) {
        cards.delete(address)
        await card.close()
      }
    for (const address of present) {
      if (cards.has(address)) cards.get(address)?.ask()
      else failure = (await open(address)) ?? failure
    }
    return cards.size > 0 ? undefined : failure
  }

  const start = async (): Promise<Result<null, Failure>> => {
    const failure = await look()
    if (failure !== undefined) return refuse(failure)
    timer ??= setInterval(() => void inTurn(look), NEAR_MILLIS)
    timer.unref()
    return accept(null)
  }

  const stop = async (): Promise<Result<null, Failure>> => {
    clearInterval(timer)
    timer = undefined
    await Promise.all([...cards.values()].map((card) => card.close()))
    cards.clear()
    return accept(null)
  }

  /** One after the other: cards that are being opened cannot be closed. */
  const inTurn = <Value>(act: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(act)
    last = turn
    return turn
  }

  return { set: (on) => inTurn(on ? start : stop) }
}

type Card = {
  readonly ready: Promise<Failure | undefined>
  ask(): void
  close(): Promise<void>
}

const openCard = ({
  address,
  announcement,
  hear,
}: {
  readonly address: string
  readonly announcement: () => Records
  readonly hear: (records: Records) => void
}): Card => {
  // Bound to every address, because multicast does not come in at a socket that is bound to a card's own.
  const socket: MulticastDNS = multicastDns({ interface: address, bind: '0.0.0.0' })
  let answering: NodeJS.Timeout | undefined
  const announce = (): void => {
    answering = undefined
    const answers = announcement()
    if (answers.length > 0) socket.respond({ answers: [...answers] })
  }
  const ask = (): void => socket.query([{ name: NEAR_SERVICE, type: 'PTR' }])
  const ready = new Promise<Failure | undefined>((resolve) => {
    socket.on('ready', () => resolve(undefined))
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'other', detail: error.code ?? error.message }),
    )
    // The card does not take part in multicast, or went away: it is looked at again later.
    socket.on('warning', () => {})
  })
  socket.on('response', ({ answers, additionals }) => hear([...(answers ?? []), ...(additionals ?? [])]))
  socket.on('query', ({ questions }) => {
    if (questions?.some((question) => question.name === NEAR_SERVICE) === true)
      answering ??= setTimeout(announce, NEAR_ANSWER_MILLIS_MIN * Math.random()).unref()
  })
  void ready.then((failure) => {
    if (failure !== undefined) return
    ask()
    announce()
  })
  return {
    ready,
    ask,
    close: () => {
      clearTimeout(answering)
      return new Promise((resolve) => socket.destroy(resolve))
    },
  }
}

/** True for what was not said a moment ago. */
const createNews = (): ((sighting: Sighting, now: number) => boolean) => {
  const heard = new Map<string, number>()
  return ({ device, addresses }, now) => {
    const said = [device, ...addresses].join(' ')
    const before = heard.get(said)
    if (before !== undefined && now - before < NEAR_SAME_MILLIS) return false
    heard.delete(said)
    heard.set(said, now)
    const [oldest] = heard.keys()
    if (heard.size > NEAR_NEWS_MAX && oldest !== undefined) heard.delete(oldest)
    return true
  }
}

/** One IPv4 address of each card, the loopback among them. */
const cardAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((card) => card?.find(({ family }) => family === 'IPv4')?.address ?? [])

const addressesOfCard = (address: string): readonly string[] =>
  Object.values(networkInterfaces())
    .find((card) => card?.some((each) => each.address === address))
    ?.map((each) => each.address) ?? []

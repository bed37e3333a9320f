import { decode, encode } from '../../../src/core/bytes/cbor.ts'
import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import { signCard, type Card } from '../../../src/core/identity/card.ts'
import { certify, deviceOf } from '../../../src/core/identity/certificate.ts'
import type { Name } from '../../../src/core/identity/name.ts'
import type { Outgoing, Want } from '../../../src/core/sync/exchange.ts'
import { readFrame, type Vector } from '../../../src/core/sync/frame.ts'
import { newSession, step, type Session } from '../../../src/core/sync/session.ts'
import type { Effect, Input, Shared } from '../../../src/core/sync/words.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'

const crypto = createDeterministicCrypto()
export const CONVERSATION: Hex = 'c0'.repeat(32)

export type Identity = {
  readonly device: Hex
  readonly card: Card
  readonly cardBytes: Uint8Array
  readonly nonce: Uint8Array
}

export const createIdentity = async (name: string): Promise<Identity> => {
  const seed = (what: number): Uint8Array => new Uint8Array(32).fill(name.charCodeAt(0) + what)
  const device = toHex(await crypto.publicKey(seed(1)))
  const certificate = await certify(crypto, { rootSeed: seed(0), device, now: 1 })
  const slotKey = await crypto.slotKey(seed(2))
  const card = { certificate, name: name as Name, nameTime: 1, slotKey, slotTime: 1 }
  return { device: deviceOf(certificate), card, cardBytes: await signCard(crypto, seed(1), card), nonce: seed(3) }
}

/** One end of a link: a session, a store of chains, and what waits to be carried out. Events are `[author, seq, size]`. */
export class Side {
  readonly me: Identity
  readonly chains = new Map<Hex, number[]>()
  readonly inbox: Uint8Array[] = []
  readonly loads: (readonly Want[])[] = []
  readonly deliveries: (readonly Uint8Array[])[] = []
  /** Sequences of an author that are taken in at most. */
  intakeMax = Number.MAX_SAFE_INTEGER
  /** Frames of each kind that it sent. */
  readonly sent: Record<string, number> = {}
  loaded = 0
  /** Events that came although they were held. */
  repeated = 0
  learnt: Vector = new Map()
  shares = true
  /** What of it they may have; undefined: all. */
  limit: Vector | undefined
  /** How often they spoke of the conversation while it was only known here. */
  asked = 0
  /** Bytes of the requests and answers that came. */
  readonly heardOf: string[] = []
  /** Events that they asked for, frame by frame. */
  readonly wanted: (readonly Hex[])[] = []
  closed: string | undefined
  session: Session
  readonly #them: Identity
  other: Side | undefined

  constructor(me: Identity, them: Identity) {
    this.me = me
    this.#them = them
    this.session = newSession({ device: me.device, nonce: me.nonce, card: me.cardBytes }, them.device)
  }

  get vector(): Vector {
    return new Map([...this.chains].map(([author, sizes]) => [author, sizes.length]))
  }

  get #shared(): Shared {
    return { conversation: CONVERSATION, vector: this.vector, ...(this.limit && { limit: this.limit }) }
  }

  hold(author: Hex, size: number): Outgoing {
    const sizes = this.chains.get(author) ?? []
    sizes.push(size)
    this.chains.set(author, sizes)
    return outgoing(author, sizes.length, size)
  }

  /** Writes an event; `full`: the link takes nothing at the moment, so it is left to be loaded. */
  write(author: Hex, size: number, full: boolean): void {
    const event = this.hold(author, size)
    const events = full ? [] : [event]
    this.feed({ kind: 'grew', ...this.#shared, events, fromThem: new Map() })
  }

  share(): void {
    this.feed({ kind: 'share', conversations: [this.#shared] })
  }

  know(): void {
    this.feed({ kind: 'know', conversations: [CONVERSATION] })
  }

  hear(): void {
    const bytes = this.inbox.shift()
    if (bytes) this.feed({ kind: 'frame', bytes })
  }

  finishLoad(limit: number): void {
    const wants = this.loads.shift()
    if (!wants) return
    this.loaded += 1
    const events = wants.flatMap(([author, from]) =>
      (this.chains.get(author) ?? [])
        .map((size, at) => outgoing(author, at + 1, size))
        .slice(from - 1, from - 1 + limit),
    )
    this.feed({ kind: 'loaded', conversation: CONVERSATION, events })
  }

  /** Commits what came, and says so. */
  finishDelivery(): void {
    const fresh: Outgoing[] = []
    const arrivals = new Map<Hex, number>()
    for (const bytes of this.deliveries.shift() ?? []) {
      const [author, seq, size] = read(bytes)
      const held = this.chains.get(author)?.length ?? 0
      if (seq <= held) this.repeated += 1
      if (seq === held + 1 && seq <= this.intakeMax) fresh.push(this.hold(author, size))
      if (seq <= held + 1 && seq <= this.intakeMax) arrivals.set(author, seq)
    }
    if (fresh.length === 0) return
    this.feed({ kind: 'grew', ...this.#shared, events: fresh, fromThem: arrivals })
  }

  feed(input: Input): void {
    const [next, effects] = step(this.session, input)
    this.session = next
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'send': {
        const frame = readFrame(effect.frame)
        const kind = frame.ok ? frame.value.kind : 'malformed'
        this.sent[kind] = (this.sent[kind] ?? 0) + 1
        this.other?.inbox.push(effect.frame)
        return
      }
      case 'verify': {
        const isTheirs = Buffer.compare(effect.card, this.#them.cardBytes) === 0
        return this.feed({ kind: 'verified', card: isTheirs ? this.#them.card : undefined })
      }
      case 'greeted':
        return this.shares ? this.share() : undefined
      case 'load':
        this.loads.push(effect.wants)
        return
      case 'deliver':
        this.deliveries.push(effect.events)
        return
      case 'learnt':
        this.learnt = effect.vector
        return
      case 'close':
        this.closed = effect.because
        return
      case 'asked':
        this.asked += 1
        return
      case 'wanted':
        this.wanted.push(effect.ids)
        return
      case 'request':
      case 'answer':
      case 'place':
        this.heardOf.push(`${effect.kind} ${effect.bytes.join(' ')}`)
        return
      case 'renewed':
      case 'typing':
        return
    }
  }
}

export const createLink = (one: Identity, other: Identity): readonly [Side, Side] => {
  const sides = [new Side(one, other), new Side(other, one)] as const
  sides[0].other = sides[1]
  sides[1].other = sides[0]
  for (const side of sides) side.feed({ kind: 'opened' })
  return sides
}

/** Carries out whatever waits until nothing does. Answers how many steps it took. */
export const settle = (sides: readonly Side[], limit = 64): number => {
  for (let steps = 0; ; steps++) {
    const waiting = sides.find(({ inbox, loads, deliveries }) => inbox.length + loads.length + deliveries.length > 0)
    if (!waiting) return steps
    if (steps > 100_000) throw new Error('it never ends')
    if (waiting.deliveries.length > 0) waiting.finishDelivery()
    else if (waiting.loads.length > 0) waiting.finishLoad(limit)
    else waiting.hear()
  }
}

const outgoing = (author: Hex, seq: number, size: number): Outgoing => ({
  author,
  seq,
  size,
  bytes: encode([author, seq, size]),
})

const read = (bytes: Uint8Array): [Hex, number, number] => {
  const decoded = decode(bytes)
  if (!decoded.ok) throw new Error('not an event of these tests')
  return decoded.value as unknown as [Hex, number, number]
}

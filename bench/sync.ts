import { toHex } from '../src/core/bytes/hex.ts'
import { signCard } from '../src/core/identity/card.ts'
import { certify } from '../src/core/identity/certificate.ts'
import type { Name } from '../src/core/identity/name.ts'
import { newSession, step, type Session } from '../src/core/sync/session.ts'
import type { Effect, Input, Shared } from '../src/core/sync/words.ts'
import { createNodeCrypto } from '../src/crypto/node.ts'
import { row, type Row } from './row.ts'

const RUNS = 15
const CONVERSATIONS = 1_000
/** Authors of each: most are between two people, some are groups. */
const AUTHORS = [2, 2, 2, 2, 2, 2, 2, 2, 8, 50]

const COMPARE_MILLIS_REACH = 50

/** Two replicas of the same conversations, from the greeting until both know that nothing is new. */
export const benchSync = async ({ conversations = CONVERSATIONS, runs = RUNS } = {}): Promise<readonly Row[]> => {
  const [ann, bob] = [await identity('Ann', 1), await identity('Bob', 5)]
  const shared = conversationsOf(conversations)
  const times: number[] = []
  // The first run also loads the code.
  for (let run = 0; run <= runs; run++) {
    const millis = compare(ann, bob, shared)
    if (run > 0) times.push(millis)
  }
  const count = conversations.toLocaleString('en')
  return [row(`compare two replicas with ${count} conversations, nothing new`, 'ms', times, COMPARE_MILLIS_REACH)]
}

type Identity = Awaited<ReturnType<typeof identity>>

const identity = async (name: string, first: number) => {
  const crypto = createNodeCrypto()
  const [rootSeed, deviceSeed, slotSeed] = [0, 1, 2].map((more) => new Uint8Array(32).fill(first + more)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed, device, now: 1 })
  const card = { certificate, name: name as Name, nameTime: 1, slotKey: await crypto.slotKey(slotSeed), slotTime: 1 }
  return { device, card, bytes: await signCard(crypto, deviceSeed, card), nonce: new Uint8Array(32).fill(first) }
}

const conversationsOf = (count: number): readonly Shared[] =>
  Array.from({ length: count }, (_, at) => ({
    conversation: numbered(at),
    vector: new Map(
      Array.from({ length: AUTHORS[at % AUTHORS.length] ?? 2 }, (__, author) => [numbered(author * 7 + at), 900 + at]),
    ),
  }))

const numbered = (number: number): string => number.toString(16).padStart(64, '0')

/** Milliseconds from the moment when both have greeted each other. */
const compare = (ann: Identity, bob: Identity, shared: readonly Shared[]): number => {
  const [hers, his] = [new Side(ann, bob), new Side(bob, ann)]
  for (const side of [hers, his]) side.feed({ kind: 'opened' })
  exchange(hers, his)
  const start = performance.now()
  for (const side of [hers, his]) side.feed({ kind: 'share', conversations: shared })
  exchange(hers, his)
  const millis = performance.now() - start
  for (const { learnt } of [hers, his]) if (learnt !== shared.length) throw new Error(`${learnt} were compared`)
  return millis
}

const exchange = (one: Side, other: Side): void => {
  while (one.out.length + other.out.length > 0) {
    for (const bytes of one.out.splice(0)) other.feed({ kind: 'frame', bytes })
    for (const bytes of other.out.splice(0)) one.feed({ kind: 'frame', bytes })
  }
}

class Side {
  readonly out: Uint8Array[] = []
  learnt = 0
  #session: Session
  readonly #them: Identity

  constructor(me: Identity, them: Identity) {
    this.#them = them
    this.#session = newSession({ device: me.device, nonce: me.nonce, card: me.bytes }, them.device)
  }

  feed(input: Input): void {
    const [next, effects] = step(this.#session, input)
    this.#session = next
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: Effect): void {
    if (effect.kind === 'send') this.out.push(effect.frame)
    else if (effect.kind === 'verify') this.feed({ kind: 'verified', card: this.#them.card })
    else if (effect.kind === 'learnt') this.learnt += 1
    else if (effect.kind !== 'greeted') throw new Error(`nothing is new, and yet there was ${effect.kind}`)
  }
}

import { type SignedEvent } from '../../../src/core/event/event.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { toHex } from '../../../src/core/bytes/hex.ts'
import { emptyGraph, needsLookup, place, type Graph } from '../../../src/core/event/graph.ts'
import { signEvent } from '../signing.ts'

export const crypto = createDeterministicCrypto()
export const CONVERSATION = 'c0'.repeat(32)

const seedOf = (name: string): Uint8Array => new Uint8Array(32).fill(name.charCodeAt(0))

export const signerNamed = (name: string) => ({ crypto, deviceSeed: seedOf(name) })

export const deviceNamed = (name: string): string => toHex(crypto.publicKey(seedOf(name)) as Uint8Array)

/** The next event of somebody's chain; `what` tells two with the same place apart. */
export const nextOf = (
  name: string,
  prev: SignedEvent | undefined,
  input: {
    readonly what?: string
    readonly time?: number
    readonly kind?: number
    readonly control?: readonly string[]
  } = {},
): Promise<SignedEvent> =>
  signEvent(crypto, seedOf(name), {
    conversation: CONVERSATION,
    author: deviceNamed(name),
    seq: (prev?.seq ?? 0) + 1,
    prev: prev?.id ?? null,
    after: [],
    control: input.control ?? [],
    time: input.time ?? (prev?.time ?? 0) + 1,
    kind: input.kind ?? 16,
    body: input.what ?? '',
  })

export const chainOfLength = async (name: string, length: number, what = ''): Promise<readonly SignedEvent[]> => {
  const events: SignedEvent[] = []
  while (events.length < length) events.push(await nextOf(name, events.at(-1), { what }))
  return events
}

/** Places events as they come; the words are what became of each. */
export const placed = (events: readonly SignedEvent[], from: Graph = emptyGraph(CONVERSATION)) => {
  let graph = from
  const held = new Map<string, string>()
  const words = events.map((event) => {
    const key = `${event.author}/${event.seq}`
    const heldId = needsLookup(graph, event) ? held.get(key) : undefined
    const outcome = place(graph, event, { control: event.kind < 16, heldId })
    if (!outcome.ok) {
      if (outcome.refusal.kind === 'fork') graph = outcome.refusal.graph
      return outcome.refusal.kind
    }
    if (outcome.value.kind === 'known') return 'known'
    graph = outcome.value.graph
    held.set(key, event.id)
    return outcome.value.missing === 0 ? 'placed' : `placed, ${outcome.value.missing} missing`
  })
  return { graph, words }
}

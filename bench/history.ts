import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { encode, type Plain } from '../src/core/bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../src/core/bytes/hex.ts'
import { Bug } from '../src/core/bytes/result.ts'
import { sha256 } from '../src/core/crypto/symmetric.ts'
import { KIND } from '../src/core/event/kinds.ts'
import { chainOf, vectorOf, type Chain } from '../src/core/event/graph.ts'
import type { Replica } from '../src/core/group/replica.ts'
import { encodeContent } from '../src/core/timeline/content.ts'
import { encodeLine } from '../src/core/timeline/line.ts'
import { loadMarks, markChange, withHeld } from '../src/peer/marks.ts'
import { loadReplica, replicaChanges } from '../src/peer/replica-records.ts'
import type { Change } from '../src/store/port.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'

const BATCH_MESSAGES = 5_000
const SIGNATURE_BYTES = 64
const TAG_BYTES = 16

/** Who is in the conversation that is to be filled, and from whose side it is seen. */
export type Sides = {
  readonly conversation: Hex
  readonly me: { readonly device: Hex; readonly person: Hex }
  readonly other: { readonly device: Hex; readonly person: Hex }
}

/**
 * Puts so many messages of two people into a conversation of a profile that is not running, as if they had been said:
 * the same events, lines and records that a peer writes, but for signatures and ciphertexts, which are noise and which
 * nothing looks at again once they are stored. The other side holds all of them. Gives the text of the last one.
 */
export const fillHistory = async (folder: string, sides: Sides, count: number): Promise<string> => {
  const opened = openSqliteStore({ file: join(folder, 'kith.db') })
  if (!opened.ok) throw new Bug(`the store does not open: ${opened.refusal.kind}`)
  const store = opened.value
  const before = await loadReplica(store, sides.conversation, sides.me)
  const chains = new Map([sides.me, sides.other].map(({ device }) => [device, chainOf(before.graph, device)]))
  // A millisecond apart, after all that was said before: an event is never older than what it follows.
  const since = Math.max(...[...before.graph.chains.values()].map(({ time }) => time)) + 1
  let marks = await loadMarks(store, sides.conversation)
  let text = ''
  for (let first = 0; first < count; first += BATCH_MESSAGES) {
    const changes: Change[] = []
    for (let number = first; number < Math.min(count, first + BATCH_MESSAGES); number++) {
      text = textOf(number)
      // Three of one, then three of the other.
      const from = number % 6 < 3 ? sides.other : sides.me
      changes.push(...message({ sides, before, chains, from, number, time: since + number, text }))
    }
    const graph = { ...before.graph, chains: new Map([...before.graph.chains, ...chains]) }
    marks = withHeld(marks, sides.other.device, vectorOf(graph), vectorOf(graph))
    const delivered = markChange(sides.conversation, sides.other.device, marks)
    const kept = await store.commit([...changes, ...replicaChanges(before, { ...before, graph }), delivered])
    if (!kept.ok) throw new Bug('the store refuses')
  }
  await store.close()
  return text
}

const message = (input: {
  readonly sides: Sides
  readonly before: Replica
  readonly chains: Map<Hex, Chain>
  readonly from: Sides['me']
  readonly number: number
  readonly time: number
  readonly text: string
}): readonly Change[] => {
  const { sides, before, chains, from, number, time, text } = input
  const chain = chains.get(from.device) ?? chainOf(before.graph, from.device)
  const seq = chain.seq + 1
  const content = encode([noise(16), encodeContent({ kind: 'text', text, reply: null })])
  const prev = chain.id === '' ? null : fromHex(chain.id)
  const body: Plain = [noise(32), number % 1_000, noise(32), noise(content.length + TAG_BYTES)]
  const heads = before.graph.controlHeads.map(fromHex)
  const header = [1, fromHex(sides.conversation), fromHex(from.device), seq, prev, [], heads, time, KIND.sealed]
  const encoding = encode([...header, body])
  const id = toHex(sha256(encoding))
  chains.set(from.device, { ...chain, seq, id, time })
  const place = { id, conversation: sides.conversation, author: from.device, seq }
  const said = { kind: 'message', text, reply: null, edit: null, reactions: [] } as const
  const line = encodeLine({ kind: 'text', person: from.person, message: said })
  return [
    { put: 'event', event: { ...place, bytes: encode([encoding, noise(SIGNATURE_BYTES)]), content } },
    { put: 'line', line: { ...place, time, counts: from !== sides.me, text, bytes: line } },
  ]
}

/** Messages of 20 to 200 bytes. */
const textOf = (number: number): string => {
  const words = Array.from(
    { length: 3 + ((number * 7) % 27) },
    (_, index) => WORDS[(number * (index + 3)) % WORDS.length],
  )
  return `${number} ${words.join(' ')}`
}

const WORDS =
  'the of and to in is that it was for on are with as his they be at one have this from or had by hot but'.split(' ')

const NOISE = new Uint8Array(randomBytes(1 << 16))
let noiseAt = 0
const noise = (bytes: number): Uint8Array => {
  noiseAt = (noiseAt + 31) % (NOISE.length - bytes)
  return NOISE.slice(noiseAt, noiseAt + bytes)
}

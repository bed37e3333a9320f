import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { hex, list, tuple, uint } from '../core/bytes/shape.ts'
import type { Vector } from '../core/sync/frame.ts'
import type { Store } from '../store/port.ts'
import type { RecordPut } from './record.ts'

/** How far each other device of a conversation is known to be: what it holds, and what was read on it. */
export type Marks = ReadonlyMap<Hex, Mark>

export type Mark = { readonly held: Vector; readonly read: Vector }

/** What that device says it holds now, less included: it may have lost something. More than exists does not count. */
export const withHeld = (marks: Marks, device: Hex, said: Vector, exists: Vector): Marks => {
  const held = within(said, exists)
  const mark = marks.get(device)
  if (mark && isSame(mark.held, held)) return marks
  return new Map(marks).set(device, { held, read: mark?.read ?? new Map() })
}

/** That device said something after one of this author's events: it held all of them up to there. */
export const withFollowed = (marks: Marks, device: Hex, [author, seq]: readonly [Hex, number]): Marks => {
  const mark: Mark = marks.get(device) ?? { held: new Map(), read: new Map() }
  if ((mark.held.get(author) ?? 0) >= seq) return marks
  return new Map(marks).set(device, { ...mark, held: new Map(mark.held).set(author, seq) })
}

/** What was read there; reading only ever goes forward. */
export const withRead = (
  marks: Marks,
  device: Hex,
  upTo: readonly (readonly [Hex, number])[],
  exists: Vector,
): Marks => {
  const mark: Mark = marks.get(device) ?? { held: new Map(), read: new Map() }
  const read = new Map(mark.read)
  for (const [author, seq] of within(new Map<Hex, number>(upTo), exists))
    read.set(author, Math.max(seq, read.get(author) ?? 0))
  return new Map(marks).set(device, { ...mark, read })
}

export const markChange = (conversation: Hex, device: Hex, marks: Marks): RecordPut => {
  const mark = marks.get(device)
  const value = encode([plainVector(mark?.held), plainVector(mark?.read)])
  return { put: 'record', space: 'held', key: `${conversation}/${device}`, value }
}

export const loadMarks = async (store: Store, conversation: Hex): Promise<Marks> => {
  const prefix = `${conversation}/`
  const records = await store.records('held', prefix)
  return new Map(records.map(({ key, value }) => [key.slice(prefix.length), readMark(value)]))
}

const vectorShape = list(tuple(hex(32), uint()), 10_000)
const markShape = tuple(vectorShape, vectorShape)

const readMark = (from: Uint8Array): Mark => {
  const decoded = decode(from)
  const fields = decoded.ok ? markShape(decoded.value) : undefined
  if (!fields) throw new Bug('a stored mark cannot be read')
  return { held: new Map(fields[0]), read: new Map(fields[1]) }
}

const plainVector = (vector: Vector = new Map()): Plain => [...vector].map(([device, seq]) => [fromHex(device), seq])

const within = (said: Vector, exists: Vector): Vector =>
  new Map(
    [...said].flatMap(([author, seq]) => {
      const most = exists.get(author)
      return most === undefined ? [] : [[author, Math.min(seq, most)] as const]
    }),
  )

const isSame = (a: Vector, b: Vector): boolean =>
  a.size === b.size && [...a].every(([device, seq]) => b.get(device) === seq)

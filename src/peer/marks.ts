import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import { hex, list, nullable, tuple, uint } from '../core/bytes/shape.ts'
import type { Vector } from '../core/sync/frame.ts'
import type { Store } from '../store/port.ts'
import type { RecordPut } from './record.ts'

/** How far each other device of a conversation is known to be: what it holds, and what was read on it. */
export type Marks = ReadonlyMap<Hex, Mark>

export type Mark = {
  readonly held: Vector
  readonly read: Vector
  /** Since when that device is known to be in; absent when it never was. */
  readonly since?: Since
}

/**
 * What was written here up to this own event was written before that device was known to be in: it is not waited for
 * there, and is brought by who let it in. `by`: the step that let it in.
 */
export type Since = { readonly by: Hex; readonly seq: number }

/** Up to where that device is not waited for. */
export const sinceOf = (marks: Marks, device: Hex): number => marks.get(device)?.since?.seq ?? 0

/**
 * Knows that these devices are in, each by a step, and that others are not. Who was in before, or comes back because what
 * took them out fell, is waited for as before.
 */
export const withMembers = (
  marks: Marks,
  admissions: ReadonlyMap<Hex, Hex>,
  { seq, before }: { readonly seq: number; readonly before: ReadonlySet<Hex> },
): Marks => {
  const changed = new Map<Hex, Mark>()
  for (const [device, by] of admissions) {
    const mark = marks.get(device) ?? NO_MARK
    const { since } = mark
    if (since?.by === by) continue
    changed.set(device, { ...mark, since: { by, seq: before.has(device) ? (since?.seq ?? 0) : seq } })
  }
  return changed.size === 0 ? marks : new Map([...marks, ...changed])
}

const NO_MARK: Mark = { held: new Map(), read: new Map() }

/** What that device says it holds now, less included: it may have lost something. More than exists does not count. */
export const withHeld = (marks: Marks, device: Hex, said: Vector, exists: Vector): Marks => {
  const held = within(said, exists)
  const mark = marks.get(device)
  if (mark && isSame(mark.held, held)) return marks
  return new Map(marks).set(device, { ...(mark ?? NO_MARK), held })
}

/** That device said something after one of this author's events: it held all of them up to there. */
export const withFollowed = (marks: Marks, device: Hex, [author, seq]: readonly [Hex, number]): Marks => {
  const mark = marks.get(device) ?? NO_MARK
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
  const mark = marks.get(device) ?? NO_MARK
  const read = new Map(mark.read)
  for (const [author, seq] of within(new Map<Hex, number>(upTo), exists))
    read.set(author, Math.max(seq, read.get(author) ?? 0))
  return new Map(marks).set(device, { ...mark, read })
}

export const markChange = (conversation: Hex, device: Hex, marks: Marks): RecordPut => {
  const mark = marks.get(device)
  const value = encode([
    plainVector(mark?.held),
    plainVector(mark?.read),
    mark?.since ? [fromHex(mark.since.by), mark.since.seq] : null,
  ])
  return { put: 'record', space: 'held', key: `${conversation}/${device}`, value }
}

export const loadMarks = async (store: Store, conversation: Hex): Promise<Marks> => {
  const prefix = `${conversation}/`
  const records = await store.records('held', prefix)
  return new Map(records.map(({ key, value }) => [key.slice(prefix.length), readMark(value)]))
}

const vectorShape = list(tuple(hex(32), uint()), 10_000)
const markShape = tuple(vectorShape, vectorShape, nullable(tuple(hex(32), uint())))
/** Of before it was kept since when a device is in. */
const olderShape = tuple(vectorShape, vectorShape)

const readMark = (from: Uint8Array): Mark => {
  const decoded = decode(from)
  const fields = decoded.ok ? (markShape(decoded.value) ?? olderShape(decoded.value)) : undefined
  if (!fields) throw new Bug('a stored mark cannot be read')
  const [held, read, since = null] = fields
  return { held: new Map(held), read: new Map(read), ...(since && { since: { by: since[0], seq: since[1] } }) }
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

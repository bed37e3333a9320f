import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, literal, nullable, text, tuple, uint, type Shape } from '../bytes/shape.ts'
import type { Chain } from '../event/graph.ts'
import { plainChange, readChange, type Change } from './change.ts'
import { encodeMessage, readMessage, type Message } from './message.ts'

/** A line of a conversation as it is kept, ready to show: who it is about, and what it says. */
export type Line = { readonly person: Hex } & (
  | { readonly kind: 'text'; readonly message: Message }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'joined' }
  | { readonly kind: 'change'; readonly change: Change }
  /** They shared history with somebody new; `days` is null for all of it. */
  | { readonly kind: 'shared'; readonly with: Hex; readonly days: number | null; readonly count: number }
  | { readonly kind: 'introduced'; readonly group: Hex; readonly title: string }
  /** It does not count: its author had been removed. */
  | { readonly kind: 'void' }
  /** An epoch of theirs does not open with the key it was made for. */
  | { readonly kind: 'split' }
  | { readonly kind: 'device' }
  | { readonly kind: 'gap'; readonly count: number }
  | { readonly kind: 'forked' }
  | { readonly kind: 'sealed' }
  | { readonly kind: 'newer'; readonly what: string }
)

/** A hole in an author's chain: `count` events before `seq` are not here. */
export type Gap = { readonly seq: number; readonly time: number; readonly count: number }

/** The holes in what is held of one author's chain, in order. */
export const gapsIn = (chain: Chain): readonly Gap[] => {
  const gaps: Gap[] = []
  let held = chain.seq
  for (const [seq, { time }] of [...chain.beyond].sort(([a], [b]) => a - b)) {
    if (seq > held + 1) gaps.push({ seq, time, count: seq - held - 1 })
    held = seq
  }
  return gaps
}

export const encodeLine = (line: Line): Uint8Array => encode(plainLine(line))

/** Reads what `encodeLine` wrote; undefined for what a newer version wrote. */
export const readLine = (from: Uint8Array): Line | undefined => {
  const decoded = decode(from)
  if (!decoded.ok || !Array.isArray(decoded.value)) return undefined
  const fields = decoded.value as readonly Plain[]
  switch (fields[0]) {
    case NUMBER.text: {
      const read = textShape(fields)
      const message = read && readMessage(read[2])
      return message && { kind: 'text', person: read[1], message }
    }
    case NUMBER.renamed: {
      const read = renamedShape(fields)
      return read && { kind: 'renamed', person: read[1], from: read[2], to: read[3] }
    }
    case NUMBER.gap: {
      const read = gapShape(fields)
      return read && { kind: 'gap', person: read[1], count: read[2] }
    }
    case NUMBER.change: {
      const read = changeShape(fields)
      return read && { kind: 'change', person: read[1], change: read[2] }
    }
    case NUMBER.shared: {
      const read = sharedShape(fields)
      return read && { kind: 'shared', person: read[1], with: read[2], days: read[3], count: read[4] }
    }
    case NUMBER.introduced: {
      const read = introducedShape(fields)
      return read && { kind: 'introduced', person: read[1], group: read[2], title: read[3] }
    }
    case NUMBER.newer: {
      const read = newerShape(fields)
      return read && { kind: 'newer', person: read[1], what: read[2] }
    }
    default: {
      const read = bareShape(fields)
      const kind = read && BARE.find((each) => NUMBER[each] === read[0])
      return kind && { kind, person: read[1] }
    }
  }
}

const NUMBER = {
  text: 1,
  renamed: 2,
  joined: 3,
  gap: 4,
  forked: 5,
  sealed: 6,
  newer: 7,
  change: 8,
  shared: 9,
  introduced: 10,
  void: 11,
  split: 12,
  device: 13,
} as const
const BARE = ['joined', 'forked', 'sealed', 'void', 'split', 'device'] as const

const person = hex(32)
const textShape = tuple(literal(NUMBER.text), person, bytes(1, 1024 * 1024))
const renamedShape = tuple(literal(NUMBER.renamed), person, text(160), text(160))
const gapShape = tuple(literal(NUMBER.gap), person, uint())
const newerShape = tuple(literal(NUMBER.newer), person, text(100))
const change: Shape<Change> = readChange
const changeShape = tuple(literal(NUMBER.change), person, change)
const sharedShape = tuple(literal(NUMBER.shared), person, person, nullable(uint()), uint())
const introducedShape = tuple(literal(NUMBER.introduced), person, hex(32), text(1_000))
const bareShape = tuple(uint(), person)

const plainLine = (line: Line): Plain => {
  const who = fromHex(line.person)
  switch (line.kind) {
    case 'text':
      return [NUMBER.text, who, encodeMessage(line.message)]
    case 'renamed':
      return [NUMBER.renamed, who, line.from, line.to]
    case 'gap':
      return [NUMBER.gap, who, line.count]
    case 'newer':
      return [NUMBER.newer, who, line.what]
    case 'change':
      return [NUMBER.change, who, plainChange(line.change)]
    case 'shared':
      return [NUMBER.shared, who, fromHex(line.with), line.days, line.count]
    case 'introduced':
      return [NUMBER.introduced, who, fromHex(line.group), line.title]
    case 'joined':
    case 'forked':
    case 'sealed':
    case 'void':
    case 'split':
    case 'device':
      return [NUMBER[line.kind], who]
  }
}

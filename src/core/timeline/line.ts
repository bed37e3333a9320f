import { decode, encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, literal, text, tuple, uint } from '../bytes/shape.ts'
import type { Chain } from '../event/graph.ts'
import { encodeMessage, readMessage, type Message } from './message.ts'

/** A line of a conversation as it is kept, ready to show: who it is about, and what it says. */
export type Line = { readonly person: Hex } & (
  | { readonly kind: 'text'; readonly message: Message }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'joined' }
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

const NUMBER = { text: 1, renamed: 2, joined: 3, gap: 4, forked: 5, sealed: 6, newer: 7 } as const
const BARE = ['joined', 'forked', 'sealed'] as const

const person = hex(32)
const textShape = tuple(literal(NUMBER.text), person, bytes(1, 1024 * 1024))
const renamedShape = tuple(literal(NUMBER.renamed), person, text(160), text(160))
const gapShape = tuple(literal(NUMBER.gap), person, uint())
const newerShape = tuple(literal(NUMBER.newer), person, text(100))
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
    case 'joined':
    case 'forked':
    case 'sealed':
      return [NUMBER[line.kind], who]
  }
}

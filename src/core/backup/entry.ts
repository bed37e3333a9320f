import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bool, bytes, hex, literal, nullable, text, tuple, uint } from '../bytes/shape.ts'

/** The newest version of the format that this program reads and writes. */
export const EXPORT_VERSION = 1

/** The longest entry: what is kept is far shorter. */
export const ENTRY_BYTES_MAX = 16 * 1024 * 1024

/** Whose export it is, and of when. */
export type Head = {
  readonly entry: 'head'
  readonly version: number
  readonly time: number
  readonly person: Hex
  readonly device: Hex
  readonly name?: string
}

/** What a store keeps, as it is put into one. */
export type Kept =
  | { readonly entry: 'record'; readonly space: string; readonly key: string; readonly value: Uint8Array }
  | {
      readonly entry: 'event'
      readonly id: Hex
      readonly conversation: Hex
      readonly author: Hex
      readonly seq: number
      readonly bytes: Uint8Array
      readonly content?: Uint8Array
      readonly target?: Hex
    }
  | {
      readonly entry: 'line'
      readonly id: string
      readonly conversation: Hex
      readonly time: number
      readonly author: Hex
      readonly seq: number
      readonly counts: boolean
      readonly text?: string
      readonly bytes: Uint8Array
    }

/** How many of each were before: nothing is missing. */
export type End = { readonly entry: 'end'; readonly records: number; readonly events: number; readonly lines: number }

/** An export is one head, what is kept, and one end, in this order. */
export type Entry = Head | Kept | End

export const encodeEntry = (entry: Entry): Uint8Array => encode(plainEntry(entry))

const plainEntry = (entry: Entry): Plain => {
  switch (entry.entry) {
    case 'head':
      return [0, entry.version, entry.time, fromHex(entry.person), fromHex(entry.device), entry.name ?? null]
    case 'record':
      return [1, entry.space, entry.key, entry.value]
    case 'event': {
      const ids = [fromHex(entry.id), fromHex(entry.conversation), fromHex(entry.author)]
      const target = entry.target === undefined ? null : fromHex(entry.target)
      return [2, ...ids, entry.seq, entry.bytes, entry.content ?? null, target]
    }
    case 'line': {
      const place = [fromHex(entry.conversation), entry.time, fromHex(entry.author), entry.seq]
      return [3, entry.id, ...place, entry.counts, entry.text ?? null, entry.bytes]
    }
    case 'end':
      return [4, entry.records, entry.events, entry.lines]
  }
}

/** Undefined for what is no entry of this version. The head of a later version is read as far as its version. */
export const readEntry = (plain: Plain): Entry | { readonly entry: 'newer'; readonly version: number } | undefined => {
  if (!Array.isArray(plain)) return undefined
  const items = plain as readonly Plain[]
  switch (items[0]) {
    case 0: {
      const version = uint()(items[1])
      if (version !== undefined && version > EXPORT_VERSION) return { entry: 'newer', version }
      const head = headShape(plain)
      if (!head) return undefined
      const [, , time, person, device, name] = head
      return { entry: 'head', version: EXPORT_VERSION, time, person, device, ...(name !== null && { name }) }
    }
    case 1: {
      const record = recordShape(plain)
      return record && { entry: 'record', space: record[1], key: record[2], value: record[3] }
    }
    case 2:
      return readEvent(plain)
    case 3:
      return readLine(plain)
    case 4: {
      const end = endShape(plain)
      return end && { entry: 'end', records: end[1], events: end[2], lines: end[3] }
    }
    default:
      return undefined
  }
}

const readEvent = (plain: Plain): Kept | undefined => {
  const fields = eventShape(plain)
  if (!fields) return undefined
  const [, id, conversation, author, seq, signed, content, target] = fields
  const event = { entry: 'event', id, conversation, author, seq, bytes: signed } as const
  return { ...event, ...(content !== null && { content }), ...(target !== null && { target }) }
}

const readLine = (plain: Plain): Kept | undefined => {
  const fields = lineShape(plain)
  if (!fields) return undefined
  const [, id, conversation, time, author, seq, counts, words, content] = fields
  const line = { entry: 'line', id, conversation, time, author, seq, counts, bytes: content } as const
  return words === null ? line : { ...line, text: words }
}

const id = hex(32)
const value = bytes(0, ENTRY_BYTES_MAX)
const headShape = tuple(literal(0), literal(EXPORT_VERSION), uint(), id, id, nullable(text(200)))
const recordShape = tuple(literal(1), text(32), text(1_024), value)
const eventShape = tuple(literal(2), id, id, id, uint(), value, nullable(value), nullable(id))
const lineShape = tuple(literal(3), text(200), id, uint(), id, uint(), bool, nullable(text(ENTRY_BYTES_MAX)), value)
const endShape = tuple(literal(4), uint(), uint(), uint())

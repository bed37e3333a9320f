import type { Hex } from '../core/bytes/hex.ts'
import { isHex } from '../core/bytes/hex.ts'
import type { LineOrder, StoredLine } from './port.ts'

const ID_BYTES = 32

/** Whether a line bears the id of its event, and not a made one. */
export const isEventId = (id: string): id is Hex => isHex(id, ID_BYTES)

/** By time, author, sequence; lines that are equal in these by id, made ids first. */
export const compareLines = (a: StoredLine, b: StoredLine): number =>
  compareOrder(a, b) || Number(isEventId(a.id)) - Number(isEventId(b.id)) || compareText(a.id, b.id)

export const compareOrder = (a: LineOrder, b: LineOrder): number =>
  a.time - b.time || compareText(a.author, b.author) || a.seq - b.seq

/** By code points, which is also the order of the texts' UTF-8; `<` would compare UTF-16 units. */
export const compareText = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const unit = a.charCodeAt(index)
    const other = b.charCodeAt(index)
    if (unit !== other) return isSurrogate(unit) === isSurrogate(other) ? unit - other : isSurrogate(unit) ? 1 : -1
  }
  return a.length - b.length
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

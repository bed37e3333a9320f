/**
 * Whether CBOR has at most so many items, found by skipping from head to head: in a message of many thousands of tiny
 * items, decoding each costs as much as decrypting a hundred times as many bytes. What is no CBOR may pass: it is for the
 * decoder to refuse.
 */
export const isWithin = (bytes: Uint8Array, itemsMax: number): boolean => {
  let at = 0
  for (let items = 0; at < bytes.length; items++) {
    if (items >= itemsMax) return false
    const head = bytes[at] ?? 0
    const major = head >> 5
    const short = head & 31
    const extra = short < 24 ? 0 : 1 << (short - 24)
    // Reserved and indefinite lengths.
    if (short > 27) return true
    let argument = short
    if (extra > 0) {
      argument = 0
      for (let index = 1; index <= extra; index++) argument = argument * 256 + (bytes[at + index] ?? 0)
    }
    at += 1 + extra + (major === 2 || major === 3 ? argument : 0)
  }
  return true
}

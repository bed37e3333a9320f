import { encode } from '../bytes/cbor.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import { hkdfExpand, openOnce, sealOnce } from '../crypto/symmetric.ts'

/** What is sealed together; only the last chunk of an export is shorter. */
export const CHUNK_BYTES = 65_536
const TAG_BYTES = 16
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

/** The file was cut off, or something in it was changed, moved, repeated or left out. */
export type Damaged = { readonly kind: 'export-damaged' }

/** A key for each chunk: it seals one place, and whether that is the last one. */
const chunkKey = (fileKey: Uint8Array, number: number, isLast: boolean): Uint8Array =>
  hkdfExpand(fileKey, 'kith export chunk 1', encode([number, isLast]))

/** Seals a stream of bytes, of any cut, chunk by chunk. */
export const sealChunks = async function* (
  fileKey: Uint8Array,
  plain: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let number = 0
  let chunk = new Uint8Array(CHUNK_BYTES)
  let filled = 0
  const seal = (bytes: Uint8Array, isLast: boolean): Uint8Array =>
    sealOnce(chunkKey(fileKey, number++, isLast), bytes, NOTHING)
  for await (const bytes of plain)
    for (let taken = 0; taken < bytes.length;) {
      // A full chunk goes only when more follows: it may be the last.
      if (filled === CHUNK_BYTES) {
        yield seal(chunk, false)
        chunk = new Uint8Array(CHUNK_BYTES)
        filled = 0
      }
      const part = bytes.subarray(taken, taken + CHUNK_BYTES - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
    }
  yield seal(chunk.subarray(0, filled), true)
}

/** Opens what `sealChunks` made, from a stream of any cut; keeps no more than a chunk and what it was just given. */
export const openChunks = async function* (
  fileKey: Uint8Array,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Result<Uint8Array, Damaged>> {
  let number = 0
  let chunk = new Uint8Array(SEALED_CHUNK_BYTES)
  let filled = 0
  const open = (bytes: Uint8Array, isLast: boolean): Result<Uint8Array, Damaged> => {
    const plain = openOnce(chunkKey(fileKey, number++, isLast), bytes, NOTHING)
    return plain ? accept(plain) : refuse({ kind: 'export-damaged' })
  }
  for await (const bytes of sealed)
    for (let taken = 0; taken < bytes.length;) {
      if (filled === SEALED_CHUNK_BYTES) {
        const opened = open(chunk, false)
        yield opened
        if (!opened.ok) return
        chunk = new Uint8Array(SEALED_CHUNK_BYTES)
        filled = 0
      }
      const part = bytes.subarray(taken, taken + SEALED_CHUNK_BYTES - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
    }
  yield open(chunk.subarray(0, filled), true)
}

const NOTHING = new Uint8Array(0)

import { decode, encode } from '../bytes/cbor.ts'
import { accept, Bug, refuse, type Result } from '../bytes/result.ts'
import {
  lockKey,
  plainLock,
  readLock,
  SALT_BYTES,
  unlockKey,
  type Lock,
  type Stretch,
  type Stretching,
} from '../crypto/passphrase.ts'
import { KEY_BYTES } from '../crypto/symmetric.ts'
import { openChunks, sealChunks, type Damaged } from './chunks.ts'
import { encodeEntry, ENTRY_BYTES_MAX, readEntry, type End, type Entry, type Head, type Kept } from './entry.ts'

/** What an export begins with, in the clear: "kith export 1" and a line break. */
const MAGIC = Uint8Array.from('kith export 1\n', (each) => each.charCodeAt(0))
/** The length of what follows it: how the passphrase is stretched, and the file's key under it. */
const LENGTH_BYTES = 2
export const PREAMBLE_BYTES_MAX = 256
const LOCK_CONTEXT = 'export'

export type ExportRefusal =
  /** It does not begin as exports do. */
  | { readonly kind: 'no-export' }
  | { readonly kind: 'wrong-passphrase' }
  | { readonly kind: 'export-newer-version'; readonly found: number }
  | Damaged

/**
 * Seals an export under a passphrase: yields the file piece by piece. `kept` is all that there is; at its end it is counted.
 */
export const writeExport = async function* (
  { head, kept }: { readonly head: Head; readonly kept: AsyncIterable<Kept> },
  passphrase: string,
  beside: { readonly stretch: Stretch; readonly how: Stretching; readonly random: (bytes: number) => Uint8Array },
): AsyncGenerator<Uint8Array> {
  const { stretch, how, random } = beside
  const fileKey = random(KEY_BYTES)
  const locked = { stretch, how, salt: random(SALT_BYTES), context: LOCK_CONTEXT }
  yield preambleOf(await lockKey(fileKey, passphrase, locked))
  yield* sealChunks(fileKey, frames(head, kept))
  fileKey.fill(0)
}

const preambleOf = (lock: Lock): Uint8Array => {
  const locked = encode(plainLock(lock))
  const preamble = new Uint8Array(MAGIC.length + LENGTH_BYTES + locked.length)
  preamble.set(MAGIC)
  new DataView(preamble.buffer).setUint16(MAGIC.length, locked.length)
  preamble.set(locked, MAGIC.length + LENGTH_BYTES)
  return preamble
}

const frames = async function* (head: Head, kept: AsyncIterable<Kept>): AsyncGenerator<Uint8Array> {
  const counts = { record: 0, event: 0, line: 0 }
  yield frameOf(head)
  for await (const each of kept) {
    counts[each.entry]++
    yield frameOf(each)
  }
  yield frameOf({ entry: 'end', records: counts.record, events: counts.event, lines: counts.line })
}

const FRAME_LENGTH_BYTES = 4

const frameOf = (entry: Entry): Uint8Array => {
  const encoded = encodeEntry(entry)
  if (encoded.length > ENTRY_BYTES_MAX) throw new Bug('an entry that no import would read')
  const frame = new Uint8Array(FRAME_LENGTH_BYTES + encoded.length)
  new DataView(frame.buffer).setUint32(0, encoded.length)
  frame.set(encoded, FRAME_LENGTH_BYTES)
  return frame
}

/** Where the sealed part begins, and what opens it. */
export type Preamble = { readonly lock: Lock; readonly bytes: number }

/** Reads the clear beginning out of the first PREAMBLE_BYTES_MAX bytes of a file, or all of a shorter one. */
export const readPreamble = (start: Uint8Array): Result<Preamble, ExportRefusal> => {
  if (!MAGIC.every((byte, index) => start[index] === byte)) return refuse({ kind: 'no-export' })
  const from = MAGIC.length + LENGTH_BYTES
  if (start.length < from) return refuse({ kind: 'export-damaged' })
  const bytes = from + new DataView(start.buffer, start.byteOffset).getUint16(MAGIC.length)
  if (bytes > Math.min(start.length, PREAMBLE_BYTES_MAX)) return refuse({ kind: 'export-damaged' })
  const decoded = decode(start.subarray(from, bytes))
  const lock = decoded.ok ? readLock(decoded.value) : undefined
  return lock ? accept({ lock, bytes }) : refuse({ kind: 'export-damaged' })
}

/** The key of the file. */
export const unlockExport = async (
  { lock }: Preamble,
  passphrase: string,
  stretch: Stretch,
): Promise<Result<Uint8Array, ExportRefusal>> => {
  const key = await unlockKey(lock, passphrase, { stretch, context: LOCK_CONTEXT })
  return key ? accept(key) : refuse({ kind: 'wrong-passphrase' })
}

/**
 * The entries of an export, in order, from the bytes after its preamble: a head, what was kept, an end that agrees with
 * it, and nothing else. Whatever is not so ends in one refusal. Never throws, and keeps no more than one entry.
 */
export const readExport = async function* (
  fileKey: Uint8Array,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Result<Head | Kept | End, ExportRefusal>, void> {
  const counts = { record: 0, event: 0, line: 0 }
  let at: 'start' | 'inside' | 'ended' = 'start'
  for await (const framed of unframe(openChunks(fileKey, sealed))) {
    if (!framed.ok) {
      yield framed
      return
    }
    const decoded = decode(framed.value)
    const entry = decoded.ok ? readEntry(decoded.value) : undefined
    if (entry?.entry === 'newer') {
      yield refuse({ kind: 'export-newer-version', found: entry.version })
      return
    }
    if (entry === undefined || at === 'ended' || (entry.entry === 'head') !== (at === 'start')) {
      yield refuse({ kind: 'export-damaged' })
      return
    }
    at = 'inside'
    if (entry.entry === 'end') {
      if (entry.records !== counts.record || entry.events !== counts.event || entry.lines !== counts.line) {
        yield refuse({ kind: 'export-damaged' })
        return
      }
      at = 'ended'
    } else if (entry.entry !== 'head') counts[entry.entry]++
    yield accept(entry)
  }
  if (at !== 'ended') yield refuse({ kind: 'export-damaged' })
}

/** Cuts a stream into the encoded entries that are in it, each after its length in four bytes, big-endian. */
const unframe = async function* (
  stream: AsyncIterable<Result<Uint8Array, Damaged>>,
): AsyncGenerator<Result<Uint8Array, Damaged>, void> {
  let length: number | undefined
  let waiting = new Uint8Array(FRAME_LENGTH_BYTES)
  let filled = 0
  for await (const plain of stream) {
    if (!plain.ok) {
      yield plain
      return
    }
    for (let taken = 0; taken < plain.value.length;) {
      const part = plain.value.subarray(taken, taken + waiting.length - filled)
      waiting.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < waiting.length) break
      if (length !== undefined) {
        yield accept(waiting)
        length = undefined
        waiting = new Uint8Array(FRAME_LENGTH_BYTES)
      } else {
        length = new DataView(waiting.buffer).getUint32(0)
        if (length === 0 || length > ENTRY_BYTES_MAX) {
          yield refuse({ kind: 'export-damaged' })
          return
        }
        waiting = new Uint8Array(length)
      }
      filled = 0
    }
  }
  if (filled > 0 || length !== undefined) yield refuse({ kind: 'export-damaged' })
}

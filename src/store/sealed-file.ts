import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { PAGE_BYTES } from './log.ts'

/** Seals the units of a file. `place` says which file and unit it is; a unit opens nowhere else. */
export type PageCipher = {
  readonly overheadBytes: number
  seal(plain: Uint8Array, place: Uint8Array, into: Uint8Array): void
  open(sealed: Uint8Array, place: Uint8Array): Uint8Array | undefined
}

/** The parts of a write-ahead log (SQLite file format, 4.1): one header, then for each page a header and the page. */
const LOG_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES

/** A unit of a file: what is sealed together, because SQLite writes it together. */
type Unit = { readonly start: number; readonly length: number; readonly sealedStart: number }

/** Where the units of a file are, as SQLite counts its bytes and as they are on disk. */
type Layout = {
  unitAt(position: number): Unit
  /** The length as SQLite sees it of a file that has this length on disk; a unit that is cut off does not count. */
  lengthOf(sealedLength: number): number
}

/** A database: one page after the other. */
const pages = (overhead: number): Layout => ({
  unitAt: (position) => {
    const number = Math.floor(position / PAGE_BYTES)
    return { start: number * PAGE_BYTES, length: PAGE_BYTES, sealedStart: number * (PAGE_BYTES + overhead) }
  },
  lengthOf: (sealedLength) => Math.floor(sealedLength / (PAGE_BYTES + overhead)) * PAGE_BYTES,
})

/** A write-ahead log: its header, and of each frame first the header, then the page. */
const frames = (overhead: number): Layout => ({
  unitAt: (position) => {
    if (position < LOG_HEADER_BYTES) return { start: 0, length: LOG_HEADER_BYTES, sealedStart: 0 }
    const number = Math.floor((position - LOG_HEADER_BYTES) / FRAME_BYTES)
    const start = LOG_HEADER_BYTES + number * FRAME_BYTES
    const sealedStart = LOG_HEADER_BYTES + overhead + number * (FRAME_BYTES + 2 * overhead)
    if (position - start < FRAME_HEADER_BYTES) return { start, length: FRAME_HEADER_BYTES, sealedStart }
    const pageStart = sealedStart + FRAME_HEADER_BYTES + overhead
    return { start: start + FRAME_HEADER_BYTES, length: PAGE_BYTES, sealedStart: pageStart }
  },
  lengthOf: (sealedLength) => {
    const rest = sealedLength - LOG_HEADER_BYTES - overhead
    if (rest < 0) return 0
    return LOG_HEADER_BYTES + Math.floor(rest / (FRAME_BYTES + 2 * overhead)) * FRAME_BYTES
  },
})

export type SealedFileKind = 'database' | 'log'

/**
 * What a read found: all that was asked for, the end of the file before it, or a unit that does not open. In a log that
 * begins with a header, such units count as zeros: a crash may leave its end half written, and SQLite then knows that
 * the log ends there.
 */
export type ReadOutcome = 'whole' | 'short' | 'damaged'

/**
 * A file of SQLite's of which every byte on disk is sealed. Positions and lengths are those that SQLite sees. Throws what
 * the file system throws.
 */
export type SealedFile = {
  /** Fills `into` from `position` on; what lies beyond the end, or does not open, is filled with zeros. */
  read(into: Uint8Array, position: number): ReadOutcome
  write(from: Uint8Array, position: number): void
  truncate(length: number): void
  length(): number
  sync(): void
  close(): void
}

/** Opens the file at a path, made when missing; its owner only may read it. */
export const openSealedFile = (path: string, kind: SealedFileKind, cipher: PageCipher): SealedFile => {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, OWNER_ONLY_FILE)
  fchmodSync(descriptor, OWNER_ONLY_FILE)
  const overhead = cipher.overheadBytes
  const layout = kind === 'database' ? pages(overhead) : frames(overhead)
  const scratch = new Uint8Array(PAGE_BYTES + overhead)
  const place = new DataView(new ArrayBuffer(9))
  place.setUint8(0, kind === 'database' ? 1 : 2)
  const placeOf = ({ start }: Unit): Uint8Array => {
    place.setBigUint64(1, BigInt(start))
    return new Uint8Array(place.buffer)
  }

  const openUnit = (unit: Unit): Uint8Array | 'absent' | 'damaged' => {
    const sealed = scratch.subarray(0, unit.length + overhead)
    const found = readFully(descriptor, sealed, unit.sealedStart)
    if (found === 0) return 'absent'
    return (found === sealed.length ? cipher.open(sealed, placeOf(unit)) : undefined) ?? 'damaged'
  }

  return {
    read: (into, position) => {
      let outcome: ReadOutcome = 'whole'
      const isRecovery = kind === 'log' && layout.unitAt(position).length !== PAGE_BYTES
      for (let done = 0; done < into.length;) {
        const unit = layout.unitAt(position + done)
        const within = position + done - unit.start
        const count = Math.min(unit.length - within, into.length - done)
        const plain = openUnit(unit)
        if (typeof plain === 'string') {
          into.fill(0, done, done + count)
          if (plain === 'absent') outcome = outcome === 'whole' ? 'short' : outcome
          else if (!isRecovery) outcome = 'damaged'
        } else into.set(plain.subarray(within, within + count), done)
        done += count
      }
      return outcome
    },
    write: (from, position) => {
      for (let done = 0; done < from.length;) {
        const unit = layout.unitAt(position + done)
        const within = position + done - unit.start
        const count = Math.min(unit.length - within, from.length - done)
        let plain = from.subarray(done, done + count)
        if (count < unit.length) {
          const before = openUnit(unit)
          const whole = typeof before === 'string' ? new Uint8Array(unit.length) : Uint8Array.from(before)
          whole.set(plain, within)
          plain = whole
        }
        const sealed = scratch.subarray(0, unit.length + overhead)
        cipher.seal(plain, placeOf(unit), sealed)
        writeFully(descriptor, sealed, unit.sealedStart)
        done += count
      }
    },
    truncate: (length) => {
      if (length <= 0) return ftruncateSync(descriptor, 0)
      const last = layout.unitAt(length - 1)
      ftruncateSync(descriptor, last.sealedStart + last.length + overhead)
    },
    length: () => layout.lengthOf(fstatSync(descriptor).size),
    sync: () => fsyncSync(descriptor),
    close: () => closeSync(descriptor),
  }
}

const OWNER_ONLY_FILE = 0o600

const readFully = (descriptor: number, into: Uint8Array, position: number): number => {
  let done = 0
  while (done < into.length) {
    const count = readSync(descriptor, into, done, into.length - done, position + done)
    if (count === 0) break
    done += count
  }
  return done
}

const writeFully = (descriptor: number, from: Uint8Array, position: number): void => {
  for (let done = 0; done < from.length;) done += writeSync(descriptor, from, done, from.length - done, position + done)
}

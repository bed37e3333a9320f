import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from '../../src/core/bytes/hex.ts'
import type { StoredEvent, StoredLine } from '../../src/store/port.ts'

/** The id that a name stands for, the same in every run. */
export const idOf = (name: string): Hex => createHash('sha256').update(name).digest('hex')

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const alice: Hex = idOf('alice')
export const bob: Hex = idOf('bob')
export const hall: Hex = idOf('hall')
export const attic: Hex = idOf('attic')

/** Alice's event of that number in the hall, unless said otherwise. */
export const eventOf = (seq: number, rest: Partial<StoredEvent> = {}): StoredEvent => ({
  id: idOf(`event ${seq}`),
  conversation: hall,
  author: alice,
  seq,
  bytes: utf8(`event ${seq}`),
  ...rest,
})

/** A line that Alice wrote in the hall at that time, unless said otherwise. */
export const lineOf = (time: number, text?: string, rest: Partial<StoredLine> = {}): StoredLine => ({
  id: idOf(`line ${time}`),
  conversation: hall,
  time,
  author: alice,
  seq: time,
  counts: true,
  bytes: utf8(`line ${time}`),
  ...(text !== undefined && { text }),
  ...rest,
})

/** A folder of its own, and how to remove it. */
export const temporaryFolder = (): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-store-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

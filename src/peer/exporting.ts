import { writeExport } from '../core/backup/export.ts'
import type { Kept } from '../core/backup/entry.ts'
import { unreachable } from '../core/bytes/result.ts'
import type { Stretch, Stretching } from '../core/crypto/passphrase.ts'
import type { DumpPlace, Put, Store } from '../store/port.ts'
import type { Self } from './self.ts'
import { newTally, type Tally } from './tally.ts'

/** What is read from the store at once. */
const PAGE_BYTES_MAX = 1_048_576

export type ExportDice = {
  readonly stretch: Stretch
  readonly how: Stretching
  readonly random: (bytes: number) => Uint8Array
}

/** A sealed file, piece by piece, and what is in it once all of it was taken. */
export type Exporting = { readonly pieces: AsyncIterable<Uint8Array>; readonly counted: () => Tally }

/** Everything that a peer keeps. Nothing may be written to the store meanwhile. */
export const exportStore = (
  store: Store,
  { self, now }: { readonly self: Self; readonly now: number },
  passphrase: string,
  dice: ExportDice,
): Exporting => {
  const { person, device, name } = self
  const head = { entry: 'head', version: 1, time: now, person, device, ...(name !== undefined && { name }) } as const
  const tally = newTally()
  const kept = keptIn(store, (each) => tally.count(each, 'added'))
  return { pieces: writeExport({ head, kept }, passphrase, dice), counted: tally.counted }
}

const keptIn = async function* (store: Store, count: (kept: Kept) => void): AsyncGenerator<Kept> {
  let from: DumpPlace | undefined
  do {
    const page = await store.dump({ bytes: PAGE_BYTES_MAX, ...(from && { from }) })
    for (const each of page.entries) {
      const kept = keptOf(each)
      count(kept)
      yield kept
    }
    from = page.next
  } while (from !== undefined)
}

const keptOf = (entry: Put): Kept => {
  switch (entry.put) {
    case 'record':
      return { entry: 'record', space: entry.space, key: entry.key, value: entry.value }
    case 'event':
      return { entry: 'event', ...entry.event }
    case 'line':
      return { entry: 'line', ...entry.line }
    default:
      return unreachable(entry)
  }
}

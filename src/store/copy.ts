import { accept, type Result } from '../core/bytes/result.ts'
import type { DumpPlace, Store, StoreRefusal } from './port.ts'

/** What is held in memory at once while a store is copied. */
const PAGE_BYTES_MAX = 1_048_576

/** Puts everything that a store keeps into another, which must be empty. */
export const copyStore = async (from: Store, to: Store): Promise<Result<null, StoreRefusal>> => {
  let place: DumpPlace | undefined
  do {
    const page = await from.dump({ bytes: PAGE_BYTES_MAX, ...(place && { from: place }) })
    const kept = await to.commit(page.entries)
    if (!kept.ok) return kept
    place = page.next
  } while (place !== undefined)
  return accept(null)
}

import type { Hex } from '../core/bytes/hex.ts'
import type { Store, StoredEvent } from '../store/port.ts'

/** An edit takes up to 64 KiB, twice: as it was signed, and what it says. */
const AMENDMENTS_AT_ONCE = 50

/** All stored events that edit, delete or react to this one, however many, some of them in memory at a time. */
export const storedAmendments = async function* (store: Store, target: Hex): AsyncGenerator<StoredEvent, void> {
  for (let after: Hex | undefined; ;) {
    const page = await store.amendments({ target, ...(after !== undefined && { after }), limit: AMENDMENTS_AT_ONCE })
    yield* page
    if (page.length < AMENDMENTS_AT_ONCE) return
    after = page.at(-1)?.id
  }
}

import { lettersOf } from '../../core/mailbox/letter.ts'
import type { Outgoing } from '../../core/sync/exchange.ts'

/** What one blob of several events holds at most, so that it fits a step of 64 KiB. */
export const LETTER_BYTES_MAX = 60 * 1024

/** Events in order, as many to a blob as fit; `seq` is the last one's. */
export const parcels = (
  all: readonly Outgoing[],
): readonly { readonly events: readonly Uint8Array[]; readonly seq: number }[] => {
  const letters = lettersOf(
    all.map(({ bytes }) => bytes),
    LETTER_BYTES_MAX,
  )
  let at = 0
  return letters.map((events) => ({ events, seq: all[(at += events.length) - 1]?.seq ?? 0 }))
}

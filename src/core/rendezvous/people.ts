import type { Hex } from '../bytes/hex.ts'
import { PEOPLE_LISTED_MAX, type ServerMessage } from './messages.ts'

/** Who is on a server's people list: device to listing. */
export type People = ReadonlyMap<Hex, Uint8Array>

/**
 * The list after one `people` message. Never longer than PEOPLE_LISTED_MAX, whatever a server sends: those who were
 * listed longest fall off.
 */
export const withPeople = (people: People, message: Extract<ServerMessage, { readonly kind: 'people' }>): People => {
  const next = new Map(message.reset ? [] : people)
  for (const device of message.gone) next.delete(device)
  for (const { device, listing } of message.here) next.set(device, listing.slice())
  for (const device of next.keys()) {
    if (next.size <= PEOPLE_LISTED_MAX) break
    next.delete(device)
  }
  return next
}

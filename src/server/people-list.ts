import type { Hex } from '../core/bytes/hex.ts'
import { PEOPLE_LISTED_MAX, type ServerMessage } from '../core/rendezvous/messages.ts'

export type PeopleMessage = Extract<ServerMessage, { readonly kind: 'people' }>

/** How much of the list somebody has seen: a number that grows with each change. */
export type Seen = number

/** Less than any number of a list. */
export const SEEN_NOTHING: Seen = -1

/**
 * Who wants to be seen, in order of arrival. The newest PEOPLE_LISTED_MAX of them are listed, the same for everyone:
 * two who come now find each other however many came before, and nobody can hold the list by having been early. Every
 * change costs the same however many there are.
 */
export type PeopleList = {
  readonly entries: Map<Hex, Entry>
  /** Ends of the order of arrival: the newest, and the oldest that is still listed. */
  newest: Entry | undefined
  oldestListed: Entry | undefined
  listed: number
  /** What happens now is stamped with this number. */
  now: Seen
  changed: Seen
  /** Who left the list, oldest first; at most PEOPLE_LISTED_MAX. */
  readonly gone: Map<Hex, Seen>
  /** Whoever saw less than this gets the whole list again. */
  forgotten: Seen
}

type Entry = {
  readonly device: Hex
  listing: Uint8Array
  listed: boolean
  changed: Seen
  newer: Entry | undefined
  older: Entry | undefined
}

export const emptyList = (): PeopleList => ({
  entries: new Map(),
  newest: undefined,
  oldestListed: undefined,
  listed: 0,
  now: 1,
  changed: 0,
  gone: new Map(),
  forgotten: 0,
})

/** Puts somebody on the list, or changes what it shows of them. Keeps `listing`. */
export const enlist = (list: PeopleList, device: Hex, listing: Uint8Array): void => {
  const known = list.entries.get(device)
  if (known) {
    if (sameBytes(known.listing, listing)) return
    known.listing = listing
    if (known.listed) known.changed = list.changed = list.now
    return
  }
  const entry: Entry = { device, listing, listed: false, changed: 0, newer: undefined, older: list.newest }
  if (list.newest) list.newest.newer = entry
  list.newest = entry
  list.entries.set(device, entry)
  show(list, entry)
  list.oldestListed ??= entry
  if (list.listed > PEOPLE_LISTED_MAX && list.oldestListed) {
    const oldest = list.oldestListed
    list.oldestListed = oldest.newer
    hide(list, oldest)
  }
}

/** Takes somebody off the list; the next in order of arrival is listed instead. */
export const delist = (list: PeopleList, device: Hex): void => {
  const entry = list.entries.get(device)
  if (!entry) return
  list.entries.delete(device)
  if (entry.newer) entry.newer.older = entry.older
  else list.newest = entry.older
  if (entry.older) entry.older.newer = entry.newer
  if (!entry.listed) return
  if (list.oldestListed === entry) list.oldestListed = entry.newer
  hide(list, entry)
  const next = list.oldestListed ? list.oldestListed.older : list.newest
  if (!next) return
  list.oldestListed = next
  show(list, next)
}

/** Everything up to now is one batch: later changes come after what is returned here. */
export const closeBatch = (list: PeopleList): Seen => {
  if (list.changed === list.now) list.now += 1
  return list.changed
}

/** What somebody who has seen so much has to be told. Costs no more than the length of the list. */
export const changesSince = (list: PeopleList, seen: Seen): PeopleMessage => {
  const reset = seen < list.forgotten
  const here: { readonly device: Hex; readonly listing: Uint8Array }[] = []
  for (let entry = list.oldestListed; entry; entry = entry.newer)
    if (reset || entry.changed > seen) here.push({ device: entry.device, listing: entry.listing })
  const gone: Hex[] = []
  if (!reset) for (const [device, when] of list.gone) if (when > seen) gone.push(device)
  return { kind: 'people', reset, here, gone }
}

const show = (list: PeopleList, entry: Entry): void => {
  entry.listed = true
  entry.changed = list.changed = list.now
  list.listed += 1
  list.gone.delete(entry.device)
}

const hide = (list: PeopleList, entry: Entry): void => {
  entry.listed = false
  list.changed = list.now
  list.listed -= 1
  list.gone.delete(entry.device)
  list.gone.set(entry.device, list.now)
  if (list.gone.size <= PEOPLE_LISTED_MAX) return
  for (const [device, when] of list.gone) {
    list.gone.delete(device)
    list.forgotten = when
    break
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

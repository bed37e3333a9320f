import type { Hex } from '../core/bytes/hex.ts'
import { PEOPLE_LISTED_MAX, type ServerMessage } from '../core/rendezvous/messages.ts'

export type PeopleMessage = Extract<ServerMessage, { readonly kind: 'people' }>

/** How much of the list somebody has seen: a number that grows with each change. */
export type Seen = number

/** Less than any number of a list. */
export const SEEN_NOTHING: Seen = -1

/**
 * Who wants to be seen, in order of arrival. PEOPLE_LISTED_MAX of them are listed, the same for everyone: of each address
 * the newest, then of each the second newest, and so on, of a round that does not fit the newest. So two who come
 * from two addresses now find each other however many came before, nobody can hold the list by having been early, and an address that sends
 * hundreds takes the places of its own; where all are at one address, the newest of them are listed.
 */
export type PeopleList = {
  readonly entries: Map<Hex, Entry>
  /** In order of device, once `closeBatch` has chosen; until then with all who came since. */
  readonly listed: Map<Hex, Entry>
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
  /** Of addresses; see `addressGroup`. */
  readonly group: string
  listing: Uint8Array
  changed: Seen
}

export const emptyList = (): PeopleList => ({
  entries: new Map(),
  listed: new Map(),
  now: 1,
  changed: 0,
  gone: new Map(),
  forgotten: 0,
})

/** Puts somebody on the list, or changes what it shows of them. Keeps `listing`. */
export const enlist = (
  list: PeopleList,
  { device, group, listing }: Pick<Entry, 'device' | 'group' | 'listing'>,
): void => {
  const known = list.entries.get(device)
  if (known) {
    if (sameBytes(known.listing, listing)) return
    known.listing = listing
    if (list.listed.has(device)) known.changed = list.changed = list.now
    return
  }
  const entry: Entry = { device, group, listing, changed: 0 }
  list.entries.set(device, entry)
  // The newest of an address is in the first round, and the newest of that.
  show(list, entry)
}

/** Takes somebody off the list; the next in order is listed instead. */
export const delist = (list: PeopleList, device: Hex): void => {
  const entry = list.entries.get(device)
  if (!entry) return
  list.entries.delete(device)
  // Who was not listed had no better place than those after them at the same address: nobody moves up.
  if (list.listed.has(device)) hide(list, entry)
}

/** Everything up to now is one batch: later changes come after what is returned here. */
export const closeBatch = (list: PeopleList): Seen => {
  if (list.changed === list.now) {
    choose(list)
    list.now += 1
  }
  return list.changed
}

/** Who is listed from now on. Once for each batch, because it costs as much as there are people. */
const choose = (list: PeopleList): void => {
  const chosen = new Set(firstInRounds([...list.entries.values()]))
  for (const entry of list.listed.values()) if (!chosen.has(entry)) hide(list, entry)
  for (const entry of chosen) if (!list.listed.has(entry.device)) show(list, entry)
  // In rounds they would show who shares an address.
  const sorted = [...chosen].sort((a, b) => (a.device < b.device ? -1 : 1))
  list.listed.clear()
  for (const entry of sorted) list.listed.set(entry.device, entry)
}

const firstInRounds = (everybody: readonly Entry[]): readonly Entry[] => {
  const rounds: Entry[][] = []
  const turns = new Map<string, number>()
  for (const entry of everybody.toReversed()) {
    const turn = turns.get(entry.group) ?? 0
    turns.set(entry.group, turn + 1)
    if (turn >= PEOPLE_LISTED_MAX) continue
    const round = (rounds[turn] ??= [])
    round.push(entry)
    if (turn === 0 && round.length === PEOPLE_LISTED_MAX) break
  }
  return rounds.flat().slice(0, PEOPLE_LISTED_MAX)
}

/** What somebody who has seen so much, and less than the last batch, has to be told. Costs no more than the list is long. */
export const changesSince = (list: PeopleList, seen: Seen): PeopleMessage => {
  const reset = seen < list.forgotten
  const here: { readonly device: Hex; readonly listing: Uint8Array }[] = []
  for (const entry of list.listed.values())
    if (reset || entry.changed > seen) here.push({ device: entry.device, listing: entry.listing })
  const gone: Hex[] = []
  if (!reset) for (const [device, when] of list.gone) if (when > seen) gone.push(device)
  return { kind: 'people', reset, here, gone }
}

const show = (list: PeopleList, entry: Entry): void => {
  list.listed.set(entry.device, entry)
  entry.changed = list.changed = list.now
  list.gone.delete(entry.device)
}

const hide = (list: PeopleList, entry: Entry): void => {
  list.listed.delete(entry.device)
  list.changed = list.now
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

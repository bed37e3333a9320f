import type { Hex } from '../bytes/hex.ts'

/** Devices on this network that are kept in view; who comes when it is full is not seen. */
export const SIGHTED_MAX = 256
/** Strangers on this network who are linked so that their names can be learnt. */
export const NEARBY_LINKED_MAX = 64
/** A device without a link that was not announced for this long is gone. */
export const SIGHTING_MILLIS_MAX = 60_000
/** The same for one that is linked: announcements are lost now and then, and the link says that it is somewhere. */
export const SIGHTING_LINKED_MILLIS_MAX = 180_000
/** The same for a device whose link has just ended: most likely its program was closed. */
export const SIGHTING_AFTER_LINK_MILLIS_MAX = 20_000

/** Who was announced on this network: for each device, until when that holds, and whether it has one of the places. */
export type Sightings = ReadonlyMap<Hex, Sighting>
export type Sighting = {
  readonly announced: number
  /** How long the announcement holds without a link. */
  readonly until: number
  readonly linked: boolean
  readonly place: boolean
}

export type SightingChange = {
  readonly sightings: Sightings
  readonly came: readonly Hex[]
  readonly went: readonly Hex[]
  /** Who got one of the NEARBY_LINKED_MAX places just now. */
  readonly placed: readonly Hex[]
}

/** Somebody was announced, now or again. */
export const sight = (sightings: Sightings, device: Hex, now: number): SightingChange => {
  const before = sightings.get(device)
  if (!before && sightings.size >= SIGHTED_MAX) return { sightings, came: [], went: [], placed: [] }
  const next = new Map(sightings)
  const place = before?.place === true || placesTaken(sightings) < NEARBY_LINKED_MAX
  next.set(device, { announced: now, until: now + SIGHTING_MILLIS_MAX, linked: before?.linked ?? false, place })
  return {
    sightings: next,
    came: before ? [] : [device],
    went: [],
    placed: place && before?.place !== true ? [device] : [],
  }
}

/** A link to this device stands now, or stands no longer. While it stands, the announcement holds for longer. */
export const linkedIs = (sightings: Sightings, device: Hex, linked: boolean, now: number): Sightings => {
  const before = sightings.get(device)
  if (!before || before.linked === linked) return sightings
  const until = linked ? before.until : now + SIGHTING_AFTER_LINK_MILLIS_MAX
  return new Map(sightings).set(device, { ...before, linked, until })
}

/** Lets those go whose announcement holds no longer. */
export const expire = (sightings: Sightings, now: number): SightingChange => {
  const went = [...sightings].filter(([, sighting]) => endOf(sighting) <= now).map(([device]) => device)
  if (went.length === 0) return { sightings, came: [], went, placed: [] }
  const next = new Map(sightings)
  for (const device of went) next.delete(device)
  return { sightings: next, came: [], went, placed: [] }
}

/** When `expire` has something to do at the earliest. */
export const expiryOf = (sightings: Sightings): number => {
  let next = Infinity
  for (const sighting of sightings.values()) next = Math.min(next, endOf(sighting))
  return next
}

const endOf = ({ announced, until, linked }: Sighting): number =>
  linked ? announced + SIGHTING_LINKED_MILLIS_MAX : until

const placesTaken = (sightings: Sightings): number => {
  let taken = 0
  for (const { place } of sightings.values()) if (place) taken += 1
  return taken
}

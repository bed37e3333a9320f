import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, list, nullable, tuple, uint, type Shaped } from '../bytes/shape.ts'
import { PLAIN_SLOT_BYTES, SLOT_BYTES, SLOT_KEY_BYTES, type Crypto } from '../crypto/port.ts'
import {
  domain,
  equalBytes,
  HASH_BYTES,
  hkdfExpand,
  hkdfExtract,
  hmacSha256,
  KEY_BYTES,
  sha256,
} from '../crypto/symmetric.ts'
import { DEVICES_MAX, type Members } from './members.ts'
import type { Ratchet } from './ratchet.ts'

/**
 * The body of an epoch event: a secret for exactly the devices that are members in its causal past, sealed to each.
 * `[depth, parent, members digest, confirmation, author's next slot key, slots]`.
 */
export type EpochBody = Shaped<typeof epochShape>

export type Slot = Shaped<typeof slotShape>

/** What everybody who could open the epoch derives from it. The secret itself is gone. */
export type EpochSecrets = {
  readonly chaining: Uint8Array
  readonly ratchets: ReadonlyMap<Hex, Ratchet>
  /** Names and opens the mailbox of these members: epochs that follow each other for the same ones share it. */
  readonly mailbox: Uint8Array
}

/** Where an epoch stands: bound into everything that is derived from it, so that nothing fits anywhere else. */
export type EpochPlace = {
  readonly conversation: Hex
  readonly author: Hex
  readonly seq: number
  readonly depth: number
  readonly parent: Hex | null
  readonly members: Members
}

/** The parent's chaining secret, mixed in so that who had no part in the parent cannot open the child alone. */
export type Parent = {
  readonly id: Hex
  readonly members: Hex
  readonly chaining: Uint8Array
  readonly mailbox: Uint8Array
}

export const DEPTH_MAX = 2 ** 40
export const SLOT_KEY_ID_BYTES = 16
/** An epoch for more devices than that is sealed with X25519 alone: a slot takes 80 bytes in place of 1,168. */
export const PLAIN_SLOTS_ABOVE = 64

export const readEpoch = (body: Plain): EpochBody | undefined => epochShape(body)

/** A name for a slot key, by which its owner finds the private half. */
export const slotKeyId = (slotKey: Uint8Array): Uint8Array =>
  sha256(domain('kith slot key 1', slotKey)).slice(0, SLOT_KEY_ID_BYTES)

/** Makes the epoch: `fresh` are 32 random bytes, `slotKeys` the newest key of every member device but the author. */
export const makeEpoch = async (
  crypto: Crypto,
  place: EpochPlace,
  input: {
    readonly fresh: Uint8Array
    readonly parent: Parent | undefined
    readonly nextSlotKey: Uint8Array
    readonly slotKeys: ReadonlyMap<Hex, Uint8Array>
    /** What a device gets that published a key nobody can seal to; without it, there is no epoch then. */
    readonly unsealable: Uint8Array | undefined
  },
): Promise<{ readonly body: Plain; readonly secrets: EpochSecrets } | undefined> => {
  const context = contextOf(place)
  const isPlain = isPlainFor(place.members)
  // All at once: a platform that seals beside the program does several at a time.
  const others = [...place.members.devices.keys()].filter((device) => device !== place.author)
  const slots = await Promise.all(
    others.map(async (device): Promise<Plain | undefined> => {
      const slotKey = input.slotKeys.get(device) ?? NOTHING
      const info = slotInfo(context, device)
      const sealing = isPlain
        ? crypto.sealPlainTo(slotKey, input.fresh, info)
        : crypto.sealTo(slotKey, input.fresh, info)
      const sealed = (await sealing) ?? input.unsealable?.subarray(0, slotBytes(place.members))
      return sealed && [fromHex(device), slotKeyId(slotKey), sealed]
    }),
  )
  if (!slots.every((slot) => slot !== undefined)) return undefined
  const { secrets, confirmation } = derive(input.fresh, input.parent, context, place.members)
  const parent = place.parent === null ? null : fromHex(place.parent)
  const body = [place.depth, parent, fromHex(place.members.digest), confirmation, input.nextSlotKey, slots]
  return { body, secrets }
}

/** Opens the slot for one device. Undefined when it was not sealed to this key, or the confirmation does not fit. */
export const openEpoch = async (
  crypto: Crypto,
  place: EpochPlace,
  input: {
    readonly body: EpochBody
    readonly slot: Slot
    readonly seed: Uint8Array
    readonly parent: Parent | undefined
  },
): Promise<EpochSecrets | undefined> => {
  const context = contextOf(place)
  const [device, , sealed] = input.slot
  const info = slotInfo(context, device)
  const opened = isPlainFor(place.members)
    ? crypto.openPlainWith(input.seed, sealed, info)
    : crypto.openWith(input.seed, sealed, info)
  const fresh = await opened
  if (!fresh || fresh.length !== KEY_BYTES) return undefined
  const { secrets, confirmation } = derive(fresh, input.parent, context, place.members)
  return equalBytes(confirmation, input.body[3]) ? secrets : undefined
}

/**
 * Whether it is for exactly the members that its author knew, each slot of the length for so many: with one left out, or
 * one too many, it is void.
 */
export const isForExactly = (body: EpochBody, members: Members, author: Hex): boolean => {
  const [, , digest, , , slots] = body
  const recipients = new Set(slots.map(([device]) => device))
  if (digest !== members.digest || recipients.size !== slots.length || recipients.has(author)) return false
  const fits = ([device, , sealed]: Slot): boolean =>
    members.devices.has(device) && sealed.length === slotBytes(members)
  return slots.length === members.devices.size - 1 && slots.every(fits)
}

const isPlainFor = ({ devices }: Members): boolean => devices.size > PLAIN_SLOTS_ABOVE

const slotBytes = (members: Members): number => (isPlainFor(members) ? PLAIN_SLOT_BYTES : SLOT_BYTES)

const slotShape = tuple(hex(32), bytes(SLOT_KEY_ID_BYTES), bytes(PLAIN_SLOT_BYTES, SLOT_BYTES))
const epochShape = tuple(
  uint(DEPTH_MAX),
  nullable(hex(HASH_BYTES)),
  hex(HASH_BYTES),
  bytes(HASH_BYTES),
  bytes(SLOT_KEY_BYTES),
  list(slotShape, DEVICES_MAX),
)

const contextOf = (place: EpochPlace): Uint8Array =>
  encode([
    fromHex(place.conversation),
    fromHex(place.author),
    place.seq,
    place.depth,
    place.parent === null ? null : fromHex(place.parent),
    fromHex(place.members.digest),
  ])

const slotInfo = (context: Uint8Array, device: Hex): Uint8Array =>
  domain('kith slot 1', encode([context, fromHex(device)]))

const derive = (
  fresh: Uint8Array,
  parent: Parent | undefined,
  context: Uint8Array,
  members: Members,
): { readonly secrets: EpochSecrets; readonly confirmation: Uint8Array } => {
  const secret = hkdfExtract(parent?.chaining ?? NO_PARENT, fresh)
  const ratchets = new Map<Hex, Ratchet>()
  for (const device of members.devices.keys())
    ratchets.set(device, { index: 0, key: hkdfExpand(secret, 'kith sender 1', encode([context, fromHex(device)])) })
  return {
    confirmation: hmacSha256(hkdfExpand(secret, 'kith confirm 1', context), context),
    secrets: {
      chaining: hkdfExpand(secret, 'kith chaining 1', context),
      ratchets,
      mailbox: parent?.members === members.digest ? parent.mailbox : hkdfExpand(secret, 'kith mailbox 1', context),
    },
  }
}

const NO_PARENT = new Uint8Array(KEY_BYTES)
const NOTHING = new Uint8Array(0)

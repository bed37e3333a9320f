import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, list, nullable, tuple, uint, type Shaped } from '../bytes/shape.ts'
import { SLOT_BYTES, SLOT_KEY_BYTES, type Crypto } from '../crypto/port.ts'
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
export type EpochSecrets = { readonly chaining: Uint8Array; readonly ratchets: ReadonlyMap<Hex, Ratchet> }

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
export type Parent = { readonly id: Hex; readonly chaining: Uint8Array }

export const DEPTH_MAX = 2 ** 40
export const SLOT_KEY_ID_BYTES = 16

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
  },
): Promise<{ readonly body: Plain; readonly secrets: EpochSecrets } | undefined> => {
  const context = contextOf(place)
  const slots: Plain[] = []
  for (const device of place.members.devices.keys()) {
    if (device === place.author) continue
    const slotKey = input.slotKeys.get(device)
    const sealed = slotKey && (await crypto.sealTo(slotKey, input.fresh, slotInfo(context, device)))
    if (!slotKey || !sealed) return undefined
    slots.push([fromHex(device), slotKeyId(slotKey), sealed])
  }
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
  const fresh = await crypto.openWith(input.seed, sealed, slotInfo(context, device))
  if (!fresh || fresh.length !== KEY_BYTES) return undefined
  const { secrets, confirmation } = derive(fresh, input.parent, context, place.members)
  return equalBytes(confirmation, input.body[3]) ? secrets : undefined
}

const slotShape = tuple(hex(32), bytes(SLOT_KEY_ID_BYTES), bytes(SLOT_BYTES))
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
    secrets: { chaining: hkdfExpand(secret, 'kith chaining 1', context), ratchets },
  }
}

const NO_PARENT = new Uint8Array(KEY_BYTES)

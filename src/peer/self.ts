import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts'
import { Bug, type Result } from '../core/bytes/result.ts'
import { bytes, hex, list, nullable, text, tuple, uint } from '../core/bytes/shape.ts'
import { SEED_BYTES, type Crypto } from '../core/crypto/port.ts'
import { slotKeyId } from '../core/group/epoch.ts'
import { KEYS_KEPT_MILLIS_MAX, type OwnSlotKey } from '../core/group/keyring.ts'
import { signCard, signListing, type Card, type NamedServers } from '../core/identity/card.ts'
import {
  certificateShape,
  certify,
  personOf,
  plainCertificate,
  type Certificate,
} from '../core/identity/certificate.ts'
import type { Name } from '../core/identity/name.ts'
import type { Change, Store, StoreRefusal } from '../store/port.ts'

/** Who runs this peer: keys, name, and the slot keys that the card offers to strangers. */
export type Self = {
  /** The person's root key: certifies devices, nothing else. */
  readonly rootSeed: Uint8Array
  readonly deviceSeed: Uint8Array
  readonly device: Hex
  readonly person: Hex
  readonly certificate: Certificate
  /** Absent until the naming step was answered. */
  readonly name?: Name
  readonly nameTime: number
  /** Newest last, with its public half; older ones stay until KEYS_KEPT_MILLIS_MAX after they were replaced. */
  readonly cardKeys: readonly CardKey[]
}

export type CardKey = OwnSlotKey & { readonly publicKey: Uint8Array }

/** How old the card's slot key gets: first messages of strangers are as forward secret as this is short. */
export const CARD_KEY_MILLIS = 24 * 60 * 60 * 1000

type Dice = { readonly crypto: Crypto; readonly now: number; readonly random: (bytes: number) => Uint8Array }

/** The stored self, with a fresh card key when the newest is old; made at the first start. */
export const openSelf = async (store: Store, dice: Dice): Promise<Result<Self, StoreRefusal>> => {
  const stored = await loadSelf(store)
  const self = stored ?? (await makeSelf(dice))
  const fresh = await withFreshCardKey(self, dice)
  if (fresh === stored) return { ok: true, value: fresh }
  const kept = await store.commit(selfChanges(fresh))
  return kept.ok ? { ok: true, value: fresh } : kept
}

/** The same self, or one with a new card key and without those that are too old. */
export const withFreshCardKey = async (self: Self, { crypto, now, random }: Dice): Promise<Self> => {
  const newest = self.cardKeys.at(-1)
  if (newest && now - newest.made < CARD_KEY_MILLIS && now >= newest.made) return self
  const seed = random(SEED_BYTES)
  const publicKey = await crypto.slotKey(seed)
  const key = { id: toHex(slotKeyId(publicKey)), seed, made: now, publicKey }
  const replaced = self.cardKeys.map((each) => (each.replaced === undefined ? { ...each, replaced: now } : each))
  const kept = replaced.filter((each) => now - (each.replaced ?? now) < KEYS_KEPT_MILLIS_MAX)
  return { ...self, cardKeys: [...kept, key] }
}

export const selfChanges = (self: Self): readonly Change[] => [
  { put: 'record', space: 'self', key: 'self', value: encode(plainSelf(self)) },
]

/** What this device tells whoever it meets, with the servers that its person chose. Undefined while it has no name. */
export const ownCard = async (
  crypto: Crypto,
  self: Self,
  servers?: NamedServers,
): Promise<{ readonly card: Uint8Array; readonly listing: Uint8Array } | undefined> => {
  const key = self.cardKeys.at(-1)
  if (self.name === undefined || !key) return undefined
  const { certificate, name, nameTime } = self
  const card: Card = {
    certificate,
    name,
    nameTime,
    slotKey: key.publicKey,
    slotTime: key.made,
    ...(servers && { servers }),
  }
  return {
    card: await signCard(crypto, self.deviceSeed, card),
    listing: await signListing(crypto, self.deviceSeed, card),
  }
}

const makeSelf = async ({ crypto, now, random }: Dice): Promise<Self> => {
  const rootSeed = random(SEED_BYTES)
  const deviceSeed = random(SEED_BYTES)
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed, device, now })
  return { rootSeed, deviceSeed, device, person: personOf(certificate), certificate, nameTime: 0, cardKeys: [] }
}

export const loadSelf = async (store: Store): Promise<Self | undefined> => {
  const record = await store.record('self', 'self')
  if (!record) return undefined
  const decoded = decode(record)
  const fields = decoded.ok ? selfShape(decoded.value) : undefined
  if (!fields) throw new Bug('the stored self cannot be read')
  const [rootSeed, deviceSeed, device, certificate, name, nameTime, cardKeys] = fields
  const self = { rootSeed, deviceSeed, device, person: personOf(certificate), certificate, nameTime }
  const keys = cardKeys.map(([id, seed, made, replaced, publicKey]) => ({
    id,
    seed,
    made,
    publicKey,
    ...(replaced !== null && { replaced }),
  }))
  return { ...self, ...(name !== null && { name: name as Name }), cardKeys: keys }
}

const cardKeyShape = tuple(hex(16), bytes(SEED_BYTES), uint(), nullable(uint()), bytes(1, 4096))
const selfShape = tuple(
  bytes(SEED_BYTES),
  bytes(SEED_BYTES),
  hex(32),
  certificateShape,
  nullable(text(160)),
  uint(),
  list(cardKeyShape, 100),
)

const plainSelf = (self: Self): Plain => [
  self.rootSeed,
  self.deviceSeed,
  fromHex(self.device),
  plainCertificate(self.certificate),
  self.name ?? null,
  self.nameTime,
  self.cardKeys.map(({ id, seed, made, replaced, publicKey }) => [
    fromHex(id),
    seed,
    made,
    replaced ?? null,
    publicKey,
  ]),
]

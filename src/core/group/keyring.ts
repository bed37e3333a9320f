import { toHex, type Hex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import type { EpochSecrets } from './epoch.ts'
import type { Members } from './members.ts'
import { RATCHET_INDEX_MAX, turn, type Ratchet } from './ratchet.ts'

/** The keys of one conversation on one device: everything here is wiped as soon as it has done its work. */
export type Keyring = {
  /** The shallowest first, of equally deep ones the greatest id: the last is the first choice to send under. */
  readonly epochs: readonly Epoch[]
  /** Keys of messages that others overtook, by `skippedName`, oldest first; never a state they could be made from. */
  readonly skipped: ReadonlyMap<string, { readonly key: Uint8Array; readonly since: number }>
  /** This device's slot keys, newest last. The newest is never wiped: somebody may be sealing for it. */
  readonly own: readonly OwnSlotKey[]
  /** The newest slot key of every other device. */
  readonly slotKeys: ReadonlyMap<Hex, Uint8Array>
}

export type Epoch = {
  readonly id: Hex
  readonly depth: number
  readonly author: Hex
  readonly members: Hex
  /** When this device made it or got it, by its own clock: nobody else's may keep keys alive. */
  readonly made: number
  /** Absent when this device could not open it. */
  readonly secrets?: EpochSecrets
  /** Devices that said they cannot open it, or this one once it was restored: it is not used for sending any more. */
  readonly unopenedBy: readonly Hex[]
}

export type OwnSlotKey = {
  readonly id: Hex
  readonly seed: Uint8Array
  readonly made: number
  /** When a newer one was published; absent for the newest. */
  readonly replaced?: number
}

export const EPOCHS_KEPT_MAX = 64
export const SKIPPED_KEYS_MAX = 2_000
/** Of one sender: nobody can wash out the keys of the others' messages. */
export const SKIPPED_PER_DEVICE_MAX = 512
export const OWN_SLOT_KEYS_MAX = 64
/** How long a key whose message may still come is kept at most. */
export const KEYS_KEPT_MILLIS_MAX = 14 * 24 * 60 * 60 * 1000
export const REKEY_MILLIS = 24 * 60 * 60 * 1000
export const REKEY_MESSAGES = 1_000

export const emptyKeyring: Keyring = { epochs: [], skipped: new Map(), own: [], slotKeys: new Map() }

/** The epoch to send under: the deepest (ties: smallest id) for exactly these members that all of them could open. */
export const epochInForce = (keyring: Keyring, members: Members): Epoch | undefined => {
  const closed = closedUpTo(keyring, members)
  return keyring.epochs.findLast(
    (epoch) =>
      epoch.members === members.digest &&
      epoch.secrets !== undefined &&
      epoch.unopenedBy.length === 0 &&
      ![...closed].some(([device, depth]) => epoch.depth <= depth && epoch.author !== device),
  )
}

export const epochOf = (keyring: Keyring, id: Hex): Epoch | undefined =>
  keyring.epochs.findLast((epoch) => epoch.id === id)

/**
 * Who cannot open an epoch may well have none of those it was built on: up to the depth of what a device complained
 * about, only its own epochs are certain. A child of any other would be as closed to it, complaint after complaint.
 */
const closedUpTo = (keyring: Keyring, { devices }: Members): ReadonlyMap<Hex, number> => {
  const closed = new Map<Hex, number>()
  for (const { depth, unopenedBy } of keyring.epochs)
    for (const device of unopenedBy)
      if (devices.has(device)) closed.set(device, Math.max(depth, closed.get(device) ?? 0))
  return closed
}

/** Adds an epoch, or puts it in the place of what was known of it; the shallowest goes when there are too many. */
export const withEpoch = (keyring: Keyring, epoch: Epoch): Keyring => ({
  ...keyring,
  epochs: inOrder([...keyring.epochs.filter(({ id }) => id !== epoch.id), epoch]).slice(-EPOCHS_KEPT_MAX),
})

/** As a keyring holds them. */
export const inOrder = (epochs: readonly Epoch[]): readonly Epoch[] =>
  epochs.toSorted((a, b) => a.depth - b.depth || (a.id < b.id ? 1 : -1))

export const withUnopened = (keyring: Keyring, epochId: Hex, device: Hex): Keyring => {
  const epoch = epochOf(keyring, epochId)
  if (!epoch || epoch.unopenedBy.includes(device)) return keyring
  return withEpoch(keyring, { ...epoch, unopenedBy: [...epoch.unopenedBy, device] })
}

/** This device seals nothing more under any of the epochs that are here: they stay for what others sealed. */
export const withoutSending = (keyring: Keyring, device: Hex): Keyring =>
  keyring.epochs.filter(({ secrets }) => secrets).reduce((next, { id }) => withUnopened(next, id, device), keyring)

export const withSlotKey = (keyring: Keyring, device: Hex, slotKey: Uint8Array): Keyring => ({
  ...keyring,
  slotKeys: new Map(keyring.slotKeys).set(device, slotKey),
})

export const withOwnSlotKey = (keyring: Keyring, slotKey: OwnSlotKey): Keyring => {
  const replaced = keyring.own.map((each) => (each.replaced === undefined ? { ...each, replaced: slotKey.made } : each))
  return { ...keyring, own: [...replaced, slotKey].slice(-OWN_SLOT_KEYS_MAX) }
}

/**
 * The only other device has sealed to this key of ours and will not go back to an older one: the older ones are wiped.
 * Where there are more devices, another of them may not have learnt of it yet; there, age alone wipes.
 */
export const wipeOwnBefore = (keyring: Keyring, usedId: Hex): Keyring => {
  const index = keyring.own.findIndex((each) => each.id === usedId)
  return index > 0 ? { ...keyring, own: keyring.own.slice(index) } : keyring
}

export type KeyRefusal =
  | { readonly kind: 'unknown-epoch' }
  /** This device has the epoch but could not open it. */
  | { readonly kind: 'closed-epoch' }
  /** The key was used before, or was wiped for its age. */
  | { readonly kind: 'key-gone' }
  | { readonly kind: 'not-a-member' }
  /** It was said while this device was not in. */
  | { readonly kind: 'not-for-us' }

/** Takes the key for one message of one sender out of the keyring: nobody can take it a second time. */
export const takeMessageKey = (
  keyring: Keyring,
  message: { readonly epoch: Hex; readonly device: Hex; readonly index: number },
  now: number,
): Result<{ readonly keyring: Keyring; readonly messageKey: Uint8Array }, KeyRefusal> => {
  const epoch = epochOf(keyring, message.epoch)
  if (!epoch) return refuse({ kind: 'unknown-epoch' })
  if (!epoch.secrets) return refuse({ kind: 'closed-epoch' })
  const ratchet = epoch.secrets.ratchets.get(message.device)
  if (!ratchet) return refuse({ kind: 'not-a-member' })
  if (message.index < ratchet.index)
    return takeSkipped(keyring, skippedName(message.epoch, message.device, message.index))
  if (message.index > RATCHET_INDEX_MAX) return refuse({ kind: 'key-gone' })

  let { messageKey, next } = turn(ratchet)
  if (message.index === ratchet.index)
    return accept({ messageKey, keyring: withRatchet(keyring, epoch, message.device, next) })
  const skipped = new Map(keyring.skipped)
  for (let index = ratchet.index; index < message.index; index++) {
    skipped.set(skippedName(message.epoch, message.device, index), { key: messageKey, since: now })
    ;({ messageKey, next } = turn(next))
  }
  dropOldest(skipped, message.device)
  return accept({ messageKey, keyring: withRatchet({ ...keyring, skipped }, epoch, message.device, next) })
}

/**
 * Wipes what has been kept for KEYS_KEPT_MILLIS_MAX; the deepest epochs stay, for the next message may come under them.
 * `now` is this device's clock. The same keyring when nothing is that old. Writing and receiving do this by themselves.
 */
export const wipeAged = (keyring: Keyring, now: number): Keyring => {
  const oldest = now - KEYS_KEPT_MILLIS_MAX
  const deepest = keyring.epochs.at(-1)?.depth
  const [, longestSkipped] = keyring.skipped.entries().next().value ?? []
  const isOldKey = ({ replaced }: OwnSlotKey): boolean => replaced !== undefined && replaced < oldest
  const isOldEpoch = (epoch: Epoch): boolean => epoch.depth !== deepest && epoch.made < oldest
  const isAged =
    (longestSkipped !== undefined && longestSkipped.since < oldest) ||
    keyring.own.some(isOldKey) ||
    keyring.epochs.some(isOldEpoch)
  if (!isAged) return keyring
  return {
    ...keyring,
    skipped: new Map([...keyring.skipped].filter(([, { since }]) => since >= oldest)),
    own: keyring.own.filter((key) => !isOldKey(key)),
    epochs: keyring.epochs.filter((epoch) => !isOldEpoch(epoch)),
  }
}

/** Of this sender's first, so that what is dropped for its sake is its own. */
const dropOldest = (skipped: Map<string, unknown>, device: Hex): void => {
  const own = [...skipped.keys()].filter((name) => name.includes(`/${device}/`))
  for (const name of own.slice(0, Math.max(0, own.length - SKIPPED_PER_DEVICE_MAX))) skipped.delete(name)
  while (skipped.size > SKIPPED_KEYS_MAX) skipped.delete(skipped.keys().next().value ?? '')
}

export const skippedName = (epoch: Hex, device: Hex, index: number): string => `${epoch}/${device}/${index}`

export const ownSlotKeyId = (keyring: Keyring, id: Uint8Array): OwnSlotKey | undefined => {
  const name = toHex(id)
  return keyring.own.find((each) => each.id === name)
}

const takeSkipped = (
  keyring: Keyring,
  name: string,
): Result<{ readonly keyring: Keyring; readonly messageKey: Uint8Array }, KeyRefusal> => {
  const kept = keyring.skipped.get(name)
  if (!kept) return refuse({ kind: 'key-gone' })
  const skipped = new Map(keyring.skipped)
  skipped.delete(name)
  return accept({ messageKey: kept.key, keyring: { ...keyring, skipped } })
}

const withRatchet = (keyring: Keyring, epoch: Epoch, device: Hex, ratchet: Ratchet): Keyring => {
  const secrets = epoch.secrets as EpochSecrets
  const ratchets = new Map(secrets.ratchets).set(device, ratchet)
  const turned = { ...epoch, secrets: { ...secrets, ratchets } }
  return { ...keyring, epochs: keyring.epochs.with(keyring.epochs.indexOf(epoch), turned) }
}

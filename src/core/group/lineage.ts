import { toHex, type Hex } from '../bytes/hex.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'
import { epochInForce, epochOf, type Epoch } from './keyring.ts'
import { membersNow, type Replica } from './replica.ts'

/** The epochs that follow each other for the same members: they share one mailbox. */
export type Lineage = {
  /** Says nothing about the secret. */
  readonly id: Hex
  readonly secret: Uint8Array
  /** The digest of its members, and their devices. */
  readonly members: Hex
  readonly devices: ReadonlySet<Hex>
  /** Whether the epoch in force belongs to it. */
  readonly inForce: boolean
  /** The depth of its deepest epoch that is held. */
  readonly depth: number
}

/** The mailboxes that this device can open, the newest first. */
export const mailboxSecrets = (replica: Replica): readonly Lineage[] => {
  const inForce = epochInForce(replica.keyring, membersNow(replica))
  const lineages = new Map<Hex, Lineage>()
  for (const epoch of replica.keyring.epochs) {
    if (!epoch.secrets) continue
    const id = idOf(epoch.secrets.mailbox)
    const known = lineages.get(id)
    const { members } = epoch
    const isInForce = known?.inForce === true || epoch.id === inForce?.id
    const depth = Math.max(epoch.depth, known?.depth ?? 0)
    const devices = new Set(epoch.secrets.ratchets.keys())
    lineages.set(id, { id, secret: epoch.secrets.mailbox, members, devices, inForce: isInForce, depth })
  }
  return [...lineages.values()].sort(
    (a, b) => Number(b.inForce) - Number(a.inForce) || b.depth - a.depth || (a.id < b.id ? -1 : 1),
  )
}

/**
 * The mailbox with which a device came in, as far as its keys are held: there it looks for what was before, however often
 * the members have changed since.
 */
export const firstMailboxOf = (replica: Replica, device: Hex): Uint8Array | undefined => {
  let first: Uint8Array | undefined
  for (const { devices, secret } of mailboxSecrets(replica)) {
    if (!devices.has(device)) break
    first = secret
  }
  return first
}

/** A mailbox, and the first epoch of those who read it, as far as it is held: they have that, and what it knew. */
export type MailboxBefore = { readonly secret: Uint8Array; readonly epoch: Hex }

/**
 * The mailboxes that are read by those who do not have this epoch yet, if it is the first for its members; none otherwise.
 * Nobody reads them who was out before it, as far as its author knew, but for those of before others that were made at
 * the same time.
 */
export const mailboxesBefore = (replica: Replica, epochId: Hex): readonly MailboxBefore[] => {
  const epoch = epochOf(replica.keyring, epochId)
  if (!epoch?.secrets) return []
  const own = idOf(epoch.secrets.mailbox)
  const first = new Map<Hex, Epoch>()
  for (const each of replica.keyring.epochs) {
    const id = each.secrets && idOf(each.secrets.mailbox)
    if (id !== undefined && each.depth < (first.get(id)?.depth ?? Infinity)) first.set(id, each)
  }
  const depthOf = (lineage: Hex): number => first.get(lineage)?.depth ?? 0
  if (depthOf(own) < epoch.depth) return []
  const before = mailboxSecrets(replica).filter(({ id }) => depthOf(id) < epoch.depth)
  const deepest = Math.max(...before.map(({ id }) => depthOf(id)))
  const members = epoch.secrets.ratchets
  return before
    .filter(({ id, devices }) => depthOf(id) === deepest || [...devices].every((device) => members.has(device)))
    .slice(0, BEFORE_MAX)
    .map(({ id, secret }) => ({ secret, epoch: first.get(id)?.id ?? epochId }))
}

const BEFORE_MAX = 3

/** The lineage of an epoch that is held and open here. */
export const lineageOf = (replica: Replica, epochId: Hex): Hex | undefined => {
  const secrets: Epoch['secrets'] = epochOf(replica.keyring, epochId)?.secrets
  return secrets && idOf(secrets.mailbox)
}

const idOf = (secret: Uint8Array): Hex => toHex(sha256(domain('kith lineage 1', secret)))

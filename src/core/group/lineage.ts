import { toHex, type Hex } from '../bytes/hex.ts'
import { domain, sha256 } from '../crypto/symmetric.ts'
import { epochInForce, type Epoch } from './keyring.ts'
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
  for (const epoch of replica.keyring.epochs.values()) {
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

/** The lineage of an epoch that is held and open here. */
export const lineageOf = (replica: Replica, epochId: Hex): Hex | undefined => {
  const secrets: Epoch['secrets'] = replica.keyring.epochs.get(epochId)?.secrets
  return secrets && idOf(secrets.mailbox)
}

const idOf = (secret: Uint8Array): Hex => toHex(sha256(domain('kith lineage 1', secret)))

import type { Hex } from '../bytes/hex.ts'
import type { SignedEvent } from '../event/event.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { changesBetween, type MembershipChange } from './changes.ts'
import type { Entry } from './founding.ts'
import type { Horizon } from './history.ts'
import { withSlotKey } from './keyring.ts'
import { entriesOf, type Operation } from './operation.ts'
import { membersNow, membershipNow, withCertificates, withDeed, type Replica } from './replica.ts'
import type { Deed, Owned } from './step.ts'
import { disputed } from './voided.ts'

/** What an operation came to. */
export type Operated = {
  readonly kind: 'operated'
  readonly operation: Operation
  /** What people see of it; a late removal can undo earlier changes, so these may be of other things than it says. */
  readonly changes: readonly MembershipChange[]
  /**
   * Devices whose events from a sequence on may have become void or valid again by it: ask `isVoided` of each of those
   * that are held, and withdraw or bring back their lines.
   */
  readonly disputed: ReadonlyMap<Hex, number>
}

/** Takes an operation whose certificates were verified. Without `operated` its author had no right to it. */
export const withOperation = (
  replica: Replica,
  event: Pick<SignedEvent, 'id' | 'author' | 'seq' | 'time'>,
  input: { readonly operation: Operation; readonly past: Horizon; readonly before: Replica },
): { readonly replica: Replica; readonly operated: Operated | undefined } => {
  const { operation, past, before } = input
  const taken = withDeed(replica, event, { deed: deedOf(operation), past })
  if (!taken.step) return { replica: taken.replica, operated: undefined }
  const entries = entriesOf(operation)
  const known = withCertificates(
    taken.replica,
    entries.map(({ certificate }) => certificate),
  )
  const [had, has] = [membershipNow(before), membershipNow(known)]
  const isOut = !has.members.devices.has(replica.me.device)
  const next = withEntryKeys(isOut ? { ...known, joined: false } : known, entries, before)
  const changes = changesBetween(had, has)
  return { replica: next, operated: { kind: 'operated', operation, changes, disputed: disputed(next, had, has) } }
}

/** Without its keys: they are in the keyring, and replaced soon. */
export const deedOf = (operation: Operation): Deed => {
  switch (operation.kind) {
    case 'add': {
      const { kind, role, invitation, entries } = operation
      return { kind, role, invitation, devices: entries.map(owned) }
    }
    case 'device':
      return { kind: operation.kind, devices: [owned(operation.entry)] }
    case 'picture':
      return { kind: operation.kind, isEmpty: operation.picture.length === 0 }
    default:
      return operation
  }
}

/** What was published in the conversation by a member itself is newer than what somebody else says of it. */
const withEntryKeys = (replica: Replica, entries: readonly Entry[], before: Replica): Replica => {
  const members = membersNow(before)
  let { keyring } = replica
  for (const { certificate, slotKey } of entries) {
    const device = deviceOf(certificate)
    const isOld = members.devices.has(device) && keyring.slotKeys.has(device)
    if (device !== replica.me.device && !isOld) keyring = withSlotKey(keyring, device, slotKey)
  }
  return { ...replica, keyring }
}

const owned = ({ certificate }: Entry): Owned => [deviceOf(certificate), personOf(certificate)]

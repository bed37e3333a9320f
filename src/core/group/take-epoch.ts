import type { Crypto } from '../crypto/port.ts'
import type { SignedEvent } from '../event/event.ts'
import { isForExactly, openEpoch, readEpoch, type Parent } from './epoch.ts'
import type { Horizon } from './history.ts'
import { epochOf, ownSlotKeyId, wipeOwnBefore, withEpoch, withSlotKey } from './keyring.ts'
import type { Members } from './members.ts'
import type { Replica } from './replica.ts'

/** What an epoch turned out to be. */
export type EpochTaken =
  | { readonly kind: 'epoch'; readonly opened: true }
  /**
   * - `no-key`: it is sealed to a key that is gone, builds on an epoch that is not here, or is this device's own from
   *   before it was restored: complain
   * - `split`: it is sealed to a key that is here and does not open: its author gave this device something else than the
   *   others. Complain, and show it
   * - `not-for-us`: this device was not in
   */
  | { readonly kind: 'epoch'; readonly opened: false; readonly why: 'no-key' | 'split' | 'not-for-us' }
  /** It is against the rules. */
  | { readonly kind: 'void' }

/**
 * Takes an epoch into the keyring. Whether it counts follows from what its author knew alone, so that everybody judges
 * the same; whether it opens is another matter.
 */
export const takeEpoch = async (
  crypto: Crypto,
  replica: Replica,
  input: { readonly event: SignedEvent; readonly past: Horizon; readonly members: Members; readonly now: number },
): Promise<{ readonly replica: Replica; readonly horizon: Horizon; readonly received: EpochTaken }> => {
  const { event, past, members, now } = input
  const body = readEpoch(event.body)
  // Exactly one deeper than the deepest that its author knew: nobody can claim to lie deeper than all later ones.
  const isValid = body && isForExactly(body, members, event.author) && body[0] === past.epochDepth + 1
  if (!isValid) return { replica, horizon: past, received: { kind: 'void' } }
  const [depth, parentId, , , nextSlotKey, slots] = body
  const horizon = { steps: past.steps, epochDepth: depth }
  const known = { ...replica, keyring: withSlotKey(replica.keyring, event.author, nextSlotKey) }
  const slot = slots.find(([device]) => device === replica.me.device)
  const epoch = { id: event.id, depth, author: event.author, members: members.digest, made: now, unopenedBy: [] }
  // Its author has no slot in it, and had its secrets before: what others sealed under it has to be asked for.
  if (event.author === replica.me.device) {
    const closed = { ...known, keyring: withEpoch(known.keyring, epoch) }
    return { replica: closed, horizon, received: { kind: 'epoch', opened: false, why: 'no-key' } }
  }
  if (!slot) return { replica: known, horizon, received: { kind: 'epoch', opened: false, why: 'not-for-us' } }

  const own = ownSlotKeyId(known.keyring, slot[1])
  const parent = parentId === null ? undefined : parentIn(known, parentId)
  const canTry = own !== undefined && (parentId === null || parent !== undefined)
  const place = { ...event, depth, parent: parentId, members }
  const secrets = canTry ? await openEpoch(crypto, place, { body, slot, seed: own.seed, parent }) : undefined

  const keyring = withEpoch(known.keyring, secrets ? { ...epoch, secrets } : epoch)
  const why = canTry ? 'split' : 'no-key'
  if (!secrets) return { replica: { ...known, keyring }, horizon, received: { kind: 'epoch', opened: false, why } }
  const isOnlyOther = replica.kind === 'direct' && members.devices.size === 2
  const wiped = isOnlyOther && own ? wipeOwnBefore(keyring, own.id) : keyring
  return { replica: { ...known, keyring: wiped }, horizon, received: { kind: 'epoch', opened: true } }
}

const parentIn = ({ keyring }: Replica, id: string): Parent | undefined => {
  const epoch = epochOf(keyring, id)
  return epoch?.secrets && { id, members: epoch.members, ...epoch.secrets }
}

import { accept, refuse, type Result } from '../bytes/result.ts'
import { SEED_BYTES } from '../crypto/port.ts'
import { SLOT_BYTES } from '../crypto/port.ts'
import { chainOf } from '../event/graph.ts'
import { KIND } from '../event/kinds.ts'
import { makeEpoch } from './epoch.ts'
import { epochInForce, REKEY_MESSAGES, REKEY_MILLIS, withEpoch, withOwnSlotKey, type Epoch } from './keyring.ts'
import { append, newSlotKey, type Pen, type Written } from './pen.ts'
import { horizonNow, membersNow, withControl, type Replica } from './replica.ts'

/** More concurrent control events than that are joined by a new epoch, so that no event has to name them all. */
export const HEADS_JOINED_ABOVE = 32

export type RekeyRefusal = { readonly kind: 'not-a-member' } | { readonly kind: 'bad-slot-key' }

/** Whether there is no epoch to send under: the members changed, or somebody complained about the last one. */
export const isUnkeyed = (replica: Replica): boolean => {
  const members = membersNow(replica)
  return members.devices.has(replica.me.device) && epochInForce(replica.keyring, members) === undefined
}

/**
 * Makes an epoch for exactly those who are in now, whether or not there is one. Also what joins too many concurrent
 * control events into one.
 */
export const rekey = async (
  pen: Pen,
  replica: Replica,
): Promise<Result<Written & { readonly epoch: Epoch }, RekeyRefusal>> => {
  const horizon = horizonNow(replica)
  const members = membersNow(replica)
  const { device } = replica.me
  if (!members.devices.has(device)) return refuse({ kind: 'not-a-member' })
  const parent = epochInForce(replica.keyring, members)
  const depth = horizon.epochDepth + 1
  const { conversation } = replica
  const seq = chainOf(replica.graph, device).seq + 1
  const where = { conversation, author: device, seq, depth, parent: parent?.id ?? null, members }
  const slotKey = await newSlotKey(pen)
  const made = await makeEpoch(pen.crypto, where, {
    fresh: pen.random(SEED_BYTES),
    parent: parent?.secrets && { id: parent.id, members: parent.members, ...parent.secrets },
    nextSlotKey: slotKey.publicKey,
    slotKeys: replica.keyring.slotKeys,
    // One member who publishes nonsense must not keep a whole group from going on. Of two people, one would talk alone.
    unsealable: replica.kind === 'group' ? pen.random(SLOT_BYTES) : undefined,
  })
  if (!made) return refuse({ kind: 'bad-slot-key' })
  const { replica: next, event } = append(pen, replica, { kind: KIND.epoch, body: made.body })
  const { secrets } = made
  const epoch = { id: event.id, depth, author: device, members: members.digest, made: pen.now, secrets, unopenedBy: [] }
  const keyring = withEpoch(withOwnSlotKey(next.keyring, slotKey.own), epoch)
  const known = { steps: horizon.steps, epochDepth: depth }
  return accept({ replica: withControl({ ...next, keyring }, event.id, known), events: [{ event }], epoch })
}

/** The epoch to seal under, where need be a new one. `speech` is what a person says, no mark. */
export const keyed = async (
  pen: Pen,
  replica: Replica,
  speech: boolean,
): Promise<Result<Written & { readonly epoch: Epoch }, RekeyRefusal>> => {
  const inForce = epochInForce(replica.keyring, membersNow(replica))
  const isStale = !inForce || needsNewEpoch(inForce, replica, { speech, now: pen.now })
  return isStale ? rekey(pen, replica) : accept({ replica, events: [], epoch: inForce })
}

const needsNewEpoch = (
  epoch: Epoch,
  replica: Replica,
  { speech, now }: { readonly speech: boolean; readonly now: number },
): boolean =>
  (speech && replica.kind === 'direct' && epoch.author !== replica.me.device) ||
  now - epoch.made >= REKEY_MILLIS ||
  (epoch.secrets?.ratchets.get(replica.me.device)?.index ?? 0) >= REKEY_MESSAGES ||
  replica.graph.controlHeads.length > HEADS_JOINED_ABOVE

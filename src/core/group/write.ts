import type { Hex } from '../bytes/hex.ts'
import { accept, Bug, refuse, type Result } from '../bytes/result.ts'
import { chainOf } from '../event/graph.ts'
import { KIND } from '../event/kinds.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { foundingBody, joiningBody, type Entry } from './founding.ts'
import { takeMessageKey, wipeAged, withOwnSlotKey, withSlotKey, withUnopened, type Epoch } from './keyring.ts'
import { append, newSlotKey, type Pen, type Written } from './pen.ts'
import { keyed, type RekeyRefusal } from './rekey.ts'
import { horizonNow, membersNow, withCertificates, withControl, withDeed, type Replica } from './replica.ts'
import { sealContent } from './sealed.ts'
import type { Owned } from './step.ts'
import { unopenedBody } from './unopened.ts'

export type WriteRefusal = { readonly kind: 'not-founded' } | RekeyRefusal

/** Founds a direct conversation with the device that this entry describes. */
export const found = async (pen: Pen, replica: Replica, other: Entry): Promise<Written> => {
  const slotKey = await newSlotKey(pen)
  const past = horizonNow(replica)
  const own = { certificate: pen.certificate, slotKey: slotKey.publicKey }
  const body = foundingBody(own, other)
  const { replica: next, event } = append(pen, replica, { kind: KIND.found, body })
  const certificates = [pen.certificate, other.certificate]
  const deed = { kind: 'found', devices: certificates.map(owned), title: null } as const
  const admitted = withDeed(withCertificates(next, certificates), event, { deed, past }).replica
  const keyring = withSlotKey(withOwnSlotKey(admitted.keyring, slotKey.own), deviceOf(other.certificate), other.slotKey)
  return { replica: { ...admitted, kind: 'direct', keyring, joined: true }, events: [{ event }] }
}

/**
 * Says that this device's person takes part, with a fresh slot key: what accepting a request writes, and the first that
 * a newcomer writes in a group.
 */
export const join = async (pen: Pen, replica: Replica): Promise<Written> => {
  const slotKey = await newSlotKey(pen)
  const past = horizonNow(replica)
  const body = joiningBody({ certificate: pen.certificate, slotKey: slotKey.publicKey })
  const { replica: next, event } = append(pen, replica, { kind: KIND.join, body })
  const keyring = withOwnSlotKey(next.keyring, slotKey.own)
  const known = withCertificates({ ...next, keyring, joined: true }, [pen.certificate])
  // In a group nobody lets themselves in.
  const deed = { kind: 'join', devices: [owned(pen.certificate)] } as const
  const isAdmitting = replica.kind === 'direct' && !membersNow(replica).devices.has(replica.me.device)
  const grown = isAdmitting ? withDeed(known, event, { deed, past }).replica : withControl(known, event.id, past)
  return { replica: grown, events: [{ event }] }
}

/** Says that this device cannot open an epoch, with a fresh slot key to seal to instead. */
export const complain = async (pen: Pen, replica: Replica, epoch: Hex): Promise<Written> => {
  const slotKey = await newSlotKey(pen)
  const past = horizonNow(replica)
  const body = unopenedBody(epoch, slotKey.publicKey)
  const { replica: next, event } = append(pen, replica, { kind: KIND.unopened, body })
  const keyring = withUnopened(withOwnSlotKey(next.keyring, slotKey.own), epoch, replica.me.device)
  return { replica: withControl({ ...next, keyring }, event.id, past), events: [{ event }] }
}

/**
 * Seals content for everybody who is in, after whatever must come first: a joining event, a new epoch. `speech` is what
 * a person says (not a read marker): in a direct conversation it makes a new epoch at every turn of the talk, which
 * heals a stolen key as a double ratchet would.
 */
export const write = async (
  pen: Pen,
  from: Replica,
  input: { readonly content: Uint8Array; readonly speech: boolean },
): Promise<Result<Written, WriteRefusal>> => {
  if (from.kind === 'unfounded') return refuse({ kind: 'not-founded' })
  if (from.kind === 'group' && !membersNow(from).devices.has(from.me.device)) return refuse({ kind: 'not-a-member' })
  const replica = { ...from, keyring: wipeAged(from.keyring, pen.now) }
  const joined = replica.joined ? { replica, events: [] } : await join(pen, replica)
  const ready = await keyed(pen, joined.replica, input.speech)
  if (!ready.ok) return ready
  const sealed = await seal(pen, ready.value.replica, { epoch: ready.value.epoch, content: input.content })
  return accept({ replica: sealed.replica, events: [...joined.events, ...ready.value.events, ...sealed.events] })
}

const seal = async (
  pen: Pen,
  replica: Replica,
  { epoch, content }: { readonly epoch: Epoch; readonly content: Uint8Array },
): Promise<Written> => {
  const device = replica.me.device
  const index = epoch.secrets?.ratchets.get(device)?.index ?? 0
  const taken = takeMessageKey(replica.keyring, { epoch: epoch.id, device, index }, pen.now)
  if (!taken.ok) throw new Bug(`the epoch in force has no key for its own member: ${taken.refusal.kind}`)
  const { keyring, messageKey } = taken.value
  const seq = chainOf(replica.graph, device).seq + 1
  const where = { conversation: replica.conversation, author: device, seq, epoch: epoch.id, index }
  const { body, plaintext } = sealContent(messageKey, where, content)
  const { replica: next, event } = append(pen, { ...replica, keyring }, { kind: KIND.sealed, body })
  return { replica: next, events: [{ event, plaintext }] }
}

const owned = (certificate: Pen['certificate']): Owned => [deviceOf(certificate), personOf(certificate)]

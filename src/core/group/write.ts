import type { Plain } from '../bytes/cbor.ts'
import { toHex, type Hex } from '../bytes/hex.ts'
import { accept, Bug, refuse, type Result } from '../bytes/result.ts'
import { SEED_BYTES, type Crypto } from '../crypto/port.ts'
import { signEvent, type SignedEvent } from '../event/event.ts'
import { chainOf, nextHeader, place, referred } from '../event/graph.ts'
import { isControl, KIND } from '../event/kinds.ts'
import type { Certificate } from '../identity/certificate.ts'
import { deviceOf } from '../identity/certificate.ts'
import { makeEpoch, slotKeyId } from './epoch.ts'
import { foundingBody, joiningBody, type Entry } from './founding.ts'
import {
  epochInForce,
  greatestDepth,
  REKEY_MESSAGES,
  REKEY_MILLIS,
  takeMessageKey,
  withEpoch,
  withOwnSlotKey,
  wipeAged,
  withSlotKey,
  withUnopened,
  type Epoch,
} from './keyring.ts'
import { membersNow, withAdmitted, withControl, type Replica } from './replica.ts'
import { saltContent, sealContent } from './sealed.ts'
import { unopenedBody } from './unopened.ts'

/** What writing needs from outside: this device's key, its clock and its dice. */
export type Pen = {
  readonly crypto: Crypto
  readonly deviceSeed: Uint8Array
  readonly certificate: Certificate
  readonly now: number
  readonly random: (bytes: number) => Uint8Array
}

/** Events in the order in which they were written; `plaintext` is what a sealed one says, salted. */
export type Written = {
  readonly replica: Replica
  readonly events: readonly { readonly event: SignedEvent; readonly plaintext?: Uint8Array }[]
}

export type WriteRefusal = { readonly kind: 'not-founded' } | { readonly kind: 'bad-slot-key' }

/** Founds a direct conversation with the device that this entry describes. */
export const found = async (pen: Pen, replica: Replica, other: Entry): Promise<Written> => {
  const slotKey = await newSlotKey(pen)
  const own = { certificate: pen.certificate, slotKey: slotKey.publicKey }
  const { replica: next, event } = await append(pen, replica, KIND.found, foundingBody(own, other))
  const admitted = withAdmitted(next, event.id, [], [pen.certificate, other.certificate])
  const keyring = withSlotKey(withOwnSlotKey(admitted.keyring, slotKey.own), deviceOf(other.certificate), other.slotKey)
  return { replica: { ...admitted, keyring, joined: true }, events: [{ event }] }
}

/** Says that this device's person takes part, with a fresh slot key: what accepting a request writes. */
export const join = async (pen: Pen, replica: Replica): Promise<Written> => {
  const slotKey = await newSlotKey(pen)
  const past = membersNow(replica)
  const body = joiningBody({ certificate: pen.certificate, slotKey: slotKey.publicKey })
  const { replica: next, event } = await append(pen, replica, KIND.join, body)
  const admitted = withAdmitted(next, event.id, [past], [pen.certificate])
  const keyring = withOwnSlotKey(admitted.keyring, slotKey.own)
  return { replica: { ...admitted, keyring, joined: true }, events: [{ event }] }
}

/** Says that this device cannot open an epoch, with a fresh slot key to seal to instead. */
export const complain = async (pen: Pen, replica: Replica, epoch: Hex): Promise<Written> => {
  const slotKey = await newSlotKey(pen)
  const past = membersNow(replica)
  const { replica: next, event } = await append(pen, replica, KIND.unopened, unopenedBody(epoch, slotKey.publicKey))
  const keyring = withUnopened(withOwnSlotKey(next.keyring, slotKey.own), epoch, replica.me.device)
  return { replica: withControl({ ...next, keyring }, event.id, past.digest), events: [{ event }] }
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
  if (from.certificates.size === 0) return refuse({ kind: 'not-founded' })
  const replica = { ...from, keyring: wipeAged(from.keyring, pen.now) }
  const joined = replica.joined ? { replica, events: [] } : await join(pen, replica)
  const inForce = epochInForce(joined.replica.keyring, membersNow(joined.replica))
  const keyed =
    inForce && !needsNewEpoch(inForce, joined.replica, input.speech, pen.now)
      ? { replica: joined.replica, events: [], epoch: inForce }
      : await rekey(pen, joined.replica)
  if (!keyed) return refuse({ kind: 'bad-slot-key' })
  const sealed = await seal(pen, keyed.replica, keyed.epoch, input.content)
  return accept({ replica: sealed.replica, events: [...joined.events, ...keyed.events, ...sealed.events] })
}

const needsNewEpoch = (epoch: Epoch, replica: Replica, speech: boolean, now: number): boolean =>
  (speech && epoch.author !== replica.me.device) ||
  now - epoch.made >= REKEY_MILLIS ||
  (epoch.secrets?.ratchets.get(replica.me.device)?.index ?? 0) >= REKEY_MESSAGES

const rekey = async (pen: Pen, replica: Replica): Promise<(Written & { readonly epoch: Epoch }) | undefined> => {
  const members = membersNow(replica)
  const parent = epochInForce(replica.keyring, members)
  const place = {
    conversation: replica.conversation,
    author: replica.me.device,
    seq: chainOf(replica.graph, replica.me.device).seq + 1,
    depth: greatestDepth(replica.keyring) + 1,
    parent: parent?.id ?? null,
    members,
  }
  const slotKey = await newSlotKey(pen)
  const made = await makeEpoch(pen.crypto, place, {
    fresh: pen.random(SEED_BYTES),
    parent: parent?.secrets && { id: parent.id, chaining: parent.secrets.chaining },
    nextSlotKey: slotKey.publicKey,
    slotKeys: replica.keyring.slotKeys,
  })
  if (!made) return undefined
  const { replica: next, event } = await append(pen, replica, KIND.epoch, made.body)
  const epoch: Epoch = {
    id: event.id,
    depth: place.depth,
    author: replica.me.device,
    members: members.digest,
    made: pen.now,
    secrets: made.secrets,
    unopenedBy: [],
  }
  const keyring = withEpoch(withOwnSlotKey(next.keyring, slotKey.own), epoch)
  return { replica: withControl({ ...next, keyring }, event.id, members.digest), events: [{ event }], epoch }
}

const seal = async (pen: Pen, replica: Replica, epoch: Epoch, content: Uint8Array): Promise<Written> => {
  const device = replica.me.device
  const index = epoch.secrets?.ratchets.get(device)?.index ?? 0
  const taken = takeMessageKey(replica.keyring, { epoch: epoch.id, device, index }, pen.now)
  if (!taken.ok) throw new Bug(`the epoch in force has no key for its own member: ${taken.refusal.kind}`)
  const { keyring, messageKey } = taken.value
  const seq = chainOf(replica.graph, device).seq + 1
  const where = { conversation: replica.conversation, author: device, seq, epoch: epoch.id, index }
  const plaintext = saltContent(messageKey, content)
  const body = sealContent(messageKey, where, content)
  const { replica: next, event } = await append(pen, { ...replica, keyring }, KIND.sealed, body)
  return { replica: next, events: [{ event, plaintext }] }
}

/** Signs the next event of this device and places it in its own graph. */
const append = async (
  pen: Pen,
  replica: Replica,
  kind: number,
  body: Plain,
): Promise<{ readonly replica: Replica; readonly event: SignedEvent }> => {
  const header = nextHeader(replica.graph, replica.me.device, pen.now)
  const event = await signEvent(pen.crypto, pen.deviceSeed, { ...header, kind, body })
  const placed = place(replica.graph, event, { control: isControl(kind), heldId: undefined })
  if (!placed.ok || placed.value.kind !== 'placed') throw new Bug('an own event does not continue the own chain')
  return { replica: { ...replica, graph: referred(placed.value.graph, event.after) }, event }
}

const newSlotKey = async (pen: Pen) => {
  const seed = pen.random(SEED_BYTES)
  const publicKey = await pen.crypto.slotKey(seed)
  return { publicKey, own: { id: toHex(slotKeyId(publicKey)), seed, made: pen.now } }
}

import type { Hex } from '../bytes/hex.ts'
import { toHex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import type { Crypto } from '../crypto/port.ts'
import type { SignedEvent } from '../event/event.ts'
import { place, type PlacementRefusal } from '../event/graph.ts'
import { isControl, KIND, CONTROL_HEADS_MAX } from '../event/kinds.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { openEpoch, readEpoch, slotKeyId, type EpochBody } from './epoch.ts'
import { readFounding, readJoining } from './founding.ts'
import {
  greatestDepth,
  ownSlotKeyId,
  takeMessageKey,
  wipeOwnBefore,
  withEpoch,
  withSlotKey,
  wipeAged,
  withUnopened,
  type KeyRefusal,
  type OwnSlotKey,
} from './keyring.ts'
import type { Members } from './members.ts'
import { membersAt, peopleIn, personIn, withAdmitted, withControl, type Replica } from './replica.ts'
import { openContent, readSealed } from './sealed.ts'
import { readUnopened } from './unopened.ts'

/** What a verified event turned out to be. All of these are kept; only a refusal is not. */
export type Received =
  | { readonly kind: 'founded'; readonly entries: readonly Hex[] }
  | { readonly kind: 'joined'; readonly device: Hex }
  /** `opened` is false when this device cannot: it should say so (`complain`). */
  | { readonly kind: 'epoch'; readonly opened: boolean }
  /** Somebody cannot open an epoch: what this device said under it should be said again. Told once for each of both. */
  | { readonly kind: 'unopened'; readonly epoch: Hex; readonly by: Hex }
  | { readonly kind: 'content'; readonly plaintext: Uint8Array }
  /** It is there and cannot be read here. */
  | { readonly kind: 'sealed'; readonly why: KeyRefusal | { readonly kind: 'broken' } }
  /** A newer version's kind of event, or one against the rules: signed, kept, and without effect. */
  | { readonly kind: 'newer' }
  | { readonly kind: 'void' }

export type ReceiveRefusal =
  | PlacementRefusal
  | { readonly kind: 'other-conversation' }
  /** The author was not a member as of what they knew. */
  | { readonly kind: 'stranger' }
  /** It builds on control events that are not here: who may write cannot be judged yet. */
  | { readonly kind: 'unknown-control' }
  | { readonly kind: 'too-many-heads' }

export type Receipt =
  | { readonly kind: 'known' }
  | { readonly kind: 'kept'; readonly replica: Replica; readonly received: Received; readonly missing: number }

/**
 * Takes in one event whose signature was verified. `heldId`: the id held for its author and sequence, when `needsLookup`
 * says that it is needed. `cardKeys`: the slot keys of this device's cards, to which a founding event may be sealed.
 */
export const receive = async (
  crypto: Crypto,
  replica: Replica,
  event: SignedEvent,
  input: { readonly heldId: Hex | undefined; readonly cardKeys: readonly OwnSlotKey[]; readonly now: number },
): Promise<Result<Receipt, ReceiveRefusal>> => {
  if (event.conversation !== replica.conversation) return refuse({ kind: 'other-conversation' })
  const past = membersAt(replica, event.control)
  if (!past) return refuse({ kind: 'unknown-control' })
  const founding = event.kind === KIND.found ? await readFounding(crypto, event) : undefined
  const joining = event.kind === KIND.join ? await readJoining(crypto, event) : undefined
  const joins = joining !== undefined && peopleIn(replica).has(personOf(joining.certificate))
  if (!founding && !joins && !past.devices.has(event.author)) return refuse({ kind: 'stranger' })

  const placed = place(replica.graph, event, { control: isControl(event.kind), heldId: input.heldId })
  if (!placed.ok) return placed
  if (placed.value.kind === 'known') return accept({ kind: 'known' })
  const { graph, missing } = placed.value
  if (graph.controlHeads.length > CONTROL_HEADS_MAX) return refuse({ kind: 'too-many-heads' })
  const grown = { ...replica, graph, keyring: wipeAged(replica.keyring, input.now) }
  const kept = (next: Replica, received: Received) =>
    accept({ kind: 'kept' as const, replica: next, received, missing })

  if (founding) {
    const certificates = founding.map((entry) => entry.certificate)
    const admitted = withAdmitted(grown, event.id, [past], certificates)
    const cardKey = input.cardKeys.find((key) => key.id === toHex(slotKeyId(founding[1].slotKey)))
    const isMine = deviceOf(founding[1].certificate) === replica.me.device
    const own = isMine && cardKey && !ownSlotKeyId(admitted.keyring, slotKeyId(founding[1].slotKey)) ? [cardKey] : []
    // A key of the card comes first: what this device published in the conversation itself is newer.
    const keyring = { ...admitted.keyring, own: [...own, ...admitted.keyring.own] }
    const next = { ...admitted, keyring: withSlotKey(keyring, event.author, founding[0].slotKey) }
    return kept(next, { kind: 'founded', entries: certificates.map(deviceOf) })
  }
  if (joining && joins) {
    const admitted = withAdmitted(grown, event.id, [past], [joining.certificate])
    const keyring = withSlotKey(admitted.keyring, event.author, joining.slotKey)
    return kept({ ...admitted, keyring }, { kind: 'joined', device: event.author })
  }
  if (event.kind === KIND.epoch) {
    const taken = await takeEpoch(crypto, grown, event, { past, now: input.now })
    return kept(withControl(taken.replica, event.id, past.digest), taken.received)
  }
  if (event.kind === KIND.unopened) {
    const body = readUnopened(event.body)
    const next = withControl(grown, event.id, past.digest)
    if (!body) return kept(next, { kind: 'void' })
    const noted = withUnopened(next.keyring, body[0], event.author)
    const keyring = withSlotKey(noted, event.author, body[1])
    // Once for each epoch and device: a complaint is short, and repeating what it asks for may be long.
    const isNews = noted !== next.keyring
    return kept(
      { ...next, keyring },
      isNews ? { kind: 'unopened', epoch: body[0], by: event.author } : { kind: 'void' },
    )
  }
  if (event.kind === KIND.sealed) {
    const { replica: next, received } = open(grown, event, input.now)
    return kept(next, received)
  }
  const known = event.kind === KIND.found || event.kind === KIND.join
  const next = isControl(event.kind) ? withControl(grown, event.id, past.digest) : grown
  return kept(next, { kind: known ? 'void' : 'newer' })
}

type Taken = { readonly replica: Replica; readonly received: Received }

const takeEpoch = async (
  crypto: Crypto,
  replica: Replica,
  event: SignedEvent,
  input: { readonly past: Members; readonly now: number },
): Promise<Taken> => {
  const { past, now } = input
  const body = readEpoch(event.body)
  if (!body || !isFor(body, past, event.author)) return { replica, received: { kind: 'void' } }
  const [depth, parentId, , , nextSlotKey, slots] = body
  const parentEpoch = parentId === null ? undefined : replica.keyring.epochs.get(parentId)
  // Every epoch that its author knew is known here: one that claims to lie deeper would win over all later ones.
  const isDeeper = depth > (parentEpoch?.depth ?? 0) && depth <= greatestDepth(replica.keyring) + 1
  if (!isDeeper) return { replica, received: { kind: 'void' } }

  const slot = slots.find(([device]) => device === replica.me.device)
  const own = slot && ownSlotKeyId(replica.keyring, slot[1])
  const parent = parentEpoch?.secrets && { id: parentEpoch.id, chaining: parentEpoch.secrets.chaining }
  const canTry = own !== undefined && (parentId === null || parent !== undefined)
  const place = { ...event, depth, parent: parentId, members: past }
  const secrets = canTry && slot ? await openEpoch(crypto, place, { body, slot, seed: own.seed, parent }) : undefined

  const epoch = { id: event.id, depth, author: event.author, members: past.digest, made: now, unopenedBy: [] }
  const withNext = withSlotKey(replica.keyring, event.author, nextSlotKey)
  const keyring = withEpoch(withNext, secrets ? { ...epoch, secrets } : epoch)
  const isOnlyOther = past.devices.size === 2
  const wiped = secrets && own && isOnlyOther ? wipeOwnBefore(keyring, own.id) : keyring
  return { replica: { ...replica, keyring: wiped }, received: { kind: 'epoch', opened: secrets !== undefined } }
}

/** An epoch must be for exactly the members that its author knew: with one left out, or one too many, it is void. */
const isFor = (body: EpochBody, past: Members, author: Hex): boolean => {
  const [, , digest, , , slots] = body
  const recipients = new Set(slots.map(([device]) => device))
  if (digest !== past.digest || recipients.size !== slots.length || recipients.has(author)) return false
  return slots.length === past.devices.size - 1 && slots.every(([device]) => personIn(past, device) !== undefined)
}

const open = (replica: Replica, event: SignedEvent, now: number): Taken => {
  const body = readSealed(event.body)
  if (!body) return { replica, received: { kind: 'void' } }
  const [epoch, index] = body
  const taken = takeMessageKey(replica.keyring, { epoch, device: event.author, index }, now)
  if (!taken.ok) return { replica, received: { kind: 'sealed', why: taken.refusal } }
  const plaintext = openContent(taken.value.messageKey, { ...event, epoch, index }, body)
  // The key stays where it is when the content is broken: a forger must not be able to use it up.
  if (!plaintext) return { replica, received: { kind: 'sealed', why: { kind: 'broken' } } }
  return { replica: { ...replica, keyring: taken.value.keyring }, received: { kind: 'content', plaintext } }
}

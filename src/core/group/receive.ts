import type { Hex } from '../bytes/hex.ts'
import { toHex } from '../bytes/hex.ts'
import { accept, refuse, type Result } from '../bytes/result.ts'
import type { Crypto } from '../crypto/port.ts'
import type { SignedEvent } from '../event/event.ts'
import { branched, place, type PlacementRefusal } from '../event/graph.ts'
import { CONTROL_HEADS_MAX, isControl, KIND } from '../event/kinds.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { slotKeyId } from './epoch.ts'
import { readFounding, readJoining, type Entry, type Founding } from './founding.ts'
import type { Horizon } from './history.ts'
import { epochOf, ownSlotKeyId, wipeAged, withSlotKey, withUnopened, type OwnSlotKey } from './keyring.ts'
import { membershipOf } from './fold.ts'
import type { Membership } from './membership.ts'
import { withOperation, type Operated } from './operated.ts'
import { areCertified, entriesOf, readOperation, type Operation } from './operation.ts'
import { horizonAt, withCertificates, withControl, withDeed, type Replica } from './replica.ts'
import { openSealed, type Opened } from './open.ts'
import { hasRoomForStep } from './steps-room.ts'
import { takeEpoch, type EpochTaken } from './take-epoch.ts'
import { readUnopened } from './unopened.ts'
import { isVoided } from './voided.ts'

/** What a verified event turned out to be. All of these are kept; only a refusal is not. */
export type Received =
  | { readonly kind: 'founded'; readonly entries: readonly Hex[] }
  | { readonly kind: 'joined'; readonly device: Hex }
  | Operated
  | EpochTaken
  /** Somebody cannot open an epoch: whoever has something sealed under it says it again. */
  | { readonly kind: 'unopened'; readonly epoch: Hex; readonly by: Hex }
  | Opened
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
  /** Somebody branches on purpose. `rekey` joins the heads; then it can be taken. */
  | { readonly kind: 'too-many-heads' }
  /** Its person fills the conversation with steps, as far as is known here. */
  | { readonly kind: 'too-many-operations' }

export type Receipt =
  | { readonly kind: 'known' }
  | {
      readonly kind: 'kept'
      readonly replica: Replica
      readonly received: Received
      readonly missing: number
      /**
       * It is not in its author's chain, where another event stands in its place: kept all the same, for it is a control
       * event, and others build on it. `first`: its author was not known to fork before.
       */
      readonly branch?: { readonly first: boolean }
    }

/**
 * Takes in one event whose signature was verified. `heldId`: the id held for its author and sequence, when `needsLookup`
 * says that it is needed. `cardKeys`: the slot keys of this device's cards, to which what lets it in may be sealed.
 * `isPassedOn`: it was brought by a device of another member than its author, who has taken it in.
 */
export const receive = async (
  crypto: Crypto,
  replica: Replica,
  event: SignedEvent,
  input: {
    readonly heldId: Hex | undefined
    readonly cardKeys: readonly OwnSlotKey[]
    readonly now: number
    readonly isPassedOn: boolean
  },
): Promise<Result<Receipt, ReceiveRefusal>> => {
  if (event.conversation !== replica.conversation) return refuse({ kind: 'other-conversation' })
  const past = horizonAt(replica, event.control)
  if (!past) return refuse({ kind: 'unknown-control' })
  const at = membershipOf(replica.history, past.steps)
  const said = await read(crypto, event)
  if (!mayWrite(at, event, said)) return refuse({ kind: 'stranger' })

  const placed = place(replica.graph, event, { control: isControl(event.kind), heldId: input.heldId })
  const branch = !placed.ok && isBranch(event, said) && placed.refusal.kind === 'fork' ? placed.refusal : undefined
  if (!placed.ok && !branch) return placed
  if ((placed.ok && placed.value.kind === 'known') || replica.controls.has(event.id)) return accept({ kind: 'known' })
  const graph = branch
    ? branched(branch.graph, event)
    : placed.ok && 'graph' in placed.value
      ? placed.value.graph
      : replica.graph
  const missing = placed.ok && 'missing' in placed.value ? placed.value.missing : 0
  if (graph.controlHeads.length > CONTROL_HEADS_MAX) return refuse({ kind: 'too-many-heads' })
  const step = stepIn(said)
  const person = at.members.devices.get(event.author) ?? step?.person
  if (step && person !== undefined && !hasRoomForStep(replica, { ...step, person, isPassedOn: input.isPassedOn }))
    return refuse({ kind: 'too-many-operations' })
  const grown = { ...replica, graph, keyring: wipeAged(replica.keyring, input.now) }
  const taken = await take(crypto, grown, { event, said, past, at, before: replica, ...input })
  return accept({ kind: 'kept', ...taken, missing, ...(branch && { branch: { first: branch.first } }) })
}

/** What a step does, and whose it is as far as it says so itself. */
const stepIn = (said: Said): { readonly deed: string; readonly person?: Hex } | undefined => {
  switch (said.kind) {
    case 'operation':
      return { deed: said.operation.kind }
    case 'founding':
      return { deed: 'found', person: personOf(said.founding.entries[0].certificate) }
    case 'joining':
      return { deed: 'join', person: personOf(said.entry.certificate) }
    default:
      return undefined
  }
}

/**
 * Whether an event counts though its author signed another in its place: otherwise those who had this one first, and build
 * on it, and those who had the other, would refuse each other's words for ever.
 */
const isBranch = ({ kind }: SignedEvent, said: Said): boolean => isControl(kind) && said.kind !== 'founding'

/** What a kind and body say, as far as certificates and form can tell. */
type Said =
  | { readonly kind: 'founding'; readonly founding: Founding }
  | { readonly kind: 'joining'; readonly entry: Entry }
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'epoch' | 'unopened' | 'sealed' | 'newer' | 'void' }

const read = async (crypto: Crypto, event: SignedEvent): Promise<Said> => {
  switch (event.kind) {
    case KIND.found: {
      const founding = await readFounding(crypto, event)
      return founding ? { kind: 'founding', founding } : { kind: 'void' }
    }
    case KIND.join: {
      const entry = await readJoining(crypto, event)
      return entry ? { kind: 'joining', entry } : { kind: 'void' }
    }
    case KIND.operation: {
      const operation = readOperation(event.body)
      if (!operation) return { kind: 'newer' }
      return (await areCertified(crypto, entriesOf(operation))) ? { kind: 'operation', operation } : { kind: 'void' }
    }
    case KIND.epoch:
      return { kind: 'epoch' }
    case KIND.unopened:
      return { kind: 'unopened' }
    case KIND.sealed:
      return { kind: 'sealed' }
    default:
      return { kind: 'newer' }
  }
}

/** Only members write, but for who founds the conversation, and for another device of one of its two people. */
const mayWrite = (at: Membership, event: SignedEvent, said: Said): boolean => {
  if (said.kind === 'founding' || at.members.devices.has(event.author)) return true
  const isDirect = at.title.by === undefined
  return said.kind === 'joining' && isDirect && at.roles.has(personOf(said.entry.certificate))
}

type Taken = { readonly replica: Replica; readonly received: Received }

type Taking = {
  readonly event: SignedEvent
  readonly said: Said
  readonly past: Horizon
  readonly at: Membership
  readonly before: Replica
  readonly cardKeys: readonly OwnSlotKey[]
  readonly now: number
}

const take = async (crypto: Crypto, replica: Replica, taking: Taking): Promise<Taken> => {
  const { event, said, past, at, now } = taking
  const unchanged = isControl(event.kind) ? withControl(replica, event.id, past) : replica
  switch (said.kind) {
    case 'founding':
      return takeFounding(replica, taking, said.founding)
    case 'joining':
      return takeJoining(replica, taking, said.entry)
    case 'operation': {
      if (replica.kind !== 'group') return { replica: unchanged, received: { kind: 'void' } }
      const { operation } = said
      const { replica: next, operated } = withOperation(replica, event, { operation, past, before: taking.before })
      if (!operated) return { replica: next, received: { kind: 'void' } }
      return { replica: withCardKey(next, entriesOf(operation), taking.cardKeys), received: operated }
    }
    case 'epoch': {
      const taken = await takeEpoch(crypto, replica, { event, past, members: at.members, now })
      return { replica: withControl(taken.replica, event.id, taken.horizon), received: taken.received }
    }
    case 'unopened':
      return takeComplaint(unchanged, event)
    case 'sealed':
      return openSealed(replica, event, { members: at.members, now })
    case 'newer':
    case 'void':
      return { replica: unchanged, received: { kind: said.kind } }
  }
}

const takeFounding = (replica: Replica, { event, past, cardKeys }: Taking, founding: Founding): Taken => {
  const { entries, kind } = founding
  const certificates = entries.map(({ certificate }) => certificate)
  const devices = certificates.map((certificate) => [deviceOf(certificate), personOf(certificate)] as const)
  const title = kind === 'group' ? founding.title : null
  const admitted = withDeed(replica, event, { deed: { kind: 'found', devices, title }, past }).replica
  const known = withCardKey(withCertificates({ ...admitted, kind }, certificates), entries.slice(1), cardKeys)
  const keyring = withSlotKey(known.keyring, event.author, entries[0].slotKey)
  return { replica: { ...known, keyring }, received: { kind: 'founded', entries: certificates.map(deviceOf) } }
}

/** In a direct conversation it lets in a further device of the two people; otherwise it only brings a fresh key. */
const takeJoining = (replica: Replica, { event, past, at }: Taking, entry: Entry): Taken => {
  const person = personOf(entry.certificate)
  const keyring = withSlotKey(replica.keyring, event.author, entry.slotKey)
  const received = { kind: 'joined', device: event.author } as const
  const isIn = at.members.devices.get(event.author) === person
  if (replica.kind === 'direct' && !isIn) {
    const deed = { kind: 'join', devices: [[event.author, person]] } as const
    const admitted = withDeed(withCertificates(replica, [entry.certificate]), event, { deed, past })
    if (!admitted.step) return { replica: admitted.replica, received: { kind: 'void' } }
    return { replica: { ...admitted.replica, keyring }, received }
  }
  const known = withControl(replica, event.id, past)
  if (!isIn) return { replica: known, received: { kind: 'void' } }
  return { replica: { ...known, keyring }, received }
}

const takeComplaint = (replica: Replica, event: SignedEvent): Taken => {
  const body = readUnopened(event.body)
  const epoch = body && epochOf(replica.keyring, body[0])
  // Somebody who was removed, or for whom the epoch never was, makes nobody avoid it.
  const isEntitled = !epoch?.secrets || epoch.secrets.ratchets.has(event.author)
  if (!body || !isEntitled || isVoided(replica, event) !== false) return { replica, received: { kind: 'void' } }
  const noted = withUnopened(replica.keyring, body[0], event.author)
  const keyring = withSlotKey(noted, event.author, body[1])
  // Once for each epoch and device: a complaint is short, and repeating what it asks for may be long.
  const isNews = noted !== replica.keyring
  const received = isNews
    ? ({ kind: 'unopened', epoch: body[0], by: event.author } as const)
    : ({ kind: 'void' } as const)
  return { replica: { ...replica, keyring }, received }
}

/** The key of its card that somebody let this device in with. What it published here itself is newer, and comes last. */
const withCardKey = (replica: Replica, entries: readonly Entry[], cardKeys: readonly OwnSlotKey[]): Replica => {
  const mine = entries.find(({ certificate }) => deviceOf(certificate) === replica.me.device)
  const id = mine && slotKeyId(mine.slotKey)
  if (!id || ownSlotKeyId(replica.keyring, id)) return replica
  const cardKey = cardKeys.find((key) => key.id === toHex(id))
  return cardKey ? { ...replica, keyring: { ...replica.keyring, own: [cardKey, ...replica.keyring.own] } } : replica
}

import type { Plain } from '../bytes/cbor.ts'
import { accept, Bug, refuse, type Result } from '../bytes/result.ts'
import { heardOf, nextHeader } from '../event/graph.ts'
import { KIND } from '../event/kinds.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { groupFoundingBody, groupId, NONCE_BYTES } from './founding.ts'
import { isAdmin, type Membership } from './membership.ts'
import { operationBody, readOperation, type Held, type Operation } from './operation.ts'
import { append, newSlotKey, type Pen, type Written } from './pen.ts'
import { rekey, type RekeyRefusal } from './rekey.ts'
import { closureOf } from './history.ts'
import { emptyReplica, horizonNow, membershipNow, withCertificates, withDeed, type Replica } from './replica.ts'
import { deedOf, withOperation, type Operated } from './operated.ts'
import { withOwnSlotKey } from './keyring.ts'
import { warrantFor, type Objection } from './warrant.ts'
import { readTitle } from './title.ts'
import { join } from './write.ts'

/** What somebody wants to change. What was known at the time is filled in. */
export type Proposal = Operation extends infer Each ? (Each extends Operation ? Omit<Each, 'held'> : never) : never

export type OperateRefusal =
  | Objection
  | RekeyRefusal
  | { readonly kind: 'not-a-group' }
  /** A title, picture or list of devices that nobody would read. */
  | { readonly kind: 'bad-operation' }

/** Founds a group of which this device's person is the only one in, as its first admin. `title` was parsed. */
export const foundGroup = async (pen: Pen, title: string): Promise<Written> => {
  const [device, person] = [deviceOf(pen.certificate), personOf(pen.certificate)]
  const nonce = pen.random(NONCE_BYTES)
  const empty = emptyReplica(groupId(person, nonce), { device, person })
  const slotKey = await newSlotKey(pen)
  const body = groupFoundingBody({ certificate: pen.certificate, slotKey: slotKey.publicKey }, { nonce, title })
  const { replica, event } = append(pen, empty, { kind: KIND.found, body })
  const deed = { kind: 'found', devices: [[device, person]], title } as const
  const known = withCertificates(replica, [pen.certificate])
  const founded = withDeed(known, event, { deed, past: horizonNow(empty) }).replica
  const keyring = withOwnSlotKey(founded.keyring, slotKey.own)
  return { replica: { ...founded, kind: 'group', keyring, joined: true }, events: [{ event }] }
}

/**
 * Changes who is in, or what the group is, one after the other, and at once makes one epoch for those who are in then.
 * Refuses all when the others would not let one of them stand. `operated` is what became of each, as `receive` would tell
 * the others.
 */
export const operate = async (
  pen: Pen,
  from: Replica,
  proposals: readonly Proposal[],
): Promise<Result<Written & { readonly operated: readonly Operated[] }, OperateRefusal>> => {
  if (from.kind !== 'group') return refuse({ kind: 'not-a-group' })
  let replica = from
  const events: Written['events'][number][] = []
  const operated: Operated[] = []
  for (const proposal of proposals) {
    const operation = proposed(replica, proposal)
    const body = operationBody(operation)
    if (!isReadAsMeant(operation, body)) return refuse({ kind: 'bad-operation' })
    const objection = objectionTo(replica, operation, pen)
    if (objection) return refuse(objection)
    const joined = replica.joined ? { replica, events: [] } : await join(pen, replica)
    const appended = append(pen, joined.replica, { kind: KIND.operation, body })
    const past = horizonNow(joined.replica)
    const taken = withOperation(appended.replica, appended.event, { operation, past, before: joined.replica })
    if (!taken.operated) throw new Bug('an own operation has no warrant')
    events.push(...joined.events, { event: appended.event })
    operated.push(taken.operated)
    replica = taken.replica
  }
  const { members } = membershipNow(replica)
  const isChanged = members.digest !== membershipNow(from).members.digest
  if (!isChanged || !members.devices.has(replica.me.device)) return accept({ replica, events, operated })
  const rekeyed = await rekey(pen, replica)
  if (!rekeyed.ok) return rekeyed
  return accept({ replica: rekeyed.value.replica, events: [...events, ...rekeyed.value.events], operated })
}

/** Whether this device may change that now; what stands against it otherwise. For screens: ask before showing a button. */
export const objectionTo = (
  replica: Replica,
  operation: Proposal | Operation,
  { now }: { readonly now: number },
): Objection | undefined => {
  const at = membershipNow(replica)
  const { steps } = horizonNow(replica)
  const { history } = replica
  const whole = { held: NOTHING_HELD, ...operation } as Operation
  const judged = warrantFor(
    {
      id: '',
      author: replica.me.device,
      seq: 0,
      // As the event will have it: later than everything that it follows.
      time: nextHeader(replica.graph, replica.me.device, now).time,
      deed: deedOf(whole),
      parents: steps,
      past: closureOf(history, steps),
      depth: 0,
    },
    { at, steps: history.steps },
  )
  if ('objection' in judged) return judged.objection
  return isChange(at, whole) ? undefined : { kind: 'no-change' }
}

const NOTHING_HELD: Held = new Map()

const proposed = (replica: Replica, proposal: Proposal): Operation => {
  const isRemoval = proposal.kind === 'remove' || proposal.kind === 'leave' || proposal.kind === 'revoke'
  return isRemoval ? { ...proposal, held: heardOf(replica.graph) } : proposal
}

/** Titles are read leniently, but written as they are to be read. */
const isReadAsMeant = (operation: Operation, body: Plain): boolean => {
  const read = readOperation(body)
  return read !== undefined && (operation.kind !== 'title' || readTitle(operation.title) === operation.title)
}

const isChange = (at: Membership, operation: Operation): boolean => {
  switch (operation.kind) {
    case 'add': {
      const isIn = operation.entries.every(({ certificate }) => at.members.devices.has(deviceOf(certificate)))
      const person = operation.entries[0] && personOf(operation.entries[0].certificate)
      return !isIn || (operation.role === 'admin' && person !== undefined && !isAdmin(at, person))
    }
    case 'device':
      return !at.members.devices.has(deviceOf(operation.entry.certificate))
    case 'promote':
      return !isAdmin(at, operation.person)
    case 'title':
      return operation.title !== at.title.text
    case 'picture':
      return operation.picture.length > 0 || at.picture !== undefined
    case 'invite':
      return !at.invitations.has(operation.invitation)
    case 'uninvite':
      return at.invitations.has(operation.invitation)
    case 'remove':
    case 'leave':
    case 'revoke':
    case 'demote':
      return true
  }
}

import type { Hex } from '../bytes/hex.ts'
import type { SignedEvent } from '../event/event.ts'
import { emptyGraph, type Graph } from '../event/graph.ts'
import { KIND } from '../event/kinds.ts'
import type { Certificate } from '../identity/certificate.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { readEpoch } from './epoch.ts'
import { devicesNamed } from './founding.ts'
import { emptyKeyring, type Keyring } from './keyring.ts'
import { membersOf, united, type Members } from './members.ts'

/** One device's copy of one conversation: its graph, who is in, and the keys. What was said is in the store. */
export type Replica = {
  readonly conversation: Hex
  readonly me: { readonly device: Hex; readonly person: Hex }
  readonly graph: Graph
  readonly keyring: Keyring
  /** The certificates of all devices that were ever admitted, by device. */
  readonly certificates: ReadonlyMap<Hex, Certificate>
  /** Who was in as of each control event that is a head or recent, as a members digest. */
  readonly controls: ReadonlyMap<Hex, Hex>
  readonly memberSets: ReadonlyMap<Hex, Members>
  /** True once this device has said by an event of its own that its person takes part. */
  readonly joined: boolean
}

/** Older control events are looked up in the store (`withStoredControls`). */
export const CONTROLS_KEPT_MAX = 64
/** How many of them are looked up for one event. */
export const CONTROLS_LOOKED_UP_MAX = 256

export const emptyReplica = (conversation: Hex, me: Replica['me']): Replica => ({
  conversation,
  me,
  graph: emptyGraph(conversation),
  keyring: emptyKeyring,
  certificates: new Map(),
  controls: new Map(),
  memberSets: new Map(),
  joined: false,
})

/** Who is in as of these control events together; undefined while one of them is unknown here. */
export const membersAt = (replica: Replica, controls: readonly Hex[]): Members | undefined => {
  const sets: Members[] = []
  for (const control of controls) {
    const set = replica.memberSets.get(replica.controls.get(control) ?? '')
    if (!set) return undefined
    sets.push(set)
  }
  return united(sets)
}

/** Who is in as this device knows it now. */
export const membersNow = (replica: Replica): Members => membersAt(replica, replica.graph.controlHeads) ?? united([])

export const personIn = (members: Members, device: Hex): Hex | undefined => members.devices.get(device)

/** The control events that an event builds on and that are not in memory: fetch them before judging it. */
export const missingControls = (replica: Replica, event: SignedEvent): readonly Hex[] =>
  event.control.filter((control) => !replica.controls.has(control))

/**
 * Takes the control events back into memory that an event builds on and that this device judged and stored earlier, with
 * those that they build on in turn as far as needed. `stored` finds an event of this conversation by its id.
 */
export const withStoredControls = async (
  replica: Replica,
  event: SignedEvent,
  stored: (id: Hex) => Promise<SignedEvent | undefined>,
): Promise<Replica> => {
  let next = replica
  const seen = new Set<Hex>()
  const waiting = [...missingControls(replica, event)]
  for (let looked = 0; looked < CONTROLS_LOOKED_UP_MAX; looked++) {
    const id = waiting.at(-1)
    const control = id === undefined ? undefined : await stored(id)
    const deeper = control && control.kind !== KIND.epoch && !seen.has(control.id) ? missingControls(next, control) : []
    if (deeper.length === 0) waiting.pop()
    if (control && deeper.length === 0) next = withStoredControl(next, control)
    if (control) seen.add(control.id)
    waiting.push(...deeper)
    if (waiting.length === 0) break
  }
  return next
}

/** Takes one control event back into memory; as it was when what it builds on is not there. */
export const withStoredControl = (replica: Replica, event: SignedEvent): Replica => {
  const digest = membersAfter(replica, event)
  return digest !== undefined && replica.memberSets.has(digest) ? withControl(replica, event.id, digest) : replica
}

/** Who was in as of a control event that was judged before. An epoch says it itself. */
const membersAfter = (replica: Replica, event: SignedEvent): Hex | undefined => {
  const past = membersAt(replica, event.control)
  if (!past) return event.kind === KIND.epoch ? readEpoch(event.body)?.[2] : undefined
  if (event.kind !== KIND.found && event.kind !== KIND.join) return past.digest
  const certificates = devicesNamed(event.body).map((device) => replica.certificates.get(device))
  return united([past, membersOf(certificates.filter((each) => each !== undefined))]).digest
}

/** Remembers who was in as of a control event. Heads always stay; of the others the oldest go first. */
export const withControl = (replica: Replica, id: Hex, digest: Hex): Replica => {
  const controls = new Map(replica.controls).set(id, digest)
  for (const old of controls.keys()) {
    if (controls.size <= CONTROLS_KEPT_MAX) break
    if (!replica.graph.controlHeads.includes(old) && old !== id) controls.delete(old)
  }
  return { ...replica, controls }
}

/** Admits devices: the members as of `control` are those of its own past and these. */
export const withAdmitted = (
  replica: Replica,
  control: Hex,
  past: readonly Members[],
  certificates: readonly Certificate[],
): Replica => {
  const members = united([...past, membersOf(certificates)])
  const known = new Map(replica.certificates)
  for (const certificate of certificates) known.set(deviceOf(certificate), certificate)
  const memberSets = new Map(replica.memberSets).set(members.digest, members)
  return withControl({ ...replica, certificates: known, memberSets }, control, members.digest)
}

/** The people of the conversation, once it was founded. */
export const peopleIn = (replica: Replica): ReadonlySet<Hex> =>
  new Set([...replica.certificates.values()].map(personOf))

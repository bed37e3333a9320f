import type { Hex } from '../bytes/hex.ts'
import type { SignedEvent } from '../event/event.ts'
import { emptyGraph, type Graph } from '../event/graph.ts'
import { KIND } from '../event/kinds.ts'
import type { Certificate } from '../identity/certificate.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { readEpoch } from './epoch.ts'
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

/** Older control events are looked up in the store (`missingControls`, `withStoredControl`). */
export const CONTROLS_KEPT_MAX = 64

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

/** Takes a control event back into memory that this device judged and stored earlier. */
export const withStoredControl = (replica: Replica, event: SignedEvent): Replica => {
  const digest = event.kind === KIND.epoch ? readEpoch(event.body)?.[2] : undefined
  return digest !== undefined && replica.memberSets.has(digest) ? withControl(replica, event.id, digest) : replica
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

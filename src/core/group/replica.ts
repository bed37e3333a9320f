import type { Hex } from '../bytes/hex.ts'
import type { SignedEvent } from '../event/event.ts'
import { emptyGraph, type Graph } from '../event/graph.ts'
import type { Certificate } from '../identity/certificate.ts'
import { deviceOf, personOf } from '../identity/certificate.ts'
import { membershipOf } from './fold.ts'
import { closureOf, emptyHistory, joined, withStep, type History, type Horizon } from './history.ts'
import { emptyKeyring, type Keyring } from './keyring.ts'
import type { Members } from './members.ts'
import type { Membership } from './membership.ts'
import type { Deed, Step } from './step.ts'
import { warrantFor } from './warrant.ts'

/** One device's copy of one conversation: its graph, who is in, and the keys. What was said is in the store. */
export type Replica = {
  readonly conversation: Hex
  readonly me: { readonly device: Hex; readonly person: Hex }
  /** By its founding event. */
  readonly kind: 'unfounded' | 'direct' | 'group'
  readonly graph: Graph
  readonly keyring: Keyring
  /** The certificates of all devices that were ever admitted, by device. */
  readonly certificates: ReadonlyMap<Hex, Certificate>
  /** All that ever changed who is in. */
  readonly history: History
  /** What each control event knew that is a head or recent. Older ones are looked up in the store. */
  readonly controls: ReadonlyMap<Hex, Horizon>
  /** True once this device has said by an event of its own that its person takes part. */
  readonly joined: boolean
}

/** What is kept of control events in memory; the store keeps it of all. */
export const CONTROLS_KEPT_MAX = 64

export const emptyReplica = (conversation: Hex, me: Replica['me']): Replica => ({
  conversation,
  me,
  kind: 'unfounded',
  graph: emptyGraph(conversation),
  keyring: emptyKeyring,
  certificates: new Map(),
  history: emptyHistory(),
  controls: new Map(),
  joined: false,
})

/** What these control events knew together; undefined while one of them is not in memory. */
export const horizonAt = (replica: Replica, controls: readonly Hex[]): Horizon | undefined => {
  const horizons: Horizon[] = []
  for (const control of controls) {
    const horizon = replica.controls.get(control)
    if (!horizon) return undefined
    horizons.push(horizon)
  }
  return joined(replica.history, horizons)
}

/** What is known here now. */
export const horizonNow = (replica: Replica): Horizon =>
  horizonAt(replica, replica.graph.controlHeads) ?? joined(replica.history, [])

/** Who is in as of these control events together; undefined while one of them is not in memory. */
export const membershipAt = (replica: Replica, controls: readonly Hex[]): Membership | undefined => {
  const horizon = horizonAt(replica, controls)
  return horizon && membershipOf(replica.history, horizon.steps)
}

/** Who is in, and what the conversation is, as this device knows it now. */
export const membershipNow = (replica: Replica): Membership => membershipOf(replica.history, horizonNow(replica).steps)

export const membersNow = (replica: Replica): Members => membershipNow(replica).members

/** The control events that an event builds on and that are not in memory: fetch them before judging it. */
export const missingControls = (replica: Replica, event: Pick<SignedEvent, 'control'>): readonly Hex[] =>
  event.control.filter((control) => !replica.controls.has(control))

/**
 * Takes back into memory what the control events knew that an event builds on. `stored` finds it by a control event's id
 * among all that `controls` of this replica ever held. Goes no further than to the first that is not there.
 */
export const withStoredControls = async (
  replica: Replica,
  event: Pick<SignedEvent, 'control'>,
  stored: (id: Hex) => Promise<Horizon | undefined>,
): Promise<Replica> => {
  const missing = missingControls(replica, event)
  if (missing.length === 0) return replica
  const controls = new Map(replica.controls)
  for (const id of missing) {
    const horizon = await stored(id)
    // Without it nothing can be judged: of hundreds that somebody made up, one is looked up.
    if (!horizon) break
    controls.set(id, horizon)
  }
  return controls.size === replica.controls.size ? replica : { ...replica, controls }
}

/** Remembers what a control event knew. */
export const withControl = (replica: Replica, id: Hex, horizon: Horizon): Replica => ({
  ...replica,
  controls: new Map(replica.controls).set(id, horizon),
})

/**
 * Lets go of what older control events knew, once all of it is stored. Heads stay; of the others the oldest go first. The
 * same replica when there are few.
 */
export const withFewControls = (replica: Replica): Replica => {
  if (replica.controls.size <= CONTROLS_KEPT_MAX) return replica
  const heads = new Set(replica.graph.controlHeads)
  const controls = new Map(replica.controls)
  for (const old of replica.controls.keys()) {
    if (controls.size <= CONTROLS_KEPT_MAX) break
    if (!heads.has(old)) controls.delete(old)
  }
  return { ...replica, controls }
}

/** Takes a deed into the history, if its author had the right to it as of `past`; otherwise it has no effect. */
export const withDeed = (
  replica: Replica,
  event: Pick<SignedEvent, 'id' | 'author' | 'seq' | 'time'>,
  { deed, past }: { readonly deed: Deed; readonly past: Horizon },
): { readonly replica: Replica; readonly step: Step | undefined } => {
  const { history } = replica
  const { id, author, seq, time } = event
  const depth = 1 + Math.max(0, ...past.steps.map((step) => history.steps.get(step)?.depth ?? 0))
  const bits = closureOf(history, past.steps)
  const taken = { id, author, seq, time, deed, parents: past.steps, past: bits, depth }
  const judged = warrantFor(taken, { at: membershipOf(history, past.steps), steps: history.steps })
  if (!('warrant' in judged)) return { replica: withControl(replica, id, past), step: undefined }
  const step = { ...taken, number: history.steps.size, warrant: judged.warrant }
  const grown = { ...replica, history: withStep(history, step) }
  return { replica: withControl(grown, id, { steps: [id], epochDepth: past.epochDepth }), step }
}

export const withCertificates = (replica: Replica, certificates: readonly Certificate[]): Replica => {
  if (certificates.every((certificate) => replica.certificates.has(deviceOf(certificate)))) return replica
  const known = new Map(replica.certificates)
  for (const certificate of certificates) known.set(deviceOf(certificate), certificate)
  return { ...replica, certificates: known }
}

/** Everybody who was ever in, once the conversation was founded. */
export const peopleIn = (replica: Replica): ReadonlySet<Hex> =>
  new Set([...replica.certificates.values()].map(personOf))

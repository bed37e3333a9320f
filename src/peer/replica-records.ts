import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts'
import { bool, bytes, hex, list, nullable, tuple, uint, type Shape, type Shaped } from '../core/bytes/shape.ts'
import { Bug } from '../core/bytes/result.ts'
import type { Chain } from '../core/event/graph.ts'
import { SLOT_KEY_ID_BYTES } from '../core/group/epoch.ts'
import type { Epoch, Keyring, OwnSlotKey } from '../core/group/keyring.ts'
import { membersOf, type Members } from '../core/group/members.ts'
import { emptyReplica, type Replica } from '../core/group/replica.ts'
import { certificateShape, deviceOf, plainCertificate, type Certificate } from '../core/identity/certificate.ts'
import type { Change, Space, Store } from '../store/port.ts'

/**
 * What has to be written so that the store holds `after` where it held `before`. Values of a replica are never changed
 * in place, so whatever is the same object is the same value.
 */
export const replicaChanges = (before: Replica, after: Replica): readonly Change[] => {
  const id = after.conversation
  const changes: Change[] = []
  if (before.graph !== after.graph) changes.push(put('conversation', `${id}/graph`, plainGraph(after)))
  const isSameGroup =
    before.controls === after.controls &&
    before.certificates === after.certificates &&
    before.memberSets === after.memberSets &&
    before.joined === after.joined
  if (!isSameGroup) changes.push(put('conversation', `${id}/group`, plainGroup(after)))
  const [was, is] = [before.keyring, after.keyring]
  if (was === is) return changes
  mapChanges(changes, 'secret', `${id}/epoch/`, was.epochs, is.epochs, plainEpoch)
  mapChanges(changes, 'secret', `${id}/skipped/`, was.skipped, is.skipped, ({ key, since }) => [key, since])
  mapChanges(changes, 'conversation', `${id}/slot/`, was.slotKeys, is.slotKeys, (key) => key)
  // One record, because their order is their age.
  if (was.own !== is.own) changes.push(put('secret', `${id}/own`, is.own.map(plainOwn)))
  return changes
}

/** The replica that the store holds; an empty one when it holds none. */
export const loadReplica = async (store: Store, conversation: Hex, me: Replica['me']): Promise<Replica> => {
  const empty = emptyReplica(conversation, me)
  const graph = await store.record('conversation', `${conversation}/graph`)
  const group = await store.record('conversation', `${conversation}/group`)
  if (!graph || !group) return empty
  const [chains, controlHeads] = read(graphShape, graph)
  const [controls, certificates, memberSets, joined] = read(groupShape, group)
  const byDevice = new Map(certificates.map((certificate) => [deviceOf(certificate), certificate]))
  return {
    ...empty,
    graph: { conversation, chains: new Map(chains.map(readChain)), controlHeads },
    controls: new Map(controls),
    certificates: byDevice,
    memberSets: new Map(memberSets.map((devices) => memberSet(devices, byDevice)).map((set) => [set.digest, set])),
    joined,
    keyring: await loadKeyring(store, conversation),
  }
}

const loadKeyring = async (store: Store, conversation: Hex): Promise<Keyring> => {
  const all = async <Value>(space: Space, prefix: string, shape: Shape<Value>): Promise<readonly [string, Value][]> => {
    const records = await store.records(space, prefix)
    return records.map(({ key, value }) => [key.slice(prefix.length), read(shape, value)])
  }
  const epochs = await all('secret', `${conversation}/epoch/`, epochShape)
  const skipped = await all('secret', `${conversation}/skipped/`, tuple(bytes(32), uint()))
  const own = await store.record('secret', `${conversation}/own`)
  return {
    epochs: new Map(epochs.map(([id, fields]) => [id, readEpochRecord(id, fields)])),
    skipped: new Map(
      skipped.map(([name, [key, since]]) => [name, { key, since }] as const).sort(([, a], [, b]) => a.since - b.since),
    ),
    slotKeys: new Map(await all('conversation', `${conversation}/slot/`, bytes(1, 4096))),
    own: own ? read(ownShape, own).map(readOwn) : [],
  }
}

const put = (space: Space, key: string, value: Plain): Change => ({ put: 'record', space, key, value: encode(value) })

const mapChanges = <Value>(
  changes: Change[],
  space: Space,
  prefix: string,
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
  plain: (value: Value) => Plain,
): void => {
  if (before === after) return
  for (const [key, value] of after) if (before.get(key) !== value) changes.push(put(space, prefix + key, plain(value)))
  for (const key of before.keys()) if (!after.has(key)) changes.push({ drop: 'record', space, key: prefix + key })
}

/** Reads a record of our own: one that does not fit was not written by this program. */
const read = <Value>(shape: Shape<Value>, from: Uint8Array): Value => {
  const decoded = decode(from)
  const value = decoded.ok ? shape(decoded.value) : undefined
  if (value === undefined) throw new Bug('a record of the store does not have the shape it was written with')
  return value
}

const id = hex(32)
const beyondShape = list(tuple(uint(), id, hex(32), uint()), 1_000)
const chainShape = tuple(id, uint(), bytes(0, 32), uint(), beyondShape, uint(), bool)
const graphShape = tuple(list(chainShape, 10_000), list(id, 1_000))
const groupShape = tuple(
  list(tuple(id, id), 10_000),
  list(certificateShape, 10_000),
  list(list(id, 10_000), 10_000),
  bool,
)
const ratchetShape = tuple(id, uint(), bytes(32))
const epochShape = tuple(
  uint(),
  id,
  id,
  uint(),
  list(id, 10_000),
  nullable(tuple(bytes(32), list(ratchetShape, 10_000))),
)
const ownShape = list(tuple(hex(SLOT_KEY_ID_BYTES), bytes(32), uint(), nullable(uint())), 1_000)

const plainGraph = ({ graph }: Replica): Plain => [
  [...graph.chains].map(([author, chain]) => [
    fromHex(author),
    chain.seq,
    fromHex(chain.id),
    chain.time,
    [...chain.beyond].map(([seq, { id: held, prev, time }]) => [seq, fromHex(held), fromHex(prev), time]),
    chain.referred,
    chain.forked,
  ]),
  graph.controlHeads.map(fromHex),
]

const readChain = (fields: Shaped<typeof chainShape>): [Hex, Chain] => {
  const [author, seq, tip, time, beyond, referred, forked] = fields
  const held = new Map(beyond.map(([at, heldId, prev, when]) => [at, { id: heldId, prev, time: when }] as const))
  return [author, { seq, id: toHex(tip), time, beyond: held, referred, forked }]
}

const plainGroup = (replica: Replica): Plain => [
  [...replica.controls].map(([control, digest]) => [fromHex(control), fromHex(digest)]),
  [...replica.certificates.values()].map(plainCertificate),
  [...replica.memberSets.values()].map((set) => [...set.devices.keys()].map(fromHex)),
  replica.joined,
]

const memberSet = (devices: readonly Hex[], certificates: ReadonlyMap<Hex, Certificate>): Members =>
  membersOf(devices.map((device) => certificates.get(device)).filter((certificate) => certificate !== undefined))

const plainEpoch = (epoch: Epoch): Plain => [
  epoch.depth,
  fromHex(epoch.author),
  fromHex(epoch.members),
  epoch.made,
  epoch.unopenedBy.map(fromHex),
  epoch.secrets
    ? [
        epoch.secrets.chaining,
        [...epoch.secrets.ratchets].map(([device, { index, key }]) => [fromHex(device), index, key]),
      ]
    : null,
]

const readEpochRecord = (epochId: Hex, fields: Shaped<typeof epochShape>): Epoch => {
  const [depth, author, members, made, unopenedBy, secrets] = fields
  const epoch = { id: epochId, depth, author, members, made, unopenedBy }
  if (secrets === null) return epoch
  const ratchets = new Map(secrets[1].map(([device, index, key]) => [device, { index, key }] as const))
  return { ...epoch, secrets: { chaining: secrets[0], ratchets } }
}

const plainOwn = ({ id: name, seed, made, replaced }: OwnSlotKey): Plain => [
  fromHex(name),
  seed,
  made,
  replaced ?? null,
]

const readOwn = ([name, seed, made, replaced]: Shaped<typeof ownShape>[number]): OwnSlotKey => ({
  id: name,
  seed,
  made,
  ...(replaced !== null && { replaced }),
})

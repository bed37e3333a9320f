import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts'
import { bool, bytes, hex, list, nullable, tuple, uint, type Shape, type Shaped } from '../core/bytes/shape.ts'
import { Bug } from '../core/bytes/result.ts'
import type { Chain } from '../core/event/graph.ts'
import { SLOT_KEY_ID_BYTES } from '../core/group/epoch.ts'
import { inOrder, type Epoch, type Keyring, type OwnSlotKey } from '../core/group/keyring.ts'
import { emptyReplica, type Replica } from '../core/group/replica.ts'
import { certificateShape, plainCertificate } from '../core/identity/certificate.ts'
import type { Change, Space, Store } from '../store/port.ts'
import { historyChanges, loadHistory, loadHorizons } from './history-records.ts'

/**
 * What has to be written so that the store holds `after` where it held `before`. Values of a replica are never changed
 * in place, so whatever is the same object is the same value.
 */
export const replicaChanges = (before: Replica, after: Replica): readonly Change[] => {
  const id = after.conversation
  const changes: Change[] = []
  if (before.graph !== after.graph) {
    if (before.graph.chains.size === 0) changes.push(put('conversation', HELD + id, null))
    mapChanges(changes, ['conversation', `${id}/chain/`], [before.graph.chains, after.graph.chains], plainChain)
  }
  mapChanges(
    changes,
    ['conversation', `${id}/certificate/`],
    [before.certificates, after.certificates],
    plainCertificate,
  )
  changes.push(...historyChanges(before, after))
  const isSameState =
    before.kind === after.kind &&
    before.joined === after.joined &&
    before.controls === after.controls &&
    before.graph.controlHeads === after.graph.controlHeads
  if (!isSameState) changes.push(put('conversation', `${id}/state`, plainState(after)))
  return [...changes, ...keyringChanges(id, before.keyring, after.keyring)]
}

const keyringChanges = (id: Hex, was: Keyring, is: Keyring): readonly Change[] => {
  if (was === is) return []
  const changes: Change[] = []
  if (was.epochs !== is.epochs)
    mapChanges(changes, ['secret', `${id}/epoch/`], [byId(was.epochs), byId(is.epochs)], plainEpoch)
  mapChanges(changes, ['secret', `${id}/skipped/`], [was.skipped, is.skipped], ({ key, since }) => [key, since])
  mapChanges(changes, ['conversation', `${id}/slot/`], [was.slotKeys, is.slotKeys], (key) => key)
  // One record, because their order is their age.
  if (was.own !== is.own) changes.push(put('secret', `${id}/own`, is.own.map(plainOwn)))
  return changes
}

/** The conversations of which anything is held. */
export const heldConversations = async (store: Store): Promise<readonly Hex[]> =>
  (await store.records('conversation', HELD)).map(({ key }) => key.slice(HELD.length))

/** The replica that the store holds; an empty one when it holds none. */
export const loadReplica = async (store: Store, conversation: Hex, me: Replica['me']): Promise<Replica> => {
  const empty = emptyReplica(conversation, me)
  const state = await store.record('conversation', `${conversation}/state`)
  if (!state) return empty
  const [kind, joined, controls, controlHeads] = read(stateShape, state)
  const all = reader(store, conversation)
  const chains = await all('conversation', 'chain', chainShape)
  const certificates = await all('conversation', 'certificate', certificateShape)
  return {
    ...empty,
    kind,
    joined,
    graph: { conversation, chains: new Map(chains.map(readChain)), controlHeads },
    certificates: new Map(certificates),
    history: await loadHistory(store, conversation),
    controls: await loadHorizons(store, conversation, controls),
    keyring: await loadKeyring(store, conversation),
  }
}

const reader =
  (store: Store, conversation: Hex) =>
  async <Value>(space: Space, name: string, shape: Shape<Value>): Promise<readonly [string, Value][]> => {
    const prefix = `${conversation}/${name}/`
    const records = await store.records(space, prefix)
    return records.map(({ key, value }) => [key.slice(prefix.length), read(shape, value)])
  }

const loadKeyring = async (store: Store, conversation: Hex): Promise<Keyring> => {
  const all = reader(store, conversation)
  const epochs = await all('secret', 'epoch', epochShape)
  const skipped = await all('secret', 'skipped', tuple(bytes(32), uint()))
  const own = await store.record('secret', `${conversation}/own`)
  return {
    epochs: inOrder(epochs.map(([id, fields]) => readEpochRecord(id, fields))),
    skipped: new Map(
      skipped.map(([name, [key, since]]) => [name, { key, since }] as const).sort(([, a], [, b]) => a.since - b.since),
    ),
    slotKeys: new Map(await all('conversation', 'slot', bytes(1, 4096))),
    own: own ? read(ownShape, own).map(readOwn) : [],
  }
}

const byId = (epochs: Keyring['epochs']): ReadonlyMap<Hex, Epoch> => new Map(epochs.map((epoch) => [epoch.id, epoch]))

const put = (space: Space, key: string, value: Plain): Change => ({ put: 'record', space, key, value: encode(value) })

const mapChanges = <Value>(
  changes: Change[],
  [space, prefix]: readonly [Space, string],
  [before, after]: readonly [ReadonlyMap<string, Value>, ReadonlyMap<string, Value>],
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
const chainShape = tuple(uint(), bytes(0, 32), uint(), beyondShape, uint(), bool)
const KINDS = ['unfounded', 'direct', 'group'] as const
const kindShape: Shape<Replica['kind']> = (plain) => KINDS.find((each) => each === plain)
const stateShape = tuple(kindShape, bool, list(id, 10_000), list(id, 10_000))
const ratchetShape = tuple(id, uint(), bytes(32))
const epochShape = tuple(
  uint(),
  id,
  id,
  uint(),
  list(id, 10_000),
  nullable(tuple(bytes(32), list(ratchetShape, 10_000), bytes(32))),
)
const ownShape = list(tuple(hex(SLOT_KEY_ID_BYTES), bytes(32), uint(), nullable(uint())), 1_000)

const plainChain = (chain: Chain): Plain => [
  chain.seq,
  fromHex(chain.id),
  chain.time,
  [...chain.beyond].map(([seq, { id: held, prev, time }]) => [seq, fromHex(held), fromHex(prev), time]),
  chain.referred,
  chain.forked,
]

const readChain = ([author, fields]: readonly [Hex, Shaped<typeof chainShape>]): [Hex, Chain] => {
  const [seq, tip, time, beyond, referred, forked] = fields
  const held = new Map(beyond.map(([at, heldId, prev, when]) => [at, { id: heldId, prev, time: when }] as const))
  return [author, { seq, id: toHex(tip), time, beyond: held, referred, forked }]
}

const plainState = ({ kind, joined, controls, graph }: Replica): Plain => [
  kind,
  joined,
  [...controls.keys()].map(fromHex),
  graph.controlHeads.map(fromHex),
]

/** Names the conversations of which there is anything, so that nobody has to look through all of it to find them. */
const HELD = 'held/'

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
        epoch.secrets.mailbox,
      ]
    : null,
]

const readEpochRecord = (epochId: Hex, fields: Shaped<typeof epochShape>): Epoch => {
  const [depth, author, members, made, unopenedBy, secrets] = fields
  const epoch = { id: epochId, depth, author, members, made, unopenedBy }
  if (secrets === null) return epoch
  const ratchets = new Map(secrets[1].map(([device, index, key]) => [device, { index, key }] as const))
  return { ...epoch, secrets: { chaining: secrets[0], ratchets, mailbox: secrets[2] } }
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

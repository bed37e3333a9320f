import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyKeyring, epochInForce, withEpoch, type Epoch } from '../../src/core/group/keyring.ts'
import { emptyReplica } from '../../src/core/group/replica.ts'
import { loadReplica, replicaChanges } from '../../src/peer/replica-records.ts'
import { openMemoryStore } from '../../src/store/memory.ts'

const [conversation, alice, bob, digest] = ['c0', 'a1', 'b0', 'dd'].map((byte) => byte.repeat(32)) as [
  string,
  string,
  string,
  string,
]
const me = { device: alice, person: bob }
const members = { digest, devices: new Map([[alice, bob]]) }

const epoch = (byte: string, depth: number): Epoch => ({
  id: byte.repeat(32),
  depth,
  author: alice,
  members: digest,
  made: 0,
  secrets: {
    chaining: new Uint8Array(32),
    mailbox: new Uint8Array(32),
    ratchets: new Map([[alice, { index: depth, key: new Uint8Array(32).fill(depth) }]]),
  },
  unopenedBy: [],
})

test('[GR33] the epoch in force is the same after the keyring was stored, and after a newer one came and an older one went', async () => {
  const store = openMemoryStore()
  // Records come back by id, which is not the order in which epochs are chosen.
  const keyring = [epoch('ee', 1), epoch('0b', 2), epoch('aa', 3), epoch('0c', 3)].reduce(withEpoch, emptyKeyring)
  const before = emptyReplica(conversation, me)
  const first = { ...before, kind: 'direct', keyring } as const
  await store.commit(replicaChanges(before, first))
  const loaded = await loadReplica(store, conversation, me)
  assert.deepEqual(loaded.keyring, keyring)
  assert.equal(epochInForce(loaded.keyring, members)?.id, '0c'.repeat(32))

  const grown = withEpoch({ ...loaded.keyring, epochs: loaded.keyring.epochs.slice(1) }, epoch('01', 4))
  await store.commit(replicaChanges(loaded, { ...loaded, keyring: grown }))
  const again = await loadReplica(store, conversation, me)
  assert.deepEqual(again.keyring, grown)
  assert.equal(epochInForce(again.keyring, members)?.id, '01'.repeat(32))
})

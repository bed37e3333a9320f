import assert from 'node:assert/strict'
import test from 'node:test'
import { encode } from '../../src/core/bytes/cbor.ts'
import type { Card } from '../../src/core/identity/card.ts'
import { certify } from '../../src/core/identity/certificate.ts'
import type { Name } from '../../src/core/identity/name.ts'
import { formatServer } from '../../src/core/reach/server-address.ts'
import { People } from '../../src/peer/people.ts'
import { chooseServers, loadSettings, parseServers, serversChange } from '../../src/peer/settings.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { createDeterministicCrypto } from '../core/deterministic-crypto.ts'
import { A_WHILE } from '../support/absence.ts'
import { createTown, done } from '../support/town.ts'

const chosenIn = async (store: ReturnType<typeof openMemoryStore>) => {
  const { servers } = await loadSettings(store)
  return [servers.addresses.map(formatServer), servers.chosen]
}

test('[PE66] up to four servers are chosen; a fifth is refused, one that is named twice counts once', () => {
  const read = (...typed: readonly string[]) => {
    const parsed = parseServers(typed)
    return parsed.ok ? parsed.value.map(formatServer) : parsed.refusal
  }
  assert.deepEqual(read('b', 'a:1', 'b:12345', ''), ['b:12345', 'a:1'])
  assert.deepEqual(read(), [])
  assert.deepEqual(read('a', 'b', 'c', 'd', 'e'), { kind: 'servers-full', limit: 4 })
  assert.deepEqual(read('a', 'http://b'), { kind: 'server-address', text: 'http://b' })
})

test('[PE66] the one server of before is still read, and a choice made later is newer whatever the clock says', async () => {
  const store = openMemoryStore()
  assert.deepEqual(await chosenIn(store), [['127.0.0.1:12345'], undefined])
  await store.commit([{ put: 'record', space: 'setting', key: 'server', value: encode('chat.example.org:4000') }])
  assert.deepEqual(await chosenIn(store), [['chat.example.org:4000'], 0])
  await store.commit([{ put: 'record', space: 'setting', key: 'server', value: encode('') }])
  assert.deepEqual(await chosenIn(store), [[], 0])
  const first = chooseServers((await loadSettings(store)).servers, [{ host: 'a', port: 1 }], 5_000)
  await store.commit([serversChange(first)])
  assert.deepEqual(await chosenIn(store), [['a:1'], 5_000])
  assert.equal(chooseServers(first, [{ host: 'a', port: 1 }], 9_000), first)
  assert.equal(chooseServers(first, [], 4_000).chosen, 5_001)
})

test('[PE65] where somebody can be found is kept, the newest word of it wins, and older cards change nothing', async () => {
  const crypto = createDeterministicCrypto(1)
  const store = openMemoryStore()
  const device = 'ab'.repeat(32)
  const certificate = await certify(crypto, { rootSeed: new Uint8Array(32).fill(1), device, now: 1 })
  const card = (servers?: Card['servers']): Card => ({
    certificate,
    name: 'Bob' as Name,
    nameTime: 1,
    slotKey: new Uint8Array(1_216),
    slotTime: 1,
    ...(servers && { servers }),
  })
  const people = await People.load(store)
  const meet = (each: Card) => store.commit(people.meet(each))
  await meet(card())
  assert.equal(people.serversOf(device), undefined)
  await meet(card({ addresses: ['b:2'], time: 20 }))
  await meet(card({ addresses: ['a:1'], time: 10 }))
  await meet(card())
  assert.deepEqual(people.serversOf(device), [{ host: 'b', port: 2 }])
  assert.deepEqual((await People.load(store)).serversOf(device), [{ host: 'b', port: 2 }])
  await meet(card({ addresses: [], time: 30 }))
  assert.deepEqual((await People.load(store)).serversOf(device), [])
})

test('[PE67] contacts learn where I can be found as soon as I choose, and nothing of what nobody chose', async () => {
  const town = createTown(3)
  const server = town.serve()
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  for (const each of [alice, bob]) done(await each.calls.useServers({ addresses: [server] }))
  await town.time.advance(A_WHILE)
  assert.equal((await alice.calls.status()).servers[0]?.at, 'connected')
  const known = async () => {
    const record = await bob.store.record('device', alice.device)
    return record && new TextDecoder('latin1').decode(record).includes('second.example.org:4000')
  }
  assert.equal(await known(), false)
  done(await alice.calls.useServers({ addresses: [server, 'second.example.org:4000'] }))
  await town.time.advance(A_WHILE)
  assert.equal(await known(), true)
})

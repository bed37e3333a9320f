import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { openEvent, readEvent, type SignedEvent } from '../../../src/core/event/event.ts'
import { chainOf } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { directId, foundingBody, joiningBody } from '../../../src/core/group/founding.ts'
import { operationBody } from '../../../src/core/group/operation.ts'
import { seededRandom } from '../reach/random.ts'
import { createDevice, createPair, createPerson, createTalk, type Device } from './device.ts'
import { forge } from './forge.ts'
import { signEvent } from '../signing.ts'

const crypto = createNodeCrypto()

/** An event of every kind, each from Bob, and an Alice who waits for them. */
const everyKind = async (): Promise<{ readonly alice: Device; readonly events: readonly SignedEvent[] }> => {
  const { alice, bob } = await createPair(crypto)
  const stranger = 'ee'.repeat(32)
  const events = [...(await bob.founds(alice)), ...(await bob.joins()), ...(await bob.says('hello'))]
  events.push(...(await bob.complains(stranger)), ...(await bob.says('again')))
  const operation = await forge(bob, { kind: KIND.operation, body: operationBody({ kind: 'title', title: 'Trip' }) })
  return { alice, events: [...events, operation] }
}

test('[GR12] a bit turned anywhere in an event of any kind is refused', async (t) => {
  const seed = 12_001
  t.diagnostic(`seed ${seed}`)
  const random = seededRandom(seed)
  const { events } = await everyKind()
  assert.deepEqual(new Set(events.map(({ kind }) => kind)), new Set(Object.values(KIND)))
  for (const { bytes } of events) {
    assert.equal((await openEvent(crypto, bytes)).ok, true)
    const places = Array.from({ length: 300 }, () => Math.floor(random() * bytes.length * 8))
    for (const place of [...Array(64).keys(), ...places, bytes.length * 8 - 1]) {
      const turned = Uint8Array.from(bytes)
      turned[place >> 3] = (turned[place >> 3] ?? 0) ^ (1 << (place & 7))
      assert.equal((await openEvent(crypto, turned)).ok, false, `bit ${place}`)
    }
  }
})

test('[GR12] content that was changed and signed again by its author stays closed and takes no key', async () => {
  const { alice, bob } = await createTalk(crypto)
  const before = bob.replica
  const sealed = (await bob.says('one')).at(-1)?.body as readonly Plain[]
  bob.replica = before
  for (const field of [2, 3]) {
    const turned = Uint8Array.from(sealed[field] as Uint8Array)
    turned[0] = (turned[0] ?? 0) ^ 1
    const { keyring } = alice.replica
    const changed = await forge(bob, { kind: KIND.sealed, body: sealed.with(field, turned) })
    assert.deepEqual(await alice.hears([changed]), ['sealed: broken'])
    assert.deepEqual(alice.replica.keyring, keyring)
    await bob.hears([changed])
  }
})

test('[GR13] an event that comes again is known, and opens nothing twice', async () => {
  const { alice, bob } = await createTalk(crypto)
  const events = await alice.says('one')
  assert.deepEqual(await bob.hears(events), ['epoch', 'content: one'])
  const { replica } = bob
  assert.deepEqual(await bob.hears(events), ['known', 'known'])
  assert.equal(bob.replica, replica)
  assert.deepEqual(bob.opened, ['hello', 'one'])
})

test('[GR13] a sealed body that its author puts into a second event opens nothing', async () => {
  const { alice, bob } = await createTalk(crypto)
  const sealed = (await bob.says('one')).at(-1) as SignedEvent
  await alice.hears([sealed])
  const again = await forge(bob, { kind: KIND.sealed, body: sealed.body })
  assert.deepEqual(await alice.hears([again]), ['sealed: key-gone'])
  assert.deepEqual(alice.opened, ['hello yourself', 'one'])
})

test('[GR14] a sealed body is of no use to another author', async () => {
  const { alice, bob } = await createTalk(crypto)
  const sealed = (await alice.says('one')).at(-1) as SignedEvent
  await bob.hears(alice.wrote.slice(0, -1))
  const stolen = await forge(bob, { kind: KIND.sealed, body: sealed.body })
  assert.match((await alice.hears([stolen]))[0] ?? '', /^sealed: (broken|key-gone)$/)
  assert.deepEqual(alice.opened, ['hello yourself'])
})

test('[GR14] a sealed body moved to another place of its own chain stays closed, and its message can still come', async () => {
  const { alice, bob } = await createTalk(crypto)
  const before = bob.replica
  const real = (await bob.says('real')).at(-1) as SignedEvent
  const next = (await bob.says('next')).at(-1) as SignedEvent
  const after = bob.replica
  bob.replica = before
  const moved = await forge(bob, { kind: KIND.sealed, body: next.body })
  bob.replica = after
  assert.notEqual(moved.id, real.id)
  assert.deepEqual(await alice.hears([moved]), ['sealed: broken'])
  assert.equal(alice.replica.keyring.skipped.size, 0, 'the ratchet was not turned')
})

test('[GR15] an event of another conversation is refused', async () => {
  const { alice, bob } = await createTalk(crypto)
  const carol = await createDevice(crypto, await createPerson(crypto, 'Carol'))
  const other = await createDevice(crypto, await createPerson(crypto, 'Bob'))
  const elsewhere = [...(await other.meets(carol).founds(carol)), ...(await other.says('to Carol'))]
  const { replica } = alice
  assert.deepEqual(
    await alice.hears(elsewhere),
    elsewhere.map(() => 'refused: other-conversation'),
  )
  assert.equal(alice.replica, replica)
  assert.equal(bob.id, other.id)
})

test("[GR15] a stranger's events are refused, whatever they build on", async () => {
  const { alice, bob } = await createTalk(crypto)
  const mallory = await createDevice(crypto, await createPerson(crypto, 'Mallory'))
  mallory.replica = { ...bob.replica, me: mallory.me }
  const bodies = {
    [KIND.sealed]: bob.wrote.at(-1)?.body,
    [KIND.epoch]: bob.wrote.at(-2)?.body,
    [KIND.unopened]: null,
    99: 7,
  }
  const { replica } = alice
  for (const [kind, body] of Object.entries(bodies)) {
    const event = await forge(mallory, { kind: Number(kind), body: body as Plain })
    assert.deepEqual(await alice.hears([event]), ['refused: stranger'], kind)
  }
  const joining = await forge(mallory, { kind: KIND.join, body: joiningBody(mallory.entry) })
  assert.deepEqual(await alice.hears([joining]), ['refused: stranger'])
  assert.equal(alice.replica, replica)
})

test('[GR16] nobody founds a conversation of two other people, or one with themselves', async () => {
  const { alice, bob } = await createPair(crypto)
  const mallory = await createDevice(crypto, await createPerson(crypto, 'Mallory'))
  const { conversation } = alice.replica
  mallory.replica = { ...bob.replica, me: mallory.me }
  const [hers, his, own] = [alice.entry, bob.entry, mallory.entry]
  const forged = { ...his, certificate: [bob.me.person, mallory.id, his.certificate[2], his.certificate[3]] as const }
  for (const body of [foundingBody(own, hers), foundingBody(his, hers), foundingBody(forged, hers)]) {
    const event = await forge(mallory, { kind: KIND.found, body, header: { conversation } })
    assert.deepEqual(await alice.hears([event]), ['refused: stranger'])
  }
  const alone = directId(alice.me.person, alice.me.person)
  alice.replica = { ...alice.replica, conversation: alone, graph: { ...alice.replica.graph, conversation: alone } }
  const itself = await forge(alice, { kind: KIND.found, body: foundingBody(hers, hers) })
  assert.deepEqual(await alice.hears([itself]), ['refused: stranger'])
})

test("[GR17] another device joins with the certificate of one of the two people, and not with a stranger's", async () => {
  const { alice, bob } = await createTalk(crypto)
  const phone = await createDevice(crypto, await createPerson(crypto, 'Bob'), 'phone')
  await phone.meets(alice).hears([...alice.wrote, ...bob.wrote])
  assert.deepEqual(phone.opened, [], 'what was said before it came is closed to it')
  const joining = await phone.joins()
  assert.deepEqual(await alice.hears(joining), ['joined'])
  assert.deepEqual(await bob.hears(joining), ['joined'])
  const events = await alice.says('to all three')
  assert.deepEqual(await bob.hears(events), ['epoch', 'content: to all three'])
  assert.deepEqual(await phone.hears(events), ['epoch', 'content: to all three'])
  const answer = await phone.says('from the phone')
  assert.deepEqual(await bob.hears(answer), ['epoch', 'content: from the phone'])
  assert.deepEqual(await alice.hears(answer), ['epoch', 'content: from the phone'])
})

test('[GR18] an event that builds on control events that are not here is refused until they are', async () => {
  const { alice, bob } = await createTalk(crypto)
  const [epoch, sealed] = (await alice.says('one')) as [SignedEvent, SignedEvent]
  assert.deepEqual(await bob.hears([sealed, epoch, sealed]), ['refused: unknown-control', 'epoch', 'content: one'])
})

test('[GR18] it is judged by control events of long ago as well, of whatever kind', async () => {
  const { alice, bob } = await createPair(crypto)
  await bob.hears([...(await alice.founds(bob)), ...(await alice.says('hello'))])
  await alice.hears(await bob.joins())
  const unheard: SignedEvent[] = []
  for (let day = 0; day < 70; day++) {
    alice.now += 24 * 3_600_000
    unheard.push(...(await alice.says(`day ${day}`)))
  }
  const fromAfar = await bob.marks()
  assert.deepEqual(await alice.hears(fromAfar), ['sealed: unknown-epoch'], 'not refused, though its keys are wiped')
  await bob.hears(unheard)
  assert.equal(bob.opened.at(-1), 'day 69')
  assert.equal((await alice.hears(await bob.says('what a summer'))).at(-1), 'content: what a summer')
})

test('[GR19] an event against the rules is kept without effect, and what its author says later is heard', async () => {
  const { alice, bob } = await createTalk(crypto)
  const bodies: readonly (readonly [number, Plain])[] = [
    [KIND.found, 'nonsense'],
    [KIND.join, joiningBody(alice.entry)],
    [KIND.epoch, [1, 2, 3]],
    [KIND.unopened, null],
    [KIND.sealed, 'nonsense'],
    [9, 'a control event of a later version'],
    [4_000, 'an event of a later version'],
  ]
  const outcomes: string[] = []
  for (const [kind, body] of bodies) {
    const event = await forge(bob, { kind, body })
    outcomes.push(...(await alice.hears([event])))
    await bob.hears([event])
  }
  assert.deepEqual(outcomes, ['void', 'void', 'void', 'void', 'void', 'newer', 'newer'])
  assert.equal(chainOf(alice.replica.graph, bob.id).seq, chainOf(bob.replica.graph, bob.id).seq)
  assert.equal((await alice.hears(await bob.says('still here'))).at(-1), 'content: still here')
  assert.equal((await bob.hears(await alice.says('so am I'))).at(-1), 'content: so am I')
})

test('[GR20] who branches the control events on purpose is stopped at 512 heads, which the next word joins', async () => {
  const { alice, bob } = await createTalk(createDeterministicCrypto())
  const { controlHeads } = bob.replica.graph
  const outcomes: string[] = []
  const branch = async (made: number): Promise<void> => {
    const event = await forge(bob, { kind: 9, body: made, header: { control: controlHeads } })
    outcomes.push(...(await alice.hears([event])))
    await bob.hears([event])
  }
  for (let made = 0; made < 520; made++) await branch(made)
  assert.deepEqual(new Set(outcomes.slice(0, 511)), new Set(['newer']))
  assert.equal(outcomes.at(-1), 'refused: too-many-heads')
  assert.equal(alice.replica.graph.controlHeads.length, 512)
  await alice.marks()
  assert.equal(alice.replica.graph.controlHeads.length, 1)
  await branch(520)
  assert.equal(outcomes.at(-1), 'newer')
})

test('[GR12] an event signed by another than its author is refused', async () => {
  const { alice, bob } = await createTalk(crypto)
  const sealed = (await bob.says('one')).at(-1) as SignedEvent
  const forged = await signEvent(crypto, alice.deviceSeed, sealed)
  assert.equal((await openEvent(crypto, forged.bytes)).ok, false)
  const [encoding] = (decode(sealed.bytes) as { value: readonly Plain[] }).value
  const unsigned = encode([encoding as Plain, new Uint8Array(64)])
  assert.equal(readEvent(unsigned).ok, true)
  assert.deepEqual(await openEvent(crypto, unsigned), { ok: false, refusal: { kind: 'bad-signature' } })
})

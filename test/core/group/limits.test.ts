import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { nextHeader } from '../../../src/core/event/graph.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { fold, FOLDS_KEPT_MAX, membershipOf } from '../../../src/core/group/fold.ts'
import { closureOf, emptyHistory, withStep, type History } from '../../../src/core/group/history.ts'
import { DEVICES_MAX, PEOPLE_MAX } from '../../../src/core/group/members.ts'
import { DIRECT_STEPS_MAX, STEPS_MAX, STEPS_OF_EACH_MIN } from '../../../src/core/group/steps-room.ts'
import { operationBody } from '../../../src/core/group/operation.ts'
import { emptyReplica, withControl, withFewControls } from '../../../src/core/group/replica.ts'
import type { Deed, Step } from '../../../src/core/group/step.ts'
import { OPERATIONS_MAX, OWN_STEPS_MAX, REMOVALS_MAX, warrantFor } from '../../../src/core/group/warrant.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { viewOf } from './agreement.ts'
import { createDevice, createPerson, createTalk, type Device } from './device.ts'
import { forge } from './forge.ts'
import { createParty, hearsAll, namesIn } from './party.ts'

const idOf = (name: string): Hex => Buffer.from(name).toString('hex').padStart(64, '0').slice(-64)
const owned = (person: string, device = person) => [idOf(`device ${device}`), idOf(person)] as const
const add = (...devices: readonly (readonly [Hex, Hex])[]): Deed => ({
  kind: 'add',
  role: 'member',
  invitation: null,
  devices,
})

/** Takes a step on top of others, if there is a right to it. */
const taken = (history: History, input: { name: string; by: string; deed: Deed; on: readonly Hex[] }) => {
  const past = closureOf(history, input.on)
  const depth = 1 + Math.max(0, ...input.on.map((each) => history.steps.get(each)?.depth ?? 0))
  const step = {
    id: idOf(input.name),
    author: idOf(`device ${input.by}`),
    seq: 1,
    time: 0,
    deed: input.deed,
    parents: input.on,
    past,
    depth,
  }
  const judged = warrantFor(step, { at: membershipOf(history, input.on), steps: history.steps })
  if (!('warrant' in judged)) return { history, refused: judged.objection.kind }
  const next: Step = { ...step, number: history.steps.size, warrant: judged.warrant }
  return { history: withStep(history, next), refused: undefined }
}

const founded = (): History =>
  taken(emptyHistory(), {
    name: 'founding',
    by: 'Alice',
    deed: { kind: 'found', devices: [owned('Alice')], title: 'Trip' },
    on: [],
  }).history

/** A history in which Alice lets in one after the other. */
const grown = (
  deeds: readonly Deed[],
): { readonly history: History; readonly on: readonly Hex[]; readonly refused: readonly string[] } => {
  let [history, on] = [founded(), [idOf('founding')]]
  const refused: string[] = []
  deeds.forEach((deed, at) => {
    const next = taken(history, { name: `step ${at}`, by: 'Alice', deed, on })
    if (next.refused !== undefined) refused.push(`${at}: ${next.refused}`)
    else [history, on] = [next.history, [idOf(`step ${at}`)]]
  })
  return { history, on, refused }
}

test('[MB30] the 251st person and the 501st device are not let in', () => {
  assert.deepEqual([PEOPLE_MAX, DEVICES_MAX], [250, 500], 'all devices must agree on them')
  const people = Array.from({ length: PEOPLE_MAX }, (_, at) => add(owned(`number ${at}`)))
  const crowd = grown(people)
  assert.deepEqual(crowd.refused, [`${PEOPLE_MAX - 1}: too-many`])
  assert.equal(membershipOf(crowd.history, crowd.on).roles.size, PEOPLE_MAX)
  const devices = Array.from({ length: 50 }, (_, at) =>
    add(...Array.from({ length: 10 }, (__, number) => owned(`number ${at}`, `${at} ${number}`))),
  )
  const many = grown(devices)
  assert.deepEqual(many.refused, ['49: too-many'])
  assert.equal(membershipOf(many.history, many.on).members.devices.size, DEVICES_MAX - 9)
})

test('[MB30] those who are let in beside each other beyond the limit fall, the last ones by the order of all', () => {
  const full = grown(Array.from({ length: PEOPLE_MAX - 2 }, (_, at) => add(owned(`number ${at}`))))
  let { history } = full
  const names = ['one', 'two', 'three', 'four']
  for (const name of names) history = taken(history, { name, by: 'Alice', deed: add(owned(name)), on: full.on }).history
  const all = membershipOf(history, names.map(idOf).sort())
  assert.equal(all.roles.size, PEOPLE_MAX)
  const [first] = names.map(idOf).sort()
  assert.deepEqual(names.filter((name) => all.roles.has(idOf(name))).map(idOf), [first])
})

/** A history in which Alice let Bob in, and one of the two did so many things, all of them in the past of what comes next. */
const busy = (by: string, deed: Deed, count: number) => {
  const on = [idOf('founding')]
  const { history } = taken(founded(), { name: 'Bob', by: 'Alice', deed: add(owned('Bob')), on })
  const bob = [idOf('Bob')]
  const warrant = { person: idOf(by), seniority: [1, '', 1, ''], byDefault: false, uses: null } as const
  // Filled up at once: each step would be judged by itself otherwise, which takes a while.
  const steps = new Map(history.steps)
  const [first] = steps.values()
  for (let number = steps.size; first && number < count + 2; number++)
    steps.set(idOf(`busy ${number}`), { ...first, id: idOf(`busy ${number}`), number, deed, warrant })
  const past = new Uint32Array(Math.ceil(steps.size / 32)).fill(0xffff_ffff)
  const at = membershipOf(history, bob)
  return (author: string, next: Deed): string | undefined => {
    const step = { author: idOf(`device ${author}`), seq: 1, time: 0, parents: [], past, depth: 3, id: idOf('next') }
    const judged = warrantFor({ ...step, deed: next }, { at, steps })
    return 'objection' in judged ? judged.objection.kind : undefined
  }
}

const held = new Map<Hex, number>()
const title: Deed = { kind: 'title', title: 'One more' }
const revocation: Deed = { kind: 'revoke', device: idOf('device Bob'), held }
const removal: Deed = { kind: 'remove', person: idOf('Bob'), held }

test('[MB30] after 4,096 operations of an admin only removals of theirs count', () => {
  const objectionTo = busy('Alice', title, OPERATIONS_MAX)
  assert.equal(objectionTo('Alice', title), 'too-many')
  assert.equal(objectionTo('Alice', removal), undefined)
  assert.equal(busy('Alice', removal, REMOVALS_MAX)('Alice', removal), 'too-many')
})

test('[MB250] what one person brings about leaves everybody else what they may bring about themselves', () => {
  const objectionTo = busy('Bob', revocation, OPERATIONS_MAX + REMOVALS_MAX)
  assert.equal(objectionTo('Bob', revocation), 'too-many')
  for (const deed of [title, removal, add(owned('Carol'))]) assert.equal(objectionTo('Alice', deed), undefined)
  assert.equal(objectionTo('Alice', { ...revocation, device: idOf('device Alice') }), undefined)
  // Who gave up many devices can still leave.
  const few = busy('Bob', revocation, OWN_STEPS_MAX.revoke)
  assert.deepEqual([few('Bob', revocation), few('Bob', { kind: 'leave', held })], ['too-many', undefined])
})

test('[MB48] nobody can do so much that an admin could not remove them any more', async () => {
  const party = await createParty(createDeterministicCrypto(), { admins: ['Dan'], members: ['Bob', 'Carol'] })
  const [alice, dan, bob, carol] = party.devices as [Device, Device, Device, Device]
  const full = new Map(carol.replica.history.steps)
  const [step] = full.values()
  const fills = (until: number): void => {
    for (let number = full.size; step && number < until; number++) full.set(idOf(`step ${number}`), { ...step, number })
    carol.replica = { ...carol.replica, history: { ...carol.replica.history, steps: new Map(full) } }
  }
  fills(STEPS_MAX)
  // All of it was Alice's; Dan has done little, and is heard.
  assert.deepEqual(await carol.hears((await dan.operates({ kind: 'title', title: 'Full' })).slice(0, 1)), ['title'])
  assert.deepEqual(await carol.hears((await alice.operates({ kind: 'title', title: 'Fuller' })).slice(0, 1), dan), [
    'refused: too-many-operations',
  ])
  await dan.hears(alice.wrote)
  const [outcome = ''] = await carol.hears((await dan.removes(bob)).slice(-2, -1))
  assert.doesNotMatch(outcome, /too-many/)
})

test('[MB251] whoever floods a group with steps that know nothing of each other divides nobody', async () => {
  const crypto = createDeterministicCrypto()
  const party = await createParty(crypto, { members: ['Bob', 'Mallory'] })
  const [alice, bob, mallory] = party.devices as [Device, Device, Device]
  const phone = await createDevice(crypto, await createPerson(crypto, 'Mallory'), 'phone')
  await mallory.operates({ kind: 'device', entry: phone.entry })
  await hearsAll(phone.watches(alice), party.devices)
  await party.everybodyHears()
  const [laptops, phones] = [await flood(mallory), await flood(phone)]
  const count = (outcomes: readonly string[]): number => outcomes.filter((each) => each === 'device').length
  const atAlice = count(await alice.hears(laptops))
  const atBob = count(await bob.hears(phones))
  assert.ok(atAlice <= STEPS_OF_EACH_MIN && atBob <= STEPS_OF_EACH_MIN, `${atAlice} and ${atBob}`)
  // What one of them took and builds on, the other takes from them.
  await bob.hears([...laptops.filter(({ id }) => alice.held.has(id)), ...(await alice.says('from Alice'))], alice)
  await alice.hears([...phones.filter(({ id }) => bob.held.has(id)), ...(await bob.says('from Bob'))], bob)
  assert.deepEqual(await viewOf(alice, []), await viewOf(bob, []))
  assert.deepEqual([bob.opened.at(-1), alice.opened.at(-1)], ['from Alice', 'from Bob'])
  await bob.hears(await alice.removes(mallory), alice)
  assert.equal(namesIn(bob, party.devices), 'Alice* Bob')
})

/** A hundred times a device of the author's own is let in, each time as if none of the others had been. */
const flood = async (device: Device): Promise<readonly SignedEvent[]> => {
  const first = nextHeader(device.replica.graph, device.id, device.now)
  const { body, kind } = { kind: KIND.operation, body: operationBody({ kind: 'device', entry: device.entry }) }
  const events: SignedEvent[] = []
  for (let at = 0; at < 100; at++) {
    const prev = events.at(-1)?.id ?? first.prev
    const header = { ...first, seq: first.seq + at, prev, time: first.time + at }
    events.push(await forge(device, { kind, body, header }))
  }
  return events
}

test('[MB1] what was decided is remembered for the latest sets of steps alone', () => {
  const { history } = grown(Array.from({ length: FOLDS_KEPT_MAX * 2 }, (_, at) => add(owned(`number ${at}`))))
  assert.ok(history.folds.size <= FOLDS_KEPT_MAX)
  for (const id of history.steps.keys()) {
    const again = fold(history, closureOf(history, [id]))
    assert.deepEqual([...membershipOf(history, [id]).roles], [...again.roles])
  }
  assert.ok(history.folds.size <= FOLDS_KEPT_MAX)
})

test('[MB30] a device that joins a direct conversation again and again brings new keys, and the history does not grow', async () => {
  const { alice, bob } = await createTalk(createDeterministicCrypto())
  const { size } = alice.replica.history.steps
  for (let times = 0; times < 20; times++) assert.deepEqual(await alice.hears(await bob.joins()), ['joined'])
  assert.equal(alice.replica.history.steps.size, size)
  const [first] = alice.replica.history.steps.values()
  const full = (person: Hex): void => {
    const step = { ...first, warrant: { ...first?.warrant, person } } as Step
    const steps = new Map([...Array(DIRECT_STEPS_MAX).keys()].map((at) => [idOf(`${at}`), step]))
    alice.replica = { ...alice.replica, history: { ...alice.replica.history, steps } }
  }
  full(bob.me.person)
  assert.deepEqual(await alice.hears(await bob.joins()), ['refused: too-many-operations'])
  full(alice.me.person)
  assert.deepEqual(await alice.hears(bob.wrote.slice(-1)), ['joined'], 'not for what the other did')
})

test('[GR280] of what control events knew, that of the heads and of 64 in all is kept in memory, the newest', () => {
  const empty = emptyReplica('', { device: 'a', person: 'a' })
  const ids = Array.from({ length: 70 }, (_, at) => `control ${at}`)
  const knew = ids.reduce((replica, id) => withControl(replica, id, { steps: [], epochDepth: 0 }), empty)
  const headed = { ...knew, graph: { ...knew.graph, controlHeads: ['control 0', 'control 3'] } }
  assert.deepEqual([...withFewControls(headed).controls.keys()], ['control 0', 'control 3', ...ids.slice(8)])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import { fold, FOLDS_KEPT_MAX, membershipOf } from '../../../src/core/group/fold.ts'
import { closureOf, emptyHistory, withStep, type History } from '../../../src/core/group/history.ts'
import { DEVICES_MAX, PEOPLE_MAX } from '../../../src/core/group/members.ts'
import { DIRECT_STEPS_MAX, STEPS_MAX } from '../../../src/core/group/replica.ts'
import type { Deed, Step } from '../../../src/core/group/step.ts'
import { OPERATIONS_MAX, REMOVALS_MAX, REVOCATIONS_MAX, warrantFor } from '../../../src/core/group/warrant.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { createTalk, type Device } from './device.ts'
import { createParty, namesIn } from './party.ts'

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
  const judged = warrantFor(step, membershipOf(history, input.on))
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

test('[MB30] after 4,096 operations only removals count', () => {
  let [history, on] = [founded(), [idOf('founding')] as readonly Hex[]]
  const withAlice = { ...history }
  history = taken(withAlice, { name: 'Bob', by: 'Alice', deed: add(owned('Bob')), on }).history
  on = [idOf('Bob')]
  const [last] = [...history.steps.values()].slice(-1) as [Step]
  // Filled up at once: each step would be judged by itself otherwise, which takes a while.
  const steps = new Map(history.steps)
  const past = new Uint32Array(OPERATIONS_MAX / 32).fill(0xffff_ffff)
  const full: Step = { ...last, id: idOf('full'), number: steps.size, past, deed: { kind: 'title', title: 'Full' } }
  history = { steps: steps.set(full.id, full), folds: new Map() }
  const at = membershipOf(history, on)
  const input = { author: idOf('device Alice'), seq: 1, time: 0, parents: [full.id], past, depth: 3, id: idOf('next') }
  const title = warrantFor({ ...input, deed: { kind: 'title', title: 'One more' } }, at)
  assert.deepEqual('objection' in title && title.objection.kind, 'too-many')
  const removal = warrantFor({ ...input, deed: { kind: 'remove', person: idOf('Bob'), held: new Map() } }, at)
  assert.ok('warrant' in removal)
})

test('[MB48] nobody can do so much that an admin could not remove them any more', async () => {
  const history = founded()
  const at = membershipOf(
    taken(history, { name: 'Bob', by: 'Alice', deed: add(owned('Bob')), on: [idOf('founding')] }).history,
    [idOf('Bob')],
  )
  const objects = (by: string, deed: Deed, count: number): boolean => {
    const past = new Uint32Array(count / 32).fill(0xffff_ffff)
    const author = idOf(`device ${by}`)
    return (
      'objection' in warrantFor({ author, seq: 1, time: 0, parents: [], past, depth: 3, id: idOf('next'), deed }, at)
    )
  }
  const held = new Map()
  assert.ok(objects('Bob', { kind: 'revoke', device: idOf('device Bob'), held }, REVOCATIONS_MAX))
  assert.ok(!objects('Alice', { kind: 'remove', person: idOf('Bob'), held }, STEPS_MAX))
  assert.ok(objects('Alice', { kind: 'remove', person: idOf('Bob'), held }, REMOVALS_MAX))
  const party = await createParty(createDeterministicCrypto(), { admins: ['Dan'], members: ['Bob', 'Carol'] })
  const [alice, dan, bob, carol] = party.devices as [Device, Device, Device, Device]
  const full = new Map(carol.replica.history.steps)
  const [step] = full.values()
  for (let number = full.size; step && number < STEPS_MAX; number++)
    full.set(idOf(`step ${number}`), { ...step, number })
  carol.replica = { ...carol.replica, history: { ...carol.replica.history, steps: full } }
  assert.deepEqual(await carol.hears((await dan.operates({ kind: 'title', title: 'Full' })).slice(0, 1)), [
    'refused: too-many-operations',
  ])
  const [outcome = ''] = await carol.hears((await alice.removes(bob)).slice(0, 1))
  assert.doesNotMatch(outcome, /refused/)
  assert.equal(namesIn(carol, party.devices), 'Alice* Dan* Carol')
})

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
  const steps = new Map(
    [...Array(DIRECT_STEPS_MAX).keys()].map((at) => [
      idOf(`${at}`),
      [...alice.replica.history.steps.values()][0] as Step,
    ]),
  )
  alice.replica = { ...alice.replica, history: { ...alice.replica.history, steps } }
  assert.deepEqual(await alice.hears(await bob.joins()), ['refused: too-many-operations'])
})

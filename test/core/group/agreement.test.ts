import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readEpoch } from '../../../src/core/group/epoch.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { closureOf } from '../../../src/core/group/history.ts'
import type { Proposal } from '../../../src/core/group/operate.ts'
import { membershipNow } from '../../../src/core/group/replica.ts'
import { has, type Step } from '../../../src/core/group/step.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { seededRandom } from '../reach/random.ts'
import { deliverAll, viewOf } from './agreement.ts'
import { addition, createDevice, createPerson, type Device } from './device.ts'

type Crowd = { readonly all: readonly Device[]; readonly events: SignedEvent[]; readonly random: () => number }

/** Six people, three of them with a second device. Alice has founded the group with Bob and Carol as further admins. */
const createCrowd = async (seed: number): Promise<Crowd> => {
  const crypto = createDeterministicCrypto(seed)
  const random = seededRandom(seed)
  const all: Device[] = []
  for (const name of ['Alice', 'Bob', 'Carol', 'Dan', 'Eve', 'Frank']) {
    const person = await createPerson(crypto, name)
    all.push(await createDevice(crypto, person))
    if (all.length % 2 === 1 && all.length < 6) all.push(await createDevice(crypto, person, 'phone'))
  }
  const [alice, ...others] = all as [Device, ...Device[]]
  const events = [...(await alice.foundsGroup())]
  const of = (name: number): readonly Device[] => all.filter(({ me }) => me.person === all[name]?.me.person)
  events.push(...(await alice.operates(addition(of(2), 'admin'))))
  events.push(...(await alice.operates(addition(of(4), 'admin'))), ...(await alice.adds(...of(6))))
  for (const other of others) await deliverAll(other.watches(alice), events)
  return { all, events, random }
}

/** Whatever comes to somebody's mind, allowed or not. */
const proposalOf = ({ all, random }: Crowd, device: Device): Proposal => {
  const other = all[Math.floor(random() * all.length)] as Device
  const { person } = other.me
  const invitation = `${Math.floor(random() * 2)}`.padStart(64, 'e')
  const dice = random()
  if (dice < 0.3) return addition([other], random() < 0.5 ? 'admin' : 'member')
  if (dice < 0.36) return addition([other], 'member', invitation)
  if (dice < 0.41) return { kind: 'invite', invitation, role: 'member', uses: 1, expiry: Number.MAX_SAFE_INTEGER }
  if (dice < 0.44) return { kind: 'uninvite', invitation }
  if (dice < 0.62) return { kind: 'remove', person }
  if (dice < 0.72) return { kind: 'promote', person }
  if (dice < 0.8) return { kind: 'demote', person }
  if (dice < 0.84) return { kind: 'leave' }
  if (dice < 0.9)
    return {
      kind: 'device',
      entry: (all.find((each) => each !== device && each.me.person === device.me.person) ?? other).entry,
    }
  if (dice < 0.94) return { kind: 'revoke', device: other.id }
  return { kind: 'title', title: `title ${Math.floor(random() * 100)}` }
}

/** Random deeds and words by whoever happens to be in, hearing now and then a part of what the others wrote. */
const bustle = async (crowd: Crowd, steps: number): Promise<void> => {
  const { all, events, random } = crowd
  for (let step = 0; step < steps; step++) {
    const device = all[Math.floor(random() * all.length)] as Device
    device.now += Math.floor(random() * 60_000)
    const isIn = membershipNow(device.replica).members.devices.has(device.id)
    if (isIn && random() < 0.55) {
      const proposal = proposalOf(crowd, device)
      if ((await device.refusal(proposal)) === undefined) events.push(...(await device.operates(proposal)))
    } else if (isIn && random() < 0.5) events.push(...(await device.says(`${step}`)))
    else {
      const share = random()
      await deliverAll(
        device,
        events.filter(({ id }) => !device.held.has(id) && random() < share),
      )
    }
  }
}

const shuffled = <Item>(items: readonly Item[], random: () => number): Item[] => {
  const result = [...items]
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[result[at], result[other]] = [result[other] as Item, result[at] as Item]
  }
  return result
}

test('[MB1] [MB2] the same events give everybody the same group, in whatever order they came', async (t) => {
  const seed = 41_001
  t.diagnostic(`seed ${seed}`)
  let [most, revocations, voided] = [0, 0, 0]
  const run = fc.asyncProperty(fc.nat(), async (given) => {
    const crowd = await createCrowd(given)
    const { all, events, random } = crowd
    await bustle(crowd, 140)
    const views: unknown[] = []
    for (const device of all) {
      await deliverAll(
        device,
        shuffled(
          events.filter(({ id }) => !device.held.has(id)),
          random,
        ),
      )
      views.push(await viewOf(device, events))
    }
    const crypto = createDeterministicCrypto(given)
    for (const name of ['watcher', 'other watcher', 'third watcher']) {
      const watcher = (await createDevice(crypto, await createPerson(crypto, name))).watches(all[0] as Device)
      await deliverAll(watcher, name === 'watcher' ? events : shuffled(events, random))
      views.push(await viewOf(watcher, events))
    }
    for (const view of views) assert.deepEqual(view, views[0])
    const now = membershipNow((all[0] as Device).replica)
    most = Math.max(most, now.roles.size)
    revocations += now.revocations.length
    voided += (views[0] as { voided: readonly string[] }).voided.length
  })
  await fc.assert(run, { seed, numRuns: 25 })
  t.diagnostic(`up to ${most} people, ${revocations} removals, ${voided} void events`)
  assert.ok(most > 2 && revocations > 40 && voided > 10, 'the crowd does not do enough to prove anything')
})

test('[MB3] [MB4] nothing that a removed device let in beside its removal stands, and no epoch holds who its author knew to be out', async (t) => {
  const seed = 41_002
  t.diagnostic(`seed ${seed}`)
  let checked = 0
  const run = fc.asyncProperty(fc.nat(), async (given) => {
    const crowd = await createCrowd(given)
    await bustle(crowd, 140)
    const [watcher] = crowd.all as [Device]
    await deliverAll(watcher, crowd.events)
    const { history } = watcher.replica
    const { admissions, admins, revocations, members } = membershipNow(watcher.replica)
    const isBeside = (a: Step, b: Step): boolean => !has(a.past, b.number) && !has(b.past, a.number)
    const takesAll = (removal: Step, grant: Step): boolean => {
      const { deed } = removal
      if (deed.kind === 'remove') return deed.person === grant.warrant?.person
      return deed.kind === 'revoke' ? deed.device === grant.author : false
    }
    for (const grant of [...admissions.values(), ...admins.values()])
      for (const removal of revocations)
        assert.ok(!(takesAll(removal, grant) && isBeside(removal, grant)), 'a grant beside the removal of its author')
    for (const event of crowd.events) {
      const epoch = event.kind === KIND.epoch ? readEpoch(event.body) : undefined
      if (!epoch) continue
      const known = new Set<string>()
      for (const control of event.control) (await watcher.horizon(control))?.steps.forEach((step) => known.add(step))
      const past = closureOf(history, [...known])
      const later = (grant: Step, removal: Step) => has(grant.past, removal.number)
      for (const removal of revocations.filter(({ number, deed }) => has(past, number) && deed.kind === 'remove')) {
        const { deed } = removal
        const person = deed.kind === 'remove' ? deed.person : ''
        const isBack = [...history.steps.values()].some(
          (step) =>
            has(past, step.number) &&
            later(step, removal) &&
            'devices' in step.deed &&
            step.deed.devices.some(([, who]) => who === person),
        )
        const recipients = epoch[5].map(([device]) => device)
        for (const device of recipients)
          assert.ok(
            isBack || watcher.replica.certificates.get(device)?.[0] !== person,
            'an epoch for somebody known to be out',
          )
        checked += 1
      }
    }
    assert.ok(members.devices.size <= 9)
  })
  await fc.assert(run, { seed, numRuns: 25 })
  assert.ok(checked > 100)
})

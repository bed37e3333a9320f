import assert from 'node:assert/strict'
import test from 'node:test'
import { createDevice, createPerson } from '../core/group/device.ts'
import { signEvent } from '../core/signing.ts'
import { foundGroup, friends, groupView, part, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, linesIn, type Home } from '../support/town.ts'
import { crypto, group as groupOfTwo } from './stage.ts'

test('[GP24] two who each heard another branch of a forked chain ask each other for it, and go on together', async () => {
  const town = createTown(1)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  done(await ann.calls.setRole({ conversation: group, person: cid.person, role: 'admin' }))
  await town.time.advance(5_000)
  await cid.stop()
  const old = cid.store.snapshot()

  // Cid calls it one thing for Ann, and in the same place of his chain another for Ben.
  const apart = part(town, [ann], [ben])
  const fromBen = part(town, [cid], [ben])
  await cid.start()
  await town.time.advance(3_000)
  done(await cid.calls.retitle({ conversation: group, title: 'One' }))
  await town.time.advance(3_000)
  await cid.stop()
  fromBen()
  part(town, [cid], [ann])
  cid.setBack(old)
  await cid.start()
  await town.time.advance(60_000)
  done(await cid.calls.retitle({ conversation: group, title: 'Two' }))
  await town.time.advance(3_000)
  await cid.stop()
  assert.deepEqual([groupView(ann, group).title, groupView(ben, group).title], ['One', 'Two'])

  await sayIn(ann, group, 'from Ann')
  await sayIn(ben, group, 'from Ben')
  apart()
  await town.time.advance(120_000)
  for (const each of [ann, ben]) {
    assert.deepEqual((await wordsIn(each, group, homes)).toSorted(), ['Ann: from Ann', 'Ben: from Ben'], each.name)
    assert.equal(groupView(each, group).heldBack, 0)
    assert.equal((await linesIn(each, group)).filter(({ kind }) => kind === 'forked').length, 1, each.name)
  }
  assert.equal(groupView(ann, group).title, groupView(ben, group).title)
  await sayIn(ben, group, 'on we go')
  await town.time.advance(5_000)
  assert.equal((await wordsIn(ann, group, homes)).at(-1), 'Ben: on we go')
  // As it was, after a restart.
  ann.crash()
  await ann.start()
  await town.time.advance(10_000)
  await sayIn(ann, group, 'together')
  await town.time.advance(5_000)
  assert.equal((await wordsIn(ben, group, homes)).at(-1), 'Ann: together')
})

test('[PE401] who holds another last message of a forked author learns of the fork as soon as somebody else writes', async () => {
  const town = createTown(2)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  await sayIn(cid, group, 'hello')
  await town.time.advance(5_000)
  await cid.stop()
  const old = cid.store.snapshot()

  const apart = part(town, [ann], [ben])
  const fromBen = part(town, [cid], [ben])
  await cid.start()
  await town.time.advance(3_000)
  await sayIn(cid, group, 'yes')
  await town.time.advance(3_000)
  await cid.stop()
  fromBen()
  part(town, [cid], [ann])
  cid.setBack(old)
  await cid.start()
  await town.time.advance(60_000)
  await sayIn(cid, group, 'no')
  await town.time.advance(3_000)
  await cid.stop()
  apart()
  await town.time.advance(60_000)

  await sayIn(ann, group, 'so?')
  await town.time.advance(2_000)
  await sayIn(ben, group, 'well')
  await town.time.advance(2_000)
  assert.deepEqual(await wordsIn(ann, group, homes), ['Cid: hello', 'Cid: yes', 'Ann: so?', 'Ben: well'])
  assert.deepEqual(await wordsIn(ben, group, homes), ['Cid: hello', 'Cid: no', 'Ann: so?', 'Ben: well'])
  for (const each of [ann, ben])
    assert.equal((await linesIn(each, group)).filter(({ kind }) => kind === 'forked').length, 1, each.name)
})

test('[PE401] somebody who names an event that is not there is asked for it, and makes nobody look forked', async () => {
  const { ann, here } = await groupOfTwo()
  const cid = await createDevice(crypto, await createPerson(crypto, 'Cid'))
  await ann.adds(cid)
  await ann.says('hello')
  await here.hear(ann.wrote)
  await cid.watches(ann).hears(ann.wrote)
  const [event] = await cid.says('look')
  assert.ok(event)
  const after = event.after.map(([author, seq]) => [author, seq, 'ff'.repeat(32)] as const)
  await here.hear([await signEvent(crypto, cid.deviceSeed, { ...event, after })])
  assert.deepEqual(here.contested, ['ff'.repeat(32)])
  assert.ok(!(await here.lines()).includes('forked'))
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { foundGroup, friends, groupView, part, sayIn, wordsIn } from '../support/group.ts'
import { createTown, done, linesIn, type Home } from '../support/town.ts'

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

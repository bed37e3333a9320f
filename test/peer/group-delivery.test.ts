import assert from 'node:assert/strict'
import test from 'node:test'
import { deliveryOf } from '../../src/view/view.ts'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, groupView, sayIn } from '../support/group.ts'
import { createTown, done, linesIn, refusalOf, type Home, type Town } from '../support/town.ts'

const hikers = async (town: Town) => {
  const homes = await friends(town, ['Ann', 'Ben', 'Cid'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Hikers', others: [ben, cid] })
  return { homes, ann, ben, cid, group }
}

const stateOf = async (home: Home, group: string, text: string): Promise<string> => {
  const line = (await linesIn(home, group)).find((each) => each.kind === 'message' && each.text === text)
  return line ? deliveryOf(line, groupView(home, group).progress) : 'nowhere'
}

const read = async (home: Home, group: string): Promise<void> => {
  const last = (await linesIn(home, group)).at(-1)
  if (last) done(await home.calls.read({ conversation: group, upTo: last.order }))
}

test('[GP14] a message is delivered, and read, once it is for everybody else; where it is for each can be asked', async () => {
  const town = createTown(1)
  const { ann, ben, cid, group } = await hikers(town)
  await cid.stop()
  const line = await sayIn(ann, group, 'hello')
  await town.time.advance(2_000)
  const where = async (): Promise<readonly string[]> => {
    const all = done(await ann.calls.delivery({ conversation: group, line }))
    return all.map(({ person, delivery }) => `${person === ben.person ? 'Ben' : 'Cid'} ${delivery}`)
  }
  assert.equal(await stateOf(ann, group, 'hello'), 'kept')
  assert.deepEqual(await where(), ['Cid kept', 'Ben delivered'])
  await read(ben, group)
  await town.time.advance(4_000)
  assert.deepEqual(await where(), ['Cid kept', 'Ben read'])
  await cid.start()
  await town.time.advance(5_000)
  assert.equal(await stateOf(ann, group, 'hello'), 'delivered')
  await read(cid, group)
  await town.time.advance(4_000)
  assert.equal(await stateOf(ann, group, 'hello'), 'read')
  assert.deepEqual((await where()).toSorted(), ['Ben read', 'Cid read'])
  assert.equal(await refusalOf(ben.calls.delivery({ conversation: group, line })), 'not-yours')
  for (const each of [ann, ben, cid]) await assertScreen(each)
})

test('[GP14] nobody waits for who was removed', async () => {
  const town = createTown(2)
  const { ann, ben, cid, group } = await hikers(town)
  await cid.stop()
  await sayIn(ann, group, 'hello')
  await town.time.advance(2_000)
  assert.equal(await stateOf(ann, group, 'hello'), 'kept')
  done(await ann.calls.remove({ conversation: group, person: cid.person }))
  await town.time.advance(2_000)
  assert.equal(await stateOf(ann, group, 'hello'), 'delivered')
  await read(ben, group)
  await town.time.advance(4_000)
  assert.equal(await stateOf(ann, group, 'hello'), 'read')
})

test('[GP15] who is typing is told to everybody who is linked in the group', async () => {
  const town = createTown(3)
  const { ann, ben, cid, group } = await hikers(town)
  done(await cid.calls.typing({ conversation: group }))
  await town.time.advance(500)
  assert.deepEqual([ann.screen.typing, ben.screen.typing, cid.screen.typing], [1, 1, 0])
})

test('[GP16] a conversation can be muted, and stays so', async () => {
  const town = createTown(4)
  const { ann, ben, group } = await hikers(town)
  done(await ann.calls.mute({ conversation: group, on: true }))
  await town.time.advance(100)
  assert.equal(groupView(ann, group).muted, true)
  await sayIn(ben, group, 'hello')
  await town.time.advance(1_000)
  await ann.stop()
  await ann.start()
  await town.time.advance(100)
  assert.deepEqual([groupView(ann, group).muted, groupView(ann, group).unread], [true, 1])
  done(await ann.calls.mute({ conversation: group, on: false }))
  await town.time.advance(100)
  assert.equal(groupView(ann, group).muted, false)
  await assertScreen(ann)
  assert.equal(await refusalOf(ann.calls.mute({ conversation: '00'.repeat(32), on: true })), 'unknown-conversation')
})

test('[GP21] a message that comes round by others shows as delivered all the same, whichever way was quicker', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const town = createTown(seed)
    const { homes, group } = await hikers(town)
    for (let round = 0; round < 15; round++) {
      await Promise.all(homes.map((home) => sayIn(home, group, `${home.name} ${round}`)))
      await town.time.advance(5 * seed)
    }
    await town.time.advance(2_000)
    for (const home of homes)
      assert.equal(await stateOf(home, group, `${home.name} 14`), 'delivered', `seed ${seed}, ${home.name}`)
  }
})

test('[GP23] a message of before somebody came stays delivered and read, and is not waited for with them', async () => {
  const town = createTown(11)
  const { ann, ben, cid, group } = await hikers(town)
  const dot = await town.home('Dot')
  await town.time.advance(3_000)
  for (const [one, other] of [
    [ann, dot],
    [dot, ann],
  ] as const)
    done(await one.calls.decide({ person: other.person, standing: 'accepted' }))
  await town.time.advance(1_000)
  const line = await sayIn(ann, group, 'before')
  await town.time.advance(1_000)
  for (const each of [ben, cid]) await read(each, group)
  await town.time.advance(4_000)
  assert.equal(await stateOf(ann, group, 'before'), 'read')
  await dot.stop()
  done(await ann.calls.add({ conversation: group, person: dot.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(2_000)
  assert.equal(await stateOf(ann, group, 'before'), 'read')
  const after = await sayIn(ann, group, 'after')
  await town.time.advance(2_000)
  const whom = async (id: string): Promise<readonly string[]> => {
    const all = done(await ann.calls.delivery({ conversation: group, line: id }))
    return all.map(({ person, delivery }) => `${person === dot.person ? 'Dot' : 'other'} ${delivery}`)
  }
  assert.deepEqual(await whom(line), ['other read', 'other read'])
  assert.deepEqual(await whom(after), ['Dot kept', 'other delivered', 'other delivered'])
  // It is the same after a crash, with nothing told anew.
  ann.crash()
  for (const each of [ben, cid]) each.crash()
  await ann.start()
  await town.time.advance(1_000)
  assert.deepEqual([await stateOf(ann, group, 'before'), await stateOf(ann, group, 'after')], ['read', 'kept'])
  await dot.start()
  await town.time.advance(60_000)
  assert.deepEqual(await stateOf(ann, group, 'before'), 'read')
  await assertScreen(ann)
})

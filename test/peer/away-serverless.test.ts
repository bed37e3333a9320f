import assert from 'node:assert/strict'
import test from 'node:test'
import { A_WHILE, serverFriends, start, stop } from '../support/absence.ts'
import { done, linesIn, say, type Home, type Town } from '../support/town.ts'

/** As after a night without a server: what was done meanwhile is on this device's disk alone. */
const restartOn = async (town: Town, home: Home, server: string): Promise<void> => {
  await town.time.advance(A_WHILE)
  home.crash()
  await home.start()
  done(await home.calls.useServers({ addresses: [server] }))
  await town.time.advance(A_WHILE)
}

const textsIn = async (home: Home, conversation: string): Promise<readonly string[]> =>
  (await linesIn(home, conversation)).flatMap((line) => (line.kind === 'message' ? [line.text] : []))

const roleOf = (home: Home, conversation: string): string => {
  const view = home.screen.conversations.get(conversation)
  return view?.kind === 'group' ? view.role : 'none'
}

test('[AW9] who was added while the adder had no server is brought everything once there is one, also after a crash', async () => {
  const { town, server, homes } = await serverFriends(1, ['Ann', 'Ben', 'Dot'])
  const [ann, ben, dot] = homes as [Home, Home, Home]
  const { conversation } = done(await ann.calls.found({ title: 'Choir', people: [ben.person] }))
  await town.time.advance(A_WHILE)
  await stop(town, dot, ben)
  done(await ann.calls.useServers({ addresses: [''] }))
  await town.time.advance(A_WHILE)
  done(await ann.calls.add({ conversation, person: dot.person, role: 'member', history: { share: 'none' } }))
  await restartOn(town, ann, server)
  done(await ann.calls.say({ conversation, text: 'welcome' }))
  await town.time.advance(A_WHILE)
  await stop(town, ann)
  await start(town, dot)
  assert.deepEqual(await textsIn(dot, conversation), ['welcome'])
})

test('[AW8] who was removed while the remover had no server learns it once there is one, also after a crash', async () => {
  const { town, server, homes } = await serverFriends(2, ['Ann', 'Ben', 'Dot', 'Eve'])
  const [ann, ben, dot, eve] = homes as [Home, Home, Home, Home]
  const people = [ben.person, dot.person, eve.person]
  const { conversation } = done(await ann.calls.found({ title: 'Choir', people }))
  await town.time.advance(A_WHILE)
  await stop(town, dot, eve)
  done(await ann.calls.useServers({ addresses: [''] }))
  await town.time.advance(A_WHILE)
  // Each change has a mailbox of its own: both have to reach those of before all of them.
  for (const { person } of [dot, eve]) done(await ann.calls.remove({ conversation, person }))
  await restartOn(town, ann, server)
  await stop(town, ann, ben)
  for (const each of [dot, eve]) {
    await start(town, each)
    assert.equal(roleOf(each, conversation), 'gone', each.name)
    await stop(town, each)
  }
})

test('[AW1] what a member without a server writes after somebody came is brought to them once there is one', async () => {
  const { town, server, homes } = await serverFriends(3, ['Ann', 'Ben', 'Dot'])
  const [ann, ben, dot] = homes as [Home, Home, Home]
  const { conversation } = done(await ann.calls.found({ title: 'Choir', people: [ben.person] }))
  await town.time.advance(A_WHILE)
  done(await ben.calls.say({ conversation, text: 'before' }))
  await town.time.advance(A_WHILE)
  await stop(town, dot)
  done(await ben.calls.useServers({ addresses: [''] }))
  await town.time.advance(A_WHILE)
  done(await ann.calls.add({ conversation, person: dot.person, role: 'member', history: { share: 'none' } }))
  await town.time.advance(A_WHILE)
  await stop(town, ann)
  done(await ben.calls.say({ conversation, text: 'of Ben' }))
  await restartOn(town, ben, server)
  await stop(town, ben)
  await start(town, dot)
  assert.deepEqual(await textsIn(dot, conversation), ['of Ben'])
})

test('[AW9] who was removed and is let in again while away is brought what came between', async () => {
  const { town, homes } = await serverFriends(4, ['Ann', 'Ben', 'Dot'])
  const [ann, ben, dot] = homes as [Home, Home, Home]
  const { conversation } = done(await ann.calls.found({ title: 'Choir', people: [ben.person, dot.person] }))
  await town.time.advance(A_WHILE)
  done(await dot.calls.say({ conversation, text: 'here' }))
  await town.time.advance(A_WHILE)
  await stop(town, dot)
  done(await ann.calls.remove({ conversation, person: dot.person }))
  await town.time.advance(A_WHILE)
  done(await ben.calls.say({ conversation, text: 'among us' }))
  done(await ann.calls.setRole({ conversation, person: ben.person, role: 'admin' }))
  await town.time.advance(A_WHILE)
  done(await ben.calls.retitle({ conversation, title: 'Band' }))
  await town.time.advance(A_WHILE)
  done(await ann.calls.add({ conversation, person: dot.person, role: 'member', history: { share: 'none' } }))
  done(await ann.calls.say({ conversation, text: 'welcome back' }))
  await town.time.advance(A_WHILE)
  await stop(town, ann, ben)
  await start(town, dot)
  assert.deepEqual(await textsIn(dot, conversation), ['here', 'welcome back'])
  assert.equal(roleOf(dot, conversation), 'member')
})

for (const hasServer of [true, false])
  test(`[AW9] several who are away are brought into a group at one time, ${hasServer ? 'with' : 'and without'} a server at that time`, async () => {
    const { town, server, homes } = await serverFriends(5, ['Ann', 'Ben', 'Dot', 'Eve'])
    const [ann, ben, dot, eve] = homes as [Home, Home, Home, Home]
    const { conversation } = done(await ann.calls.found({ title: 'Choir', people: [ben.person] }))
    await town.time.advance(A_WHILE)
    done(await ben.calls.say({ conversation, text: 'early' }))
    await town.time.advance(A_WHILE)
    await stop(town, ben, dot, eve)
    if (!hasServer) done(await ann.calls.useServers({ addresses: [''] }))
    await town.time.advance(A_WHILE)
    for (const { person } of [dot, eve])
      done(await ann.calls.add({ conversation, person, role: 'member', history: { share: 'none' } }))
    done(await ann.calls.say({ conversation, text: 'welcome' }))
    await town.time.advance(A_WHILE)
    if (!hasServer) await restartOn(town, ann, server)
    await stop(town, ann)
    for (const each of [dot, eve]) {
      await start(town, each)
      assert.deepEqual(await textsIn(each, conversation), ['welcome'], each.name)
      await stop(town, each)
    }
  })

for (const hasServer of [true, false])
  test(`[AW16] who was removed while away learns nothing that was done after, ${hasServer ? 'with' : 'and without'} a server at that time`, async () => {
    const { town, server, homes } = await serverFriends(6, ['Ann', 'Ben', 'Dot'])
    const [ann, ben, dot] = homes as [Home, Home, Home]
    const { conversation } = done(await ann.calls.found({ title: 'Choir', people: [ben.person, dot.person] }))
    await town.time.advance(A_WHILE)
    await stop(town, ben, dot)
    if (!hasServer) done(await ann.calls.useServers({ addresses: [''] }))
    await town.time.advance(A_WHILE)
    done(await ann.calls.remove({ conversation, person: dot.person }))
    if (hasServer) await town.time.advance(A_WHILE)
    done(await ann.calls.retitle({ conversation, title: 'Without Dot' }))
    done(await ann.calls.say({ conversation, text: 'among us' }))
    await town.time.advance(A_WHILE)
    if (!hasServer) await restartOn(town, ann, server)
    await stop(town, ann)
    await start(town, dot)
    const view = dot.screen.conversations.get(conversation)
    assert.deepEqual(view?.kind === 'group' && [view.role, view.title], ['gone', 'Choir'])
    await stop(town, dot)
    await start(town, ben)
    assert.deepEqual(await textsIn(ben, conversation), ['among us'])
  })

// Which of two keys that were made at once is in force is up to their ids.
for (const seed of [12, 13, 14, 15, 16])
  test(`[AW8] who was let in beside another change of the members learns from the server of the key after both: seed ${seed}`, async () => {
    const { town, homes } = await serverFriends(seed, ['Ann', 'Ben', 'Dot', 'Eve'])
    const [ann, ben, dot, eve] = homes as [Home, Home, Home, Home]
    const saying = say(ben, eve, 'hi')
    await town.time.advance(2_000)
    await saying
    await say(eve, ben, 'ho')
    await town.time.advance(2_000)
    const { conversation } = done(await ann.calls.found({ title: 'Choir', people: [ben.person, dot.person] }))
    await town.time.advance(A_WHILE)
    done(await ann.calls.setRole({ conversation, person: ben.person, role: 'admin' }))
    await town.time.advance(A_WHILE)
    await stop(town, eve, dot, ben)
    done(await ann.calls.remove({ conversation, person: dot.person }))
    await town.time.advance(1_000)
    await ann.stop()
    await ben.start()
    done(await ben.calls.add({ conversation, person: eve.person, role: 'member', history: { share: 'none' } }))
    await town.time.advance(1_000)
    await ann.start()
    await town.time.advance(A_WHILE)
    done(await ann.calls.say({ conversation, text: 'of Ann' }))
    done(await ben.calls.say({ conversation, text: 'of Ben' }))
    await town.time.advance(A_WHILE)
    await stop(town, ann, ben)
    await start(town, eve)
    assert.deepEqual((await textsIn(eve, conversation)).toSorted(), ['of Ann', 'of Ben'])
  })

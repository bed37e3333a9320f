import assert from 'node:assert/strict'
import test from 'node:test'
import { A_WHILE, serverFriends } from '../support/absence.ts'
import { createTown, done, type Home } from '../support/town.ts'

test('[PE60] of somebody unknown, no window is told an address; of somebody who was accepted, it is', async () => {
  const town = createTown(1)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(5_000)
  const shown = async (): Promise<string> => JSON.stringify(done(await alice.calls.reach({ person: bob.person })))
  const strange = await shown()
  assert.match(strange, /"path":"nearby"/, 'they are linked for being near')
  assert.doesNotMatch(strange, /\d+[.]\d+[.]\d+[.]\d+/)
  done(await alice.calls.decide({ person: bob.person, standing: 'accepted' }))
  await town.time.advance(5_000)
  assert.match(await shown(), /"address":"\d+[.]\d+[.]\d+[.]\d+:\d+"/)
})

test('[PE61] whoever is ignored or was never written to is not shown where this device is; who was accepted is', async () => {
  const town = createTown(2)
  const server = town.serve()
  const [alice, bob] = [await town.home('Alice', { nearby: false }), await town.home('Bob', { nearby: false })]
  for (const each of [alice, bob]) done(await each.calls.useServers({ addresses: [server] }))
  await town.time.advance(5_000)
  const shown = async (): Promise<string> => done(await bob.calls.reach({ person: alice.person })).shown
  const { conversation } = done(await alice.calls.open({ person: bob.person }))
  const saying = alice.calls.say({ conversation, text: 'hello' })
  await town.time.advance(5_000)
  done(await saying)
  assert.equal(done(await alice.calls.reach({ person: bob.person })).shown, 'everywhere', 'she wrote to him')
  assert.equal(await shown(), 'this-machine')
  done(await bob.calls.decide({ person: alice.person, standing: 'ignored' }))
  await town.time.advance(5_000)
  assert.equal(await shown(), 'this-machine')
  assert.equal(done(await alice.calls.reach({ person: bob.person })).link?.path, 'relayed')
  done(await bob.calls.decide({ person: alice.person, standing: 'accepted' }))
  await town.time.advance(10_000)
  assert.equal(await shown(), 'everywhere')
  assert.equal(done(await alice.calls.reach({ person: bob.person })).link?.path, 'nearby')
})

/** The addresses at which somebody answered, and how often they were dialled. */
const way = async (from: Home, to: Home): Promise<readonly [readonly string[], number]> => {
  const { candidates, attempts } = done(await from.calls.reach({ person: to.person }))
  return [
    candidates.filter((each) => each.from === 'answered').map(({ address }) => address),
    attempts.filter(({ address }) => address !== 'relay').length,
  ]
}

test('[PE68] whoever was called knows the way back, also when both were strangers at first', async () => {
  const { town, homes } = await serverFriends(3, ['Ann', 'Ben'])
  const [ann, ben] = homes
  const [there, back] = [await way(ann, ben), await way(ben, ann)]
  assert.deepEqual([there[0], back[0]], [[ben.address], [ann.address]])
  assert.equal(there[1] + back[1], 1, 'one of the two never called')
  // It is known without a server, and after a restart.
  for (const each of [ann, ben]) done(await each.calls.useServers({ addresses: [''] }))
  await town.time.advance(A_WHILE)
  for (const each of [ann, ben]) each.crash()
  await ben.start()
  await town.time.advance(1_000)
  const [[address], tries] = await way(ben, ann)
  assert.deepEqual([address, tries > 0], [ann.address, true])
})

test('[PE68] who connects through servers alone tells nobody where they are', async () => {
  const town = createTown(4)
  const server = town.serve()
  const [ann, ben] = [await town.home('Ann', { nearby: false }), await town.home('Ben', { nearby: false })]
  for (const each of [ann, ben]) done(await each.calls.useServers({ addresses: [server] }))
  done(await ben.calls.configure({ directly: false }))
  await town.time.advance(A_WHILE)
  const { conversation } = done(await ben.calls.open({ person: ann.person }))
  const saying = ben.calls.say({ conversation, text: 'hello' })
  await town.time.advance(A_WHILE)
  done(await saying)
  done(await ann.calls.decide({ person: ben.person, standing: 'accepted' }))
  await town.time.advance(A_WHILE)
  assert.deepEqual(await way(ann, ben), [[], 0])
  done(await ben.calls.configure({ directly: true }))
  await town.time.advance(A_WHILE)
  assert.deepEqual((await way(ann, ben))[0], [ben.address])
})

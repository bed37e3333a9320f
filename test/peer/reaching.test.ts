import assert from 'node:assert/strict'
import test from 'node:test'
import { createTown, done } from '../support/town.ts'

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

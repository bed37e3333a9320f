import assert from 'node:assert/strict'
import test from 'node:test'
import { createTown, done, say, storyOf } from '../support/town.ts'

const A_WHILE = 60_000

test('[AW17] what the disk of the reader refused is read again from the server, once there is space', async () => {
  const town = createTown(1)
  const server = town.serve()
  const [alice, bob] = [await town.home('Alice', { nearby: false }), await town.home('Bob', { nearby: false })]
  for (const home of [alice, bob]) done(await home.calls.useServers({ addresses: [server] }))
  await town.time.advance(A_WHILE)
  const saying = say(alice, bob, 'hi')
  await town.time.advance(2_000)
  await saying
  await say(bob, alice, 'ho')
  await town.time.advance(2_000)
  await bob.stop()
  await say(alice, bob, 'are you there?')
  await town.time.advance(A_WHILE)
  await alice.stop()
  await bob.start()
  bob.store.refuseWith({ kind: 'full' })
  await town.time.advance(A_WHILE)
  bob.store.refuseWith(undefined)
  await town.time.advance(2 * A_WHILE)
  assert.deepEqual((await storyOf(bob, alice)).slice(-1), ['Alice: are you there?'])
})

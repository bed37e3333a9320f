import assert from 'node:assert/strict'
import test from 'node:test'
import { UPDATES_QUEUED_MAX } from '../../src/peer/updates.ts'
import type { Update } from '../../src/view/update.ts'
import { assertScreen } from '../support/agreement.ts'
import { conversationOf, createTown, done, say } from '../support/town.ts'

test('[PE37] updates taken one after the other show what a window that opens now is shown', async () => {
  const town = createTown(1)
  const [alice, bob, carol] = [await town.home('Alice'), await town.home('Bob'), await town.home('Carol')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await say(carol, alice, 'may I?')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  done(await alice.calls.decide({ person: carol.person, standing: 'ignored' }))
  done(await carol.calls.rename({ name: 'Bob' }))
  await town.time.advance(500)
  bob.crash()
  await town.time.advance(70_000)
  for (const each of [alice, carol]) await assertScreen(each)
  // Bob is found nowhere any more, but was talked with; Carol only ever saw him.
  assert.deepEqual([alice.screen.people.has(bob.person), carol.screen.people.has(bob.person)], [true, false])
  assert.ok(carol.screen.kinds.includes('person-gone'))
})

test('[PE37] who reads too slowly is told so, and begins again with all there is', async () => {
  const town = createTown(2)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  const stop = new AbortController()
  const slow = alice.calls.updates(stop.signal)[Symbol.asyncIterator]()
  const next = async (): Promise<Update | undefined> => {
    const read = await slow.next()
    return read.done === true ? undefined : read.value
  }
  assert.equal((await next())?.kind, 'snapshot')
  const conversation = await conversationOf(alice, bob)
  for (let index = 0; index < UPDATES_QUEUED_MAX; index++)
    done(await alice.calls.decide({ person: bob.person, standing: index % 2 === 0 ? 'ignored' : 'accepted' }))
  done(await alice.calls.draft({ conversation, text: 'not yet sent' }))
  await town.time.advance(0)
  assert.equal((await next())?.kind, 'lagged')
  const again = await next()
  assert.ok(again?.kind === 'snapshot')
  assert.deepEqual(again.conversations, [...alice.screen.conversations.values()])
  stop.abort()
  assert.equal(await next(), undefined)
})

test('[PE37] a draft is shown by all windows', async () => {
  const town = createTown(3)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  const conversation = await conversationOf(alice, bob)
  done(await alice.calls.draft({ conversation, text: 'half a' }))
  await town.time.advance(0)
  assert.equal(alice.screen.conversations.get(conversation)?.draft, 'half a')
})

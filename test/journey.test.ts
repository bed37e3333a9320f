import assert from 'node:assert/strict'
import test from 'node:test'
import { openEvent } from '../src/core/event/event.ts'
import { KIND } from '../src/core/event/kinds.ts'
import { contentIn, readSealed } from '../src/core/group/sealed.ts'
import { readFrame } from '../src/core/sync/frame.ts'
import { readContent } from '../src/core/timeline/content.ts'
import { deliveryOf } from '../src/view/view.ts'
import { createDeterministicCrypto } from './core/deterministic-crypto.ts'
import { createTown, conversationOf, done, say, type Home } from './support/town.ts'

/*
 * The tour of the code: one message on its way from Alice's keyboard to Bob's window and back to her as "read", with a
 * look at each station. Peers, sync and crypto's composition are the real ones; stores, links, ciphers and time are those
 * of the tests.
 */

const TEXT = 'Dinner at eight?'

/** What passed on the wires, and what the disks held at that moment. */
type Passed = {
  readonly from: Home
  readonly kind: string
  readonly held: { readonly alice: boolean; readonly bob: boolean }
}

test('[PE40] the journey of a message', async () => {
  // Two people met on one network and talk: one has written, the other has answered.
  const town = createTown(1)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'Hello Bob')
  await town.time.advance(500)
  await say(bob, alice, 'Hello Alice')
  await town.time.advance(500)
  const conversation = await conversationOf(alice, bob)

  // A tap on the wire: every frame, with what was on either disk when it was sent.
  const wire: Uint8Array[] = []
  const passed: Passed[] = []
  const holds = (home: Home): boolean =>
    [...home.store.snapshot().contents.events.values()].some(({ id }) => id === message)
  let message = ''
  town.overheard.onFrame = (bytes, from) => {
    wire.push(bytes)
    const frame = readFrame(bytes)
    const kind = frame.ok ? frame.value.kind : 'malformed'
    passed.push({ from: from === alice.device ? alice : bob, kind, held: { alice: holds(alice), bob: holds(bob) } })
  }
  const isInClear = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes(TEXT)

  // Keystroke: the window calls `say` on Alice's peer, which answers when the message is on her disk.
  const said = done(await alice.calls.say({ conversation, text: TEXT }))
  message = said.line
  assert.ok(holds(alice), 'kept')
  assert.equal(holds(bob), false)

  // Event: what is kept is a fact that Alice's device signed, in its place of her chain. Anybody can verify it.
  const kept = (await alice.store.event(said.line)) ?? assert.fail()
  const opened = await openEvent(createDeterministicCrypto(), kept.bytes)
  const event = opened.ok ? opened.value : assert.fail()
  assert.deepEqual(
    [event.author, event.seq, event.time, event.kind],
    [alice.device, said.order.seq, said.order.time, KIND.sealed],
  )
  assert.ok(event.prev, 'it follows what Alice wrote before')
  const answers = event.control.length + event.after.length
  assert.ok(answers > 0, 'it names what she knew')

  // Seal: its body names an epoch and a key's index, and nobody can read what it says.
  const sealed = readSealed(event.body) ?? assert.fail()
  assert.equal(sealed[1], 0, 'the first message of a turn is the first under a new key')
  assert.equal(isInClear(kept.bytes), false)
  // Beside the event, her store holds what it says: the message key is wiped already.
  assert.deepEqual(readContent(contentIn(kept.content ?? assert.fail()) ?? assert.fail()), {
    kind: 'text',
    text: TEXT,
    reply: null,
  })

  // Her own window shows it as kept: nobody else has it.
  const delivery = () => deliveryOf({ order: said.order }, alice.screen.conversations.get(conversation)?.progress ?? [])
  assert.equal(delivery(), 'kept')

  // Send: it is on its way to Bob, together with the epoch it was sealed under. Time passes; it arrives.
  await town.time.advance(200)
  assert.deepEqual([passed[0]?.from.name, passed[0]?.kind], ['Alice', 'events'])
  assert.equal(wire.some(isInClear), false)

  // Receive, verify, open, keep: Bob's disk holds the very same bytes, and what they say.
  const received = (await bob.store.event(said.line)) ?? assert.fail()
  assert.deepEqual([received.bytes, received.content], [kept.bytes, kept.content])

  // Acknowledge: Bob said that he has it, after his disk did.
  const acknowledgement = passed.find(({ from, kind }) => from === bob && kind === 'have') ?? assert.fail()
  assert.deepEqual(acknowledgement.held.bob, true)
  assert.equal(delivery(), 'delivered')

  // View: Bob's window was told of a line that says what Alice wrote, and counts it as unread.
  const line = bob.screen.lines.get(conversation)?.get(said.line) ?? assert.fail()
  assert.deepEqual(
    [line.kind === 'message' && line.text, line.person, line.mine, line.order],
    [TEXT, alice.person, false, said.order],
  )
  assert.equal(bob.screen.conversations.get(conversation)?.last?.text, TEXT)

  // Read: Bob has seen it, his peer says so in an event of its own, and Alice's window shows it.
  done(await bob.calls.read({ conversation, upTo: line.order }))
  await town.time.advance(1_000)
  assert.equal(delivery(), 'read')
})

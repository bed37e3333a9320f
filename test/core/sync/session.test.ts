import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '../../../src/core/bytes/cbor.ts'
import { ASKS_MAX, newSession, step, type Session } from '../../../src/core/sync/session.ts'
import { tagOf } from '../../../src/core/sync/talking.ts'
import type { Effect } from '../../../src/core/sync/words.ts'
import { BYE, encodeFrame, readFrame, type Frame } from '../../../src/core/sync/frame.ts'
import { CONVERSATION, createIdentity, createLink, settle, Side } from './sides.ts'

const [alice, bob, mallory] = (await Promise.all(['Alice', 'Bob', 'Mallory'].map(createIdentity))) as [
  Awaited<ReturnType<typeof createIdentity>>,
  Awaited<ReturnType<typeof createIdentity>>,
  Awaited<ReturnType<typeof createIdentity>>,
]

const hello = (identity: typeof alice, version = 1): Uint8Array =>
  encodeFrame({ kind: 'hello', version, nonce: identity.nonce, card: identity.cardBytes })

/** Alice's session after these frames of the other's, and what she sent or did. */
const after = (...frames: readonly Uint8Array[]) => {
  const side = new Side(alice, bob)
  side.feed({ kind: 'opened' })
  for (const bytes of frames) side.feed({ kind: 'frame', bytes })
  return side
}

test('[SY1] two devices greet each other with version, nonce and card, and then talk', () => {
  const [hers, his] = createLink(alice, bob)
  settle([hers, his])
  assert.deepEqual([hers.session.at, his.session.at], ['talking', 'talking'])
})

test('[SY2] another version, a card of another device and bytes that are no frame end the session', () => {
  assert.equal(after(hello(bob, 2)).closed, 'version')
  assert.equal(after(hello(mallory)).closed, 'wrong-card')
  assert.equal(after(Uint8Array.of(0xff)).closed, 'malformed')
  assert.equal(after(encodeFrame({ kind: 'have', tag: '00'.repeat(16), vector: new Map() })).closed, 'malformed')
  assert.equal(after(hello(bob), hello(bob)).closed, 'malformed')
  assert.equal(after(hello(bob), encodeFrame({ kind: 'bye', reason: BYE.version })).closed, 'bye')
})

test('[SY2] a session that ended says and does nothing more', () => {
  const side = after(hello(mallory))
  const frames = { ...side.sent }
  side.feed({ kind: 'frame', bytes: hello(bob) })
  side.share()
  assert.deepEqual(side.sent, frames)
})

test('[SY3] a conversation has a name of its own on each link, the same for both sides', () => {
  const bindingOf = (session: Session) => (session.at === 'talking' ? session.talk.binding : assert.fail())
  const [hers, his] = createLink(alice, bob)
  settle([hers, his])
  assert.deepEqual(bindingOf(hers.session), bindingOf(his.session))
  const [later, laters] = createLink({ ...alice, nonce: new Uint8Array(32) }, bob)
  settle([later, laters])
  assert.notEqual(tagOf(bindingOf(hers.session), CONVERSATION), tagOf(bindingOf(later.session), CONVERSATION))
})

test('[SY4] nothing is said of a conversation that the other side did not share', () => {
  const [hers, his] = createLink(alice, bob)
  his.shares = false
  hers.hold(alice.device, 10)
  settle([hers, his])
  assert.equal(hers.sent['events'], undefined)
  assert.equal(his.sent['have'], undefined)
  his.share()
  settle([hers, his])
  assert.equal(his.vector.get(alice.device), 1)
})

test('[SY4] events and signals of a conversation that is not shared go nowhere', () => {
  const [hers] = createLink(alice, bob)
  hers.shares = false
  hers.hear()
  hers.feed({ kind: 'frame', bytes: hello(bob) })
  const tag = 'ab'.repeat(16)
  const frames: readonly Exclude<Frame, { kind: 'newer' }>[] = [
    { kind: 'events', tag, events: [Uint8Array.of(1)] },
    { kind: 'signal', tag, signal: 1 },
  ]
  for (const frame of frames) hers.feed({ kind: 'frame', bytes: encodeFrame(frame) })
  assert.equal(hers.deliveries.length, 0)
})

test('[SY12] typing is told where the conversation is shared by both, and a kind of frame of a later version is ignored', () => {
  const [hers, his] = createLink(alice, bob)
  settle([hers, his])
  hers.feed({ kind: 'typing', conversation: CONVERSATION })
  assert.equal(hers.sent['signal'], 1)
  const [alone, silent] = createLink(alice, bob)
  silent.shares = false
  settle([alone, silent])
  alone.feed({ kind: 'typing', conversation: CONVERSATION })
  assert.equal(alone.sent['signal'], undefined)
  his.feed({ kind: 'frame', bytes: encode([99, 'from the future']) })
  assert.equal(his.closed, undefined)
  assert.equal(his.session.at, 'talking')
})

test('[SY25] control events are asked for where the conversation is shared by both, so often on one link and no more', () => {
  const ids = ['11'.repeat(32), '22'.repeat(32)]
  const [hers, his] = createLink(alice, bob)
  settle([hers, his])
  hers.feed({ kind: 'ask', conversation: CONVERSATION, ids })
  settle([hers, his])
  assert.deepEqual(his.wanted, [ids])
  his.feed({ kind: 'serve', conversation: CONVERSATION, event: Uint8Array.of(1) })
  const served = his.sent['events'] ?? 0
  assert.equal(served, 1)
  for (let more = 0; more < ASKS_MAX; more++) hers.feed({ kind: 'ask', conversation: CONVERSATION, ids })
  settle([his])
  assert.equal(his.wanted.length, ASKS_MAX)
  const [alone, silent] = createLink(alice, bob)
  silent.shares = false
  settle([alone, silent])
  alone.feed({ kind: 'ask', conversation: CONVERSATION, ids })
  settle([alone, silent])
  assert.deepEqual(silent.wanted, [])
})

test('[SY13] a new card of the same device renews it, and one of another ends the session', () => {
  const renewing = (identity: typeof alice): readonly Effect[] => {
    const [hers, his] = createLink(alice, bob)
    settle([hers, his])
    const [, effects] = step(hers.session, { kind: 'verified', card: identity.card })
    return effects
  }
  assert.deepEqual(renewing(bob), [{ kind: 'renewed', card: bob.card }])
  assert.deepEqual(
    renewing(mallory).map(({ kind }) => kind),
    ['send', 'close'],
  )
  const [, effects] = step(
    newSession({ device: alice.device, nonce: alice.nonce, card: alice.cardBytes }, bob.device),
    {
      kind: 'card',
      card: alice.cardBytes,
    },
  )
  assert.deepEqual(effects, [])
})

test('[SY14] every kind of frame reads back as it was written', () => {
  const tag = 'ab'.repeat(16)
  const frames: readonly Exclude<Frame, { kind: 'newer' }>[] = [
    { kind: 'hello', version: 1, nonce: alice.nonce, card: alice.cardBytes },
    {
      kind: 'have',
      tag,
      vector: new Map([
        [alice.device, 7],
        [bob.device, 0],
      ]),
    },
    { kind: 'events', tag, events: [Uint8Array.of(1), Uint8Array.of(2, 3)] },
    { kind: 'signal', tag, signal: 1 },
    { kind: 'bye', reason: 3 },
    { kind: 'card', card: alice.cardBytes },
    {
      kind: 'digests',
      digests: new Map([
        [tag, 'cd'.repeat(16)],
        ['ef'.repeat(16), '00'.repeat(16)],
      ]),
    },
    { kind: 'request', bytes: Uint8Array.of(1) },
    { kind: 'answer', bytes: Uint8Array.of(2, 3) },
  ]
  for (const frame of frames) assert.deepEqual(readFrame(encodeFrame(frame)), { ok: true, value: frame })
})

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { encode, type Plain } from '../../src/core/bytes/cbor.ts'
import type { SignedEvent } from '../../src/core/event/event.ts'
import { encodeFrame, readFrame } from '../../src/core/sync/frame.ts'
import { tagOf } from '../../src/core/sync/talking.ts'
import { REFUSED_EVENTS_MAX } from '../../src/peer/session.ts'
import { createPuppet, type Puppet } from '../support/puppet.ts'
import { createTown, done, say, storyOf, type Home, type Town } from '../support/town.ts'
import { otherIn } from '../support/screen.ts'

type Scene = { readonly town: Town; readonly alice: Home; readonly bob: Home; readonly mallory: Puppet }

/** Alice and Bob, who are friends, and Mallory, whom Alice knows or does not. */
const meet = async (seed: number, standing: 'stranger' | 'contact'): Promise<Scene> => {
  const town = createTown(seed)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  const mallory = await createPuppet(town, 'Mallory')
  await mallory.meet(alice)
  mallory.send(await mallory.say('hello'))
  await town.time.advance(500)
  if (standing === 'contact') done(await alice.calls.decide({ person: mallory.person, standing: 'accepted' }))
  await town.time.advance(500)
  return { town, alice, bob, mallory }
}

const stillTalks = async ({ town, alice, bob }: Scene, text: string): Promise<void> => {
  await say(bob, alice, text)
  await town.time.advance(500)
  await say(alice, bob, `${text}!`)
  await town.time.advance(500)
  assert.deepEqual((await storyOf(bob, alice)).slice(-2), [`Bob: ${text}`, `Alice: ${text}!`])
}

/** How many bytes a store holds. */
const sizeOf = (home: Home): number => {
  const { contents } = home.store.snapshot()
  let size = 0
  for (const records of contents.records.values()) for (const value of records.values()) size += value.length
  for (const event of contents.events.values()) size += event.bytes.length
  return size
}

/** True bytes, and what can be done to them. */
const bytesChanged = (original: Uint8Array, change: Change): Uint8Array => {
  const at = change.at % Math.max(1, original.length)
  switch (change.how) {
    case 'flip':
      return original.map((byte, index) => (index === at ? byte ^ (1 << (change.by % 8)) : byte))
    case 'cut':
      return original.slice(0, Math.max(1, at))
    case 'put':
      return Uint8Array.from([...original.slice(0, at), change.by, ...original.slice(at)])
    case 'same':
      return original
  }
}

type Change = { readonly how: 'flip' | 'cut' | 'put' | 'same'; readonly at: number; readonly by: number }

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom('flip', 'cut', 'put', 'same'),
  at: fc.nat(5_000),
  by: fc.nat(255),
})

/** Anything that a decoder may find in bytes. */
const plain: fc.Arbitrary<Plain> = fc.letrec<{ plain: Plain }>((tie) => ({
  plain: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string(),
    fc.uint8Array({ maxLength: 64 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.array(tie('plain'), { maxLength: 8 }),
  ),
})).plain

/** A whole message of the protocol, in order or not. */
const nonsense = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }),
  plain.map((value) => encode(value)),
  fc.tuple(fc.nat(9), fc.array(plain, { maxLength: 5 })).map(([kind, fields]) => encode([kind, ...fields])),
)

/** Links again when the last link was closed over what was sent. */
const ensureLinked = async ({ town, alice, mallory }: Scene): Promise<void> => {
  for (let tries = 0; !mallory.linked; tries++) {
    assert.ok(tries < 5, 'Mallory is not let in any more')
    mallory.link.close()
    await town.time.advance(1_000)
    await mallory.meet(alice)
  }
}

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122)

for (const standing of ['stranger', 'contact'] as const) {
  test(`[PE34] frames of a ${standing} that were changed or made up harm nothing (seed ${SEED})`, async () => {
    const scene = await meet(1, standing)
    const { town, alice, mallory } = scene
    const frames: Uint8Array[] = []
    const heard = town.overheard.onFrame
    town.overheard.onFrame = (frame, from) => (from === alice.device ? frames.push(frame) : heard(frame, from, ''))
    const before = sizeOf(alice)
    const own = await mallory.say('true words')
    const put = async (bytes: Uint8Array): Promise<void> => {
      await ensureLinked(scene)
      mallory.put(bytes)
      await town.time.advance(70)
    }
    const truth = (): readonly Uint8Array[] => {
      const session = mallory.tag
      return [
        encodeFrame({ kind: 'have', tag: session, vector: new Map([[mallory.device, 3]]) }),
        encodeFrame({ kind: 'events', tag: session, events: own.map(({ bytes }) => bytes) }),
        encodeFrame({ kind: 'signal', tag: session, signal: 1 }),
        ...frames.slice(-3),
      ]
    }
    await fc.assert(
      fc.asyncProperty(fc.oneof(nonsense, fc.tuple(fc.nat(), change)), async (sent) => {
        if (sent instanceof Uint8Array) return put(sent)
        await ensureLinked(scene)
        const [which, how] = sent
        const frame = truth()[which % truth().length]
        return frame ? put(bytesChanged(frame, how)) : undefined
      }),
      { seed: SEED, numRuns: 400 },
    )
    await town.time.advance(60_000)
    assert.ok(sizeOf(alice) - before < 200_000, `grew by ${sizeOf(alice) - before} bytes`)
    await stillTalks(scene, 'all is well')
  })

  test(`[PE34] events of a ${standing} that were changed or made up harm nothing (seed ${SEED})`, async () => {
    const scene = await meet(2, standing)
    const { town, alice, mallory } = scene
    const bobs = await alice.store.events({
      conversation: [...alice.screen.conversations.values()][0]?.id ?? '',
      author: scene.bob.device,
      from: 1,
      limit: 5,
      bytes: 1_000_000,
    })
    const own = [...(await mallory.say('one')), ...(await mallory.say('two'))]
    const before = sizeOf(alice)
    const send = async (events: readonly (SignedEvent | Uint8Array)[]): Promise<void> => {
      await ensureLinked(scene)
      mallory.send(events)
      await town.time.advance(70)
    }
    const signed = async (fields: Partial<SignedEvent>): Promise<SignedEvent> => {
      const { id: _id, bytes: _bytes, ...header } = own.at(-1) ?? assert.fail()
      return mallory.sign({ ...header, ...fields })
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(), change, plain, fc.nat(20), fc.nat(30), async (which, how, body, kind, ahead) => {
        const originals = [...own.map(({ bytes }) => bytes), ...bobs.map(({ bytes }) => bytes)]
        const original = originals[which % originals.length] ?? assert.fail()
        const next = (own.at(-1)?.seq ?? 0) + ahead
        await send([
          bytesChanged(original, how),
          // Signed in order, and senseless inside.
          await signed({ kind, body, seq: next, prev: next === 1 ? null : (own.at(-1)?.id ?? '') }),
        ])
      }),
      { seed: SEED, numRuns: 200 },
    )
    await town.time.advance(60_000)
    // What is signed by a member and in its place is kept, whatever it says; nothing else is.
    const grown = sizeOf(alice) - before
    assert.ok(grown > 0 && grown < 600_000, `grew by ${grown} bytes`)
    await stillTalks(scene, 'all is well')
  })
}

test('[PE35] after so many refused events the link is closed', async () => {
  const scene = await meet(3, 'contact')
  const { town, mallory } = scene
  const [event] = await mallory.say('never arrives')
  const forged = event?.bytes.map((byte, at, all) => (at === all.length - 1 ? byte ^ 1 : byte)) ?? assert.fail()
  mallory.send(Array.from({ length: REFUSED_EVENTS_MAX }, () => forged))
  await town.time.advance(500)
  assert.equal(mallory.linked, true)
  mallory.send([forged])
  await town.time.advance(500)
  assert.equal(mallory.linked, false)
  await stillTalks(scene, 'good')
})

test('[PE35] a card that is not theirs ends the link before anything is shared', async () => {
  const scene = await meet(4, 'stranger')
  const { town, alice, mallory } = scene
  const names: (string | undefined)[] = []
  town.overheard.onFrame = (bytes) => {
    const frame = readFrame(bytes)
    names.push(frame.ok ? frame.value.kind : undefined)
  }
  const impostor = await createPuppet(town, 'Impostor', 9)
  impostor.card = mallory.card
  await impostor.meet(alice)
  await town.time.advance(1_000)
  assert.equal(impostor.linked, false)
  assert.deepEqual(names, ['hello', 'bye'])
  await stillTalks(scene, 'good')
})

test('[PE34] a conversation is named only to those who are in it', async () => {
  const { town, alice, bob, mallory } = await meet(5, 'contact')
  const tags: string[] = []
  town.overheard.onFrame = (bytes, from, to) => {
    const frame = readFrame(bytes)
    if (from === alice.device && to === mallory.device && frame.ok && 'tag' in frame.value) tags.push(frame.value.tag)
  }
  const others = [...alice.screen.conversations.values()].find((each) => otherIn(each) === bob.person)
  await say(alice, bob, 'between us')
  await say(alice, mallory, 'hello')
  mallory.have(new Map(), others?.id)
  await town.time.advance(1_000)
  assert.deepEqual([...new Set(tags)], [mallory.tag])
  assert.notEqual(mallory.tag, tagOf(new Uint8Array(32), mallory.replica.conversation))
})

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { says, startPair, startPeer, texts } from './peer.ts'
import { createStage, startServer } from './stage.ts'

const TIMEOUT = { timeout: 120_000 }

test(
  '[SC10] a message to somebody who is off waits, over restarts of both, and goes out by itself',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const { address } = await startServer(stage)
    const [ann, bob] = await startPair(stage, address)
    const conversation = await ann.with(bob)
    await ann.sees(await ann.says(conversation, 'while you are here'), 'delivered')
    await bob.stop()
    await ann.until(({ people }) => (people.get(bob.id)?.presence.at === 'away' ? true : undefined))
    const waiting = await ann.says(conversation, 'while you are away')
    const reach = await ann.calls.reach({ person: bob.id })
    assert(reach.ok)
    assert.equal(reach.value.waiting, 1)
    await ann.stop()

    const annAgain = await startPeer(stage, 'ann', {})
    assert.deepEqual(texts(await annAgain.lines(conversation)), ['while you are here', 'while you are away'])
    await annAgain.until(({ people }) => (people.get(bob.id)?.presence.at === 'away' ? true : undefined))
    const bobAgain = await startPeer(stage, 'bob', {})
    await bobAgain.hears(conversation, says('while you are away'))
    await annAgain.sees(waiting, 'delivered')
    assert.deepEqual(texts(await bobAgain.lines(conversation)), ['while you are here', 'while you are away'])
  },
)

test('[SC10] what waits goes out without the server too, once both have met', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const server = await startServer(stage)
  // Where somebody can be found again is remembered, so it has to be the same place.
  const [ann, bob] = await startPair(stage, server.address)
  const conversation = await ann.with(bob)
  await ann.sees(await ann.says(conversation, 'hello'), 'delivered')
  const { addresses } = await bob.calls.status()
  await bob.stop()
  const waiting = await ann.says(conversation, 'see you later')
  await server.program.end('SIGKILL')
  await startPeer(stage, 'bob', { words: ['--listen', addresses[0] ?? ''] })
  await ann.sees(waiting, 'delivered')
})

test(
  '[AW36] a server that comes back without its folder gets what waited there once more, and it is found there',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const folder = join(stage.folder, 'server')
    const server = await startServer(stage, ['--data', folder])
    const [ann, bob] = await startPair(stage, server.address)
    const conversation = await ann.with(bob)
    await ann.sees(await ann.says(conversation, 'while you are here'), 'delivered')
    await bob.stop()
    const waiting = await ann.says(conversation, 'while you are away')
    await ann.sees(waiting, 'sealed')
    await server.program.end('SIGKILL')
    await rm(folder, { recursive: true })
    const anew = await startServer(stage, ['--data', folder, '--port', String(server.port)])
    while ((await anew.counter('kith_mailbox_blobs')) === 0) await setTimeout(100)
    await ann.sees(waiting, 'sealed')
    await ann.stop()
    const bobAgain = await startPeer(stage, 'bob', {})
    await bobAgain.hears(conversation, says('while you are away'))
  },
)

test(
  '[SC11] somebody who was blocked reaches nobody, and is heard again once that is taken back',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const { address } = await startServer(stage)
    const [ann, bob] = await startPair(stage, address)
    const cara = await startPeer(stage, 'cara', { name: 'Cara', server: address })
    const [withBob, withCara] = [await ann.with(bob), await ann.with(cara)]
    await ann.sees(await ann.says(withBob, 'hello Bob'), 'delivered')
    await ann.sees(await ann.says(withCara, 'hello Cara'), 'delivered')
    assert.deepEqual(await ann.calls.decide({ person: bob.id, standing: 'blocked' }), { ok: true, value: null })
    await bob.until(({ people }) => (people.get(ann.id)?.presence.at === 'away' ? true : undefined))
    const unheard = await bob.says(withBob, 'let me in')
    await bob.calls.tryNow({ person: ann.id })
    // Every try ends, and each of them in vain, while others get through.
    const reach = await bob.until(({ people }) =>
      people.get(ann.id)?.presence.at === 'away' ? people.get(ann.id) : undefined,
    )
    assert.equal(reach.name, 'Ann')
    const tried = await stage.kith([
      'say',
      'Ann',
      'and now?',
      '--wait',
      'delivered',
      '--timeout',
      '3',
      '--data',
      stage.data,
      '--profile',
      'bob',
    ])
    assert.equal(tried.code, 3)
    await cara.sees(await cara.says(withCara, 'I am heard'), 'delivered')
    assert.deepEqual(texts(await ann.lines(withBob)), ['hello Bob'])
    const refused = await ann.calls.say({ conversation: withBob, text: 'nor do I write' })
    assert.deepEqual(refused, { ok: false, refusal: { kind: 'blocked' } })
    assert.equal(await ann.until(({ conversations }) => conversations.get(withBob)?.at), 'blocked')

    // A block outlives the program.
    await ann.stop()
    const annAgain = await startPeer(stage, 'ann', {})
    await cara.sees(await cara.says(withCara, 'still heard'), 'delivered')
    assert.deepEqual(texts(await annAgain.lines(withBob)), ['hello Bob'])
    await annAgain.calls.decide({ person: bob.id, standing: 'accepted' })
    await bob.sees(unheard, 'delivered')
    await annAgain.hears(withBob, says('and now?'))
  },
)

test('[SC12] a stranger’s first message is a request, and answering it accepts', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const { address } = await startServer(stage)
  const [ann, bob] = await startPair(stage, address)
  const conversation = await ann.with(bob)
  await ann.sees(await ann.says(conversation, 'do we know each other?'), 'delivered')
  await bob.until(({ conversations }) => (conversations.get(conversation)?.at === 'request' ? true : undefined))
  await bob.sees(await bob.says(conversation, 'now we do'), 'delivered')
  await bob.until(({ conversations }) => (conversations.get(conversation)?.at === 'open' ? true : undefined))
  await ann.hears(conversation, (line) => line.kind === 'joined')
})

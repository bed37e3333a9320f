import assert from 'node:assert/strict'
import { test } from 'node:test'
import { says, startPair, texts } from './peer.ts'
import { createStage, startServer } from './stage.ts'

test(
  '[SC8] on one machine the server relays nothing, and killing it mid-conversation interrupts nothing',
  { timeout: 120_000 },
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob] = await startPair(stage, server.address)
    const conversation = await ann.with(bob)
    const expected: string[] = []
    const exchange = async (from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number += 1) {
        const [speaker, listener] = number % 2 === 0 ? [ann, bob] : [bob, ann]
        const text = `message ${number}`
        const said = await speaker.says(conversation, text)
        await Promise.all([speaker.sees(said, 'delivered'), listener.hears(conversation, says(text))])
        expected.push(text)
      }
    }
    await exchange(0, 20)
    assert.equal(await server.counter('kith_here'), 2)
    for (const name of ['kith_relayed_bytes_total', 'kith_relayed_links_total'])
      assert.equal(await server.counter(name), 0, name)

    const since = async (): Promise<number> =>
      ann.until(({ people }) => {
        const presence = people.get(bob.id)?.presence
        return presence?.at === 'here' ? presence.since : undefined
      })
    const before = await since()
    await Promise.all([exchange(20, 60), server.program.end('SIGKILL')])
    await ann.until((seen) => (seen.status?.servers[0]?.at === 'unreachable' ? true : undefined))
    await bob.until((seen) => (seen.status?.servers[0]?.at === 'unreachable' ? true : undefined))
    await exchange(60, 80)
    assert.equal(await since(), before, 'the link is the one from before')
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), expected)

    // A server that comes back is found again by itself.
    await startServer(stage, ['--port', String(server.port)])
    await ann.until((seen) => (seen.status?.servers[0]?.at === 'connected' ? true : undefined))
  },
)

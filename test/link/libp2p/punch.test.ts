import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { PUNCH_ADDRESS } from '../../../src/link/address.ts'
import type { Endpoint, Link } from '../../../src/link/port.ts'
import type { Failure } from '../../../src/view/view.ts'
import { drain, join, never, place, serverPlace } from './places.ts'

const start = async (context: TestContext) => {
  const [one, other, server] = await Promise.all([place(), place(), serverPlace()])
  context.after(async () => {
    await Promise.all([one.close(), other.close()])
    await server.close()
  })
  await Promise.all([join(one, server), join(other, server)])
  const [small, great] = one.device < other.device ? [one, other] : [other, one]
  return { small, great, server }
}

const punch = async (from: Endpoint, to: Endpoint): Promise<Link | Failure> => {
  const dialled = await from.dial({ device: to.device, address: PUNCH_ADDRESS, signal: never })
  return dialled.ok ? dialled.value : dialled.refusal
}

const isLink = (outcome: Link | Failure): outcome is Link => 'frames' in outcome

const firstOf = async (link: Link): Promise<string> => {
  for await (const frame of link.frames) return Buffer.from(frame).toString()
  return 'nothing'
}

test('[LK30] two that call each other at one moment get one link, the same at both, whoever came first', async (context) => {
  const { small, great } = await start(context)
  for (const first of [small, great]) {
    const second = first === small ? great : small
    const waiting = punch(first, second)
    const outcomes = [await punch(second, first), await waiting]
    assert(outcomes.every(isLink), JSON.stringify(outcomes))
    const [a, b] = outcomes as [Link, Link]
    assert.deepEqual([a.device, a.path, b.device, b.path], [first.device, 'punched', second.device, 'punched'])
    const byDevice = new Map([
      [b.device === small.device ? small : great, a],
      [a.device === small.device ? small : great, b],
    ])
    assert.equal(byDevice.size, 2)
    a.send(Buffer.from('from a'))
    b.send(Buffer.from('from b'))
    assert.deepEqual([await firstOf(b), await firstOf(a)], ['from a', 'from b'])
    a.close()
    assert.deepEqual([(await a.closed).kind, (await b.closed).kind], ['ours', 'theirs'])
  }
  void drain
})

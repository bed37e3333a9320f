import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Path } from '../../src/view/view.ts'
import { says, startPeer, texts, type Peer } from './peer.ts'
import { createStage, startServer } from './stage.ts'

const DAY_MILLIS = 24 * 60 * 60 * 1000

/** Options of Node for a program whose clock is ahead by so much. */
const ahead = (millis: number): readonly string[] => {
  const program = `
    const Right = Date
    const now = () => Right.now() + ${millis}
    globalThis.Date = class extends Right {
      constructor(...given) { given.length > 0 ? super(...given) : super(now()) }
      static now() { return now() }
    }`
  return ['--import', `data:text/javascript,${encodeURIComponent(program)}`]
}

const pathOf = (peer: Peer, other: Peer): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' ? presence.path : undefined
  })

test(
  '[LK49] people whose clocks are days apart are linked, directly and through a server, and talk',
  { timeout: 120_000 },
  async (context) => {
    const stage = await createStage(context)
    const { address: server } = await startServer(stage)
    const words = ['--listen', '127.0.0.1:0', '--direct', 'off']
    const [ann, bob, cara] = await Promise.all([
      startPeer(stage, 'ann', { name: 'Ann', server, node: ahead(3 * DAY_MILLIS) }),
      startPeer(stage, 'bob', { name: 'Bob', server }),
      startPeer(stage, 'cara', { name: 'Cara', server, words, node: ahead(-30 * DAY_MILLIS) }),
    ])
    for (const [one, other, path] of [
      [ann, bob, 'nearby'],
      [bob, cara, 'relayed'],
      [cara, ann, 'relayed'],
    ] as const) {
      const conversation = await one.with(other)
      await one.sees(await one.says(conversation, 'what time is it?'), 'delivered')
      await other.sees(await other.says(conversation, 'that depends'), 'delivered')
      await one.hears(conversation, says('that depends'))
      // In an order that is for other rules to say.
      assert.deepEqual(texts(await other.lines(conversation)).toSorted(), ['that depends', 'what time is it?'])
      assert.equal(await pathOf(one, other), path)
    }
  },
)

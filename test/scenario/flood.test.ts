import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LineView } from '../../src/view/view.ts'
import { startPeer, type Peer } from './peer.ts'
import { dice } from './dice.ts'
import { createStage, startServer } from './stage.ts'

const MESSAGES = 5_000
const ROUNDS = 20
const PER_ROUND = MESSAGES / ROUNDS / 2
/** Calls of one side that wait for their answer at one time. */
const IN_FLIGHT = 16

type Side = { readonly profile: string; peer: Peer; readonly acknowledged: Map<string, string> }

/** What must be the same at both; that the other has joined is shown to one of them alone. */
const summary = (lines: readonly LineView[]): readonly string[] =>
  lines
    .filter((line) => line.kind !== 'joined')
    .map((line) => `${line.id} ${line.kind === 'message' ? line.text : line.kind}`)

/** The first place at which two lists differ, to be read by a person. */
const difference = (a: readonly string[], b: readonly string[]): string => {
  const at = a.findIndex((each, index) => each !== b[index])
  if (at < 0 && a.length === b.length) return 'none'
  return `of ${a.length} and ${b.length}, at ${at}: ${a.slice(at, at + 3).join(', ')} | ${b.slice(at, at + 3).join(', ')}`
}

// The longest of the scenarios: half a minute on two idle cores.
test(
  '[SC7] of 5,000 messages none is lost, doubled or out of order, though both programs are killed over and over',
  { timeout: 280_000 },
  async (context) => {
    const random = dice(context)
    const stage = await createStage(context)
    const server = await startServer(stage)
    const start = (profile: string): Promise<Peer> =>
      startPeer(stage, profile, { name: profile, server: server.address })
    const sides: readonly Side[] = [
      { profile: 'ann', peer: await start('ann'), acknowledged: new Map() },
      { profile: 'bob', peer: await start('bob'), acknowledged: new Map() },
    ]
    const [ann, bob] = sides.map((side) => side.peer) as [Peer, Peer]
    const conversation = await ann.with(bob)
    await ann.sees(await ann.says(conversation, 'first'), 'delivered')
    await bob.sees(await bob.says(conversation, 'first too'), 'delivered')

    let kills = 0
    const kill = async (side: Side): Promise<void> => {
      kills += 1
      await side.peer.kill()
      side.peer = await start(side.profile)
    }

    /** Says this side's part of a round, in which it is killed when it has been told so many times that it is kept. */
    const speak = async (side: Side, round: number, killAt: number | undefined): Promise<void> => {
      let said = 0
      let kept = 0
      let killing: Promise<void> | undefined
      const speaker = async (): Promise<void> => {
        for (;;) {
          await killing
          if (said >= PER_ROUND) return
          said += 1
          const text = `${side.profile} ${round}/${said}`
          const result = await side.peer.calls.say({ conversation, text })
          if (result.ok) {
            side.acknowledged.set(result.value.line, text)
            kept += 1
            if (kept === killAt) killing = kill(side)
          } else {
            // Killed meanwhile: whether this one was kept is open, so another is said in its place.
            assert.equal(result.refusal.kind, 'disconnected')
            assert(killing, `${side.profile} went away by itself: ${side.peer.program.err()}`)
            said -= 1
            await killing
          }
        }
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, speaker))
      await killing
    }

    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = random.below(2)
      const both = random.below(8) === 0
      const at = (side: number): number | undefined =>
        both || side === victim ? 1 + random.below(PER_ROUND) : undefined
      await Promise.all(sides.map((side, index) => speak(side, round, at(index))))
    }

    const histories = []
    for (const { peer, acknowledged } of sides) {
      const lines = await peer.lines(conversation)
      const [newest] = lines.filter((line) => line.mine).slice(-1)
      assert(newest)
      await peer.sees({ conversation, line: newest.id, order: newest.order }, 'delivered')
      assert(acknowledged.size >= MESSAGES / 2)
    }
    for (const { peer } of sides) histories.push(await peer.lines(conversation))
    const [atAnn = [], atBob = []] = histories
    context.diagnostic(`${kills} kills, ${atAnn.length} lines`)
    assert(kills >= 20)
    assert.equal(difference(summary(atAnn), summary(atBob)), 'none')
    const ids = new Map(atAnn.map((line) => [line.id, line]))
    assert.equal(ids.size, atAnn.length, 'no line is there twice')
    for (const { acknowledged } of sides)
      for (const [id, text] of acknowledged) {
        const line = ids.get(id)
        assert(line?.kind === 'message' && line.text === text, `${text} was acknowledged`)
      }
    assert.deepEqual(
      atAnn.filter((line) => line.kind !== 'message' && line.kind !== 'joined').map(({ kind }) => kind),
      [],
    )
  },
)

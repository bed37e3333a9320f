import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LineView } from '../../src/view/view.ts'
import { dice } from './dice.ts'
import { done, says, startPeer, type Peer } from './peer.ts'
import { createStage, startServer, type Server } from './stage.ts'

const MINUTES = Number(process.env['MINUTES'] ?? 3)
const NAMES = ['ann', 'bob', 'cid', 'dee'] as const
/** Messages that each living peer says in one round at most. */
const BURST_MAX = 8
/** Rounds that a victim stays away at most. */
const AWAY_ROUNDS_MAX = 6

type Side = { readonly profile: string; peer: Peer; away: number; readonly acknowledged: Map<string, string> }

/** What must be the same at everybody; of the changes, each sees those since they came themselves. */
const summary = (lines: readonly LineView[]): readonly string[] =>
  lines
    .filter(({ kind }) => kind !== 'change')
    .map((line) => `${line.id} ${line.kind === 'message' ? line.text : line.kind}`)

/** The first place at which two lists differ, to be read by a person. */
const difference = (a: readonly string[], b: readonly string[]): string => {
  const at = a.findIndex((each, index) => each !== b[index])
  if (at < 0 && a.length === b.length) return 'none'
  return `of ${a.length} and ${b.length}, at ${at}: ${a.slice(at, at + 3).join(', ')} | ${b.slice(at, at + 3).join(', ')}`
}

// Real time is what this test is about: it goes on for as long as it says, and then waits for what was said to arrive.
test(
  '[SC30] in a group nothing that was acknowledged is lost or doubled, though members and the server are killed and restarted at random for three minutes',
  { timeout: (MINUTES + 1.8) * 60_000 },
  async (context) => {
    const random = dice(context)
    const stage = await createStage(context)
    let server: Server = await startServer(stage)
    const words = ['--port', String(server.port)]
    const start = (profile: string): Promise<Peer> =>
      startPeer(stage, profile, { name: profile, server: server.address })
    const sides: Side[] = []
    for (const profile of NAMES) sides.push({ profile, peer: await start(profile), away: 0, acknowledged: new Map() })
    const [ann, ...others] = sides
    assert(ann)

    for (const { peer } of others) {
      const direct = await ann.peer.with(peer)
      await ann.peer.sees(await ann.peer.says(direct, 'hello'), 'delivered')
      await ann.peer.hears(
        await peer.with(ann.peer).then(async (back) => (await peer.says(back, 'hi'), back)),
        says('hi'),
      )
    }
    const people = others.map(({ peer }) => peer.id)
    const { conversation } = done(await ann.peer.calls.found({ title: 'Choir', people }))
    // Not the introduction alone: what makes them members has come.
    for (const { peer } of others) await peer.hears(conversation, ({ kind }) => kind === 'change')

    let kills = 0
    const kill = async (side: Side): Promise<void> => {
      kills += 1
      side.away = 1 + random.below(AWAY_ROUNDS_MAX)
      await side.peer.kill()
    }

    /** Says a few things; it may be killed when so many of them are kept. */
    const speak = async (side: Side, round: number, killAt: number | undefined): Promise<string | undefined> => {
      let killing: Promise<void> | undefined
      let last: string | undefined
      for (let said = 1; said <= 1 + random.below(BURST_MAX) && !killing; said += 1) {
        const text = `${side.profile} ${round}/${said}`
        const result = await side.peer.calls.say({ conversation, text })
        assert(result.ok, `${side.profile}: ${result.ok ? '' : JSON.stringify(result.refusal)}`)
        side.acknowledged.set(result.value.line, text)
        last = text
        if (said === killAt) killing = kill(side)
      }
      await killing
      return killing ? undefined : last
    }

    let serverAway = 0
    const end = Date.now() + MINUTES * 60_000
    for (let round = 0; Date.now() < end; round += 1) {
      for (const side of sides) if (side.away > 0 && (side.away -= 1) === 0) side.peer = await start(side.profile)
      if (serverAway > 0 && (serverAway -= 1) === 0) server = await startServer(stage, words)
      if (serverAway === 0 && random.below(12) === 0) {
        kills += 1
        serverAway = 1 + random.below(AWAY_ROUNDS_MAX)
        await server.program.end('SIGKILL')
      }
      const living = sides.filter(({ away }) => away === 0)
      const victim = random.below(4) === 0 ? living[random.below(living.length)] : undefined
      const lasts = await Promise.all(
        living.map((side) => speak(side, round, side === victim ? 1 + random.below(BURST_MAX) : undefined)),
      )
      // A pause as people make it: until what one of them said last has come to another one who is there. Without the
      // server they may not find each other: after a restart each listens at a port of its own.
      const heard = living.findIndex(({ away }, index) => away === 0 && lasts[index] !== undefined)
      const hearer = living.find(({ away }, index) => away === 0 && index !== heard)
      const text = lasts[heard]
      if (serverAway === 0 && hearer && text !== undefined) await hearer.peer.hears(conversation, says(text))
    }

    if (serverAway > 0) server = await startServer(stage, words)
    for (const side of sides) if (side.away > 0) side.peer = await start(side.profile)
    const histories: (readonly LineView[])[] = []
    for (const { peer } of sides) {
      const last = await peer.says(conversation, `${peer.profile} is done`)
      await peer.sees(last, 'delivered')
    }
    for (const { peer } of sides) histories.push(await peer.lines(conversation))
    const [first = [], ...rest] = histories
    context.diagnostic(`${kills} kills, ${first.length} lines`)
    assert(kills >= 4 * MINUTES)
    for (const lines of rest) assert.equal(difference(summary(lines), summary(first)), 'none')
    const ids = new Map(first.map((line) => [line.id, line]))
    assert.equal(ids.size, first.length, 'no line is there twice')
    for (const { acknowledged } of sides)
      for (const [id, text] of acknowledged) {
        const line = ids.get(id)
        assert(line?.kind === 'message' && line.text === text, `${text} was acknowledged`)
      }
    const odd = first.filter(({ kind }) => kind !== 'message' && kind !== 'change')
    assert.deepEqual(
      odd.map(({ kind }) => kind),
      [],
    )
  },
)

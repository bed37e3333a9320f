import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPeer } from '../src/cli/compose.ts'
import type { Calls } from '../src/view/calls.ts'
import { fillHistory, type Sides } from './history.ts'
import { acquainted, done, onStage, type BenchPeer, type Talk } from './peers.ts'
import { row, type Row } from './row.ts'

const RUNS = 7
const HISTORY_MESSAGES = 1_000_000
const PAGE_LINES = 50
/** How long a peer does nothing before its memory is looked at. */
const IDLE_MILLIS = 5_000

const OPEN_MILLIS_REACH = 100
const MEMORY_MB_REACH = 200

/** A peer that holds a conversation of a million messages. */
export const benchPast = async ({ messages = HISTORY_MESSAGES, runs = RUNS } = {}): Promise<readonly Row[]> =>
  onStage(async (stage) => {
    const talk = await acquainted(stage)
    const sides = await sidesOf(talk)
    await Promise.all([talk.ann.stop(), talk.bob.stop()])
    const { folder } = talk.ann
    const start = performance.now()
    await fillHistory(folder, sides, messages)
    const rate = (messages / (performance.now() - start)) * 1_000
    const opening: number[] = []
    for (let run = 0; run < runs; run++) opening.push(await openAndShow(folder, talk.conversation))
    const ann = await stage.peer('Ann')
    const showing: number[] = []
    for (let run = 0; run < runs; run++) showing.push(await timed(() => showLast(ann.calls, talk.conversation)))
    await sleep(IDLE_MILLIS)
    const memory = residentMb(ann)
    await ann.stop()
    const count = messages.toLocaleString('en')
    return [
      row(`write a history of ${count} messages`, '1/s', [rate]),
      row(`open a peer with ${count} messages and show the last ${PAGE_LINES}`, 'ms', opening, OPEN_MILLIS_REACH),
      row(`show the last ${PAGE_LINES} of ${count} through the door`, 'ms', showing),
      row(`memory of the idle peer with ${count} messages`, 'MB', [memory], MEMORY_MB_REACH),
    ]
  })

export const sidesOf = async ({ ann, bob, conversation }: Talk): Promise<Sides> => {
  const [me, other] = (await Promise.all([ann.calls.status(), bob.calls.status()])).map((status) => status.me)
  if (!me || !other) throw new Error('somebody has no name')
  return {
    conversation,
    me: { device: me.device, person: me.id },
    other: { device: other.device, person: other.id },
  }
}

/** From nothing open: database, keys, network and conversations, until the lines are there. All code is loaded. */
const openAndShow = async (folder: string, conversation: string): Promise<number> => {
  const report = (error: unknown): void => console.error(error)
  const start = performance.now()
  const options = { listen: { host: '127.0.0.1', port: 0 } }
  const opened = await openPeer({ name: 'bench', folder }, options, report)
  if (!opened.ok) throw new Error(`the peer does not open: ${opened.refusal.kind}`)
  await showLast(opened.value.calls, conversation)
  const millis = performance.now() - start
  await opened.value.close()
  return millis
}

const showLast = async (calls: Calls, conversation: string): Promise<void> => {
  const { lines } = await done(calls.history({ conversation, limit: PAGE_LINES }))
  if (lines.length !== PAGE_LINES) throw new Error(`${lines.length} lines`)
}

const timed = async (act: () => Promise<void>): Promise<number> => {
  const start = performance.now()
  await act()
  return performance.now() - start
}

const residentMb = ({ pid }: BenchPeer): number =>
  (Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024) / 1e6

import { acquainted, done, onStage, type BenchPeer, type Talk } from './peers.ts'
import { quantile, row, type Row } from './row.ts'

const RUNS = 5
const WARM_UP_MESSAGES = 300
const SINGLE_MESSAGES = 500
const TURNS = 200
const FLOOD_MESSAGES = 10_000
/** Calls that are made before the first of them is answered: what a window or a script may have under way. */
const FLOOD_CALLS = 256
const MESSAGE_BYTES = 200

const SAID_MILLIS_REACH = 1.5
const SAID_P99_MILLIS_REACH = 10
const FLOOD_REACH = 4_000

/** Two peers, each a process with its own database, linked over loopback: everything through their doors. */
export const benchTalk = async (runs = RUNS): Promise<readonly Row[]> =>
  onStage(async (stage) => {
    const talk = await acquainted(stage)
    await say(talk, WARM_UP_MESSAGES, () => talk.ann)
    await flood(talk, WARM_UP_MESSAGES * 10)
    const single: number[][] = []
    const turns: number[][] = []
    const rates: number[] = []
    for (let run = 0; run < runs; run++) {
      single.push(await say(talk, SINGLE_MESSAGES, () => talk.ann))
      turns.push(await say(talk, TURNS, (index) => (index % 2 === 0 ? talk.bob : talk.ann)))
      rates.push(await flood(talk, FLOOD_MESSAGES))
    }
    await Promise.all([talk.ann.stop(), talk.bob.stop()])
    const p = (share: number) => (each: readonly number[]) => quantile(each, share)
    return [
      row('say until the other API reports it, p50', 'ms', single.map(p(0.5)), SAID_MILLIS_REACH),
      row('say until the other API reports it, p99', 'ms', single.map(p(0.99)), SAID_P99_MILLIS_REACH),
      row('the same when each message is a turn, p50', 'ms', turns.map(p(0.5))),
      row('the same when each message is a turn, p99', 'ms', turns.map(p(0.99))),
      row(`one way, messages of ${MESSAGE_BYTES} bytes, none lost`, '1/s', rates, FLOOD_REACH),
    ]
  })

/** Milliseconds from each call until the other peer's API reported the message; one message after the other. */
export const say = async (
  { ann, bob, conversation }: Talk,
  count: number,
  speaker: (index: number) => BenchPeer,
): Promise<number[]> => {
  const waiting = new Map<string, () => void>()
  const stops = await Promise.all(
    [ann, bob].map((peer) =>
      peer.watch((update) => {
        if (update.kind !== 'line' || update.line.kind !== 'message' || update.line.mine) return
        waiting.get(update.line.text)?.()
      }),
    ),
  )
  const millis: number[] = []
  for (let index = 0; index < count; index++) {
    const text = textOf(index)
    const reported = new Promise<void>((resolve) => waiting.set(text, resolve))
    const start = performance.now()
    const said = done(speaker(index).calls.say({ conversation, text }))
    await reported
    millis.push(performance.now() - start)
    await said
    waiting.delete(text)
  }
  for (const stop of stops) stop()
  return millis
}

/** Messages a second, from the first call until the other peer's API has reported the last: each once, in order. */
export const flood = async ({ ann, bob, conversation }: Talk, count: number): Promise<number> => {
  const texts = Array.from({ length: count }, (_, index) => textOf(index))
  let next = 0
  let fault: string | undefined
  const all = Promise.withResolvers<void>()
  const stop = await bob.watch((update) => {
    if (update.kind === 'lagged') fault = 'the updates lagged'
    if (update.kind !== 'line' || update.line.kind !== 'message' || update.line.mine) return
    if (update.line.text !== texts[next]) fault = `message ${next} is not the next one that is reported`
    next += 1
    if (fault !== undefined) all.reject(new Error(fault))
    else if (next === count) all.resolve()
  })
  const start = performance.now()
  let called = 0
  const call = async (): Promise<void> => {
    while (called < count && fault === undefined) {
      const text = texts[called++] ?? ''
      await done(ann.calls.say({ conversation, text }))
    }
  }
  await Promise.all([all.promise, ...Array.from({ length: FLOOD_CALLS }, call)])
  const seconds = (performance.now() - start) / 1_000
  stop()
  return count / seconds
}

let texts = 0
const textOf = (index: number): string =>
  `${texts++} ${index} `.padEnd(MESSAGE_BYTES, 'some words ').trimEnd().padEnd(MESSAGE_BYTES, '.')

if (import.meta.main) console.table(await benchTalk())

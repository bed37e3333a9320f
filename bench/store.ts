import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Bug } from '../src/core/bytes/result.ts'
import type { Change, Store } from '../src/store/port.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { at, row, type Row } from './row.ts'

const HISTORY_MESSAGES = 1_000_000
const CONVERSATIONS = 200
const BATCH_MESSAGES = 5_000
const FIRST_MILLIS = 1_700_000_000_000

/** One commit as a peer makes it for a message: the event, its line, a spent key and who holds it. */
export const benchStore = async (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-store-'))
  try {
    return [...(await benchCommits(folder)), ...(await benchHistory(folder))]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const benchCommits = async (folder: string): Promise<readonly Row[]> => {
  const store = open(join(folder, 'commits.db'))
  const alone: number[] = []
  for (let number = 0; number < 3_000; number++) {
    const changes = message(number)
    const start = performance.now()
    await kept(store, changes)
    alone.push(performance.now() - start)
  }
  const rates: number[] = []
  for (let round = 0; round < 7; round++) {
    const batch = Array.from({ length: 2_000 }, (_, index) => message(10_000 + round * 2_000 + index))
    const start = performance.now()
    await Promise.all(batch.map((changes) => kept(store, changes)))
    rates.push((batch.length / (performance.now() - start)) * 1_000)
  }
  await store.close()
  const sorted = alone.toSorted((a, b) => a - b)
  return [
    row('store: one message committed alone', 'ms', alone),
    row('store: one message committed alone, p99', 'ms', [at(sorted, 0.99)]),
    row('store: messages committed together', 'per s', rates),
  ]
}

const benchHistory = async (folder: string): Promise<readonly Row[]> => {
  const file = join(folder, 'history.db')
  const rate = await buildHistory(file)
  const openAndRead = async () => {
    const store = open(file)
    const lines = await store.lines({ conversation: conversationOf(7), limit: 50 })
    if (lines.length !== 50) throw new Bug('the history is not there')
    return store
  }
  const opening = await timed(15, openAndRead, (store) => store.close())
  return [
    row('store: build a history of 1,000,000 messages', 'per s', [rate]),
    row('store: size of 1,000,000 messages', 'MB', [statSync(file).size / 1e6]),
    row('store: open 1,000,000 messages and read the last 50', 'ms', opening, 100),
    row('store: memory that 1,000,000 messages add to a process', 'MB', [memoryOf(file)]),
    ...(await benchReads(file)),
  ]
}

/** Messages per second. */
const buildHistory = async (file: string): Promise<number> => {
  const store = open(file)
  const start = performance.now()
  for (let first = 0; first < HISTORY_MESSAGES; first += BATCH_MESSAGES) {
    const batch = Array.from({ length: BATCH_MESSAGES }, (_, index) => message(first + index).slice(0, 2))
    await kept(store, batch.flat())
  }
  const millis = performance.now() - start
  await store.close()
  return (HISTORY_MESSAGES / millis) * 1_000
}

const benchReads = async (file: string): Promise<readonly Row[]> => {
  const store = open(file)
  const last = await timed(200, (round) => store.lines({ conversation: conversationOf(round), limit: 50 }))
  const before = { time: FIRST_MILLIS + HISTORY_MESSAGES / 2, author: authorOf(0), seq: 0 }
  const older = await timed(200, (round) => store.lines({ conversation: conversationOf(round), before, limit: 50 }))
  const found: Row[] = []
  for (const [what, text, conversation] of SEARCHES) {
    const search = () => store.search({ text, limit: 50, ...(conversation !== undefined && { conversation }) })
    found.push(row(`store: search 1,000,000 for ${what}`, 'ms', await timed(30, search)))
  }
  const unread = await timed(50, (round) => store.unread(conversationOf(round), undefined, 1_000))
  const late = await timed(300, (round) => kept(store, message(HISTORY_MESSAGES + round)))
  await store.close()
  return [
    row('store: last 50 of a conversation', 'ms', last),
    row('store: 50 in the middle of a conversation', 'ms', older),
    ...found,
    row('store: unread of a conversation, up to 1,000', 'ms', unread),
    row('store: one message committed to 1,000,000', 'ms', late),
  ]
}

/** How much a process of its own grows, in MB, by opening the store, reading the last 50 and searching once. */
const memoryOf = (file: string): number => {
  const child = spawnSync(process.execPath, [import.meta.filename, file], { encoding: 'utf8' })
  if (child.status !== 0) throw new Bug(child.stderr)
  return Number(child.stdout)
}

const measureMemory = async (file: string): Promise<number> => {
  const before = process.memoryUsage().rss
  const store = open(file)
  await store.lines({ conversation: conversationOf(7), limit: 50 })
  await store.search({ text: wordOf(1), limit: 50 })
  const after = process.memoryUsage().rss
  await store.close()
  return (after - before) / 1e6
}

const open = (file: string): Store => {
  const opened = openSqliteStore({ file })
  if (!opened.ok) throw new Bug(`the store does not open: ${opened.refusal.kind}`)
  return opened.value
}

const kept = async (store: Store, changes: readonly Change[]): Promise<void> => {
  if (!(await store.commit(changes)).ok) throw new Bug('the store refuses')
}

const message = (number: number): readonly Change[] => {
  const conversation = conversationOf(number)
  const author = authorOf(number % 3)
  const id = hash(`event ${number}`)
  const seq = Math.floor(number / 600) + 1
  const text = textOf(number)
  const content = Buffer.from(text)
  const time = FIRST_MILLIS + number
  return [
    { put: 'event', event: { id, conversation, author, seq, bytes: noise(number, 420), content } },
    { put: 'line', line: { id, conversation, time, author, seq, counts: number % 3 !== 0, text, bytes: content } },
    { put: 'record', space: 'secret', key: `chain/${conversation}/${author}`, value: noise(number, 64) },
    { put: 'record', space: 'held', key: `${conversation}/${author}`, value: noise(number, 24) },
  ]
}

/** About 100 bytes: words that every tenth message has, rarer ones, and one that a thousand of a million have. */
const textOf = (number: number): string => {
  const words = Array.from({ length: 12 }, (_, index) => wordOf(((number + 1) * (index * 7 + 1)) % (10 * 3 ** index)))
  return `${words.join(' ')} ${rareWordOf(number % 1_000)}`
}

const wordOf = (index: number): string => (46_656 + ((index * 48_271) % 60_466_176)).toString(36)
const rareWordOf = (index: number): string => `rare${index}`

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const conversations = Array.from({ length: CONVERSATIONS }, (_, index) => hash(`conversation ${index}`))
const conversationOf = (number: number): string => conversations[number % CONVERSATIONS] ?? ''
const authors = [0, 1, 2].map((index) => hash(`author ${index}`))
const authorOf = (index: number): string => authors[index] ?? ''

const NOISE = randomBytes(1 << 16)
const noise = (number: number, bytes: number): Uint8Array => {
  const start = (number * 31) % (NOISE.length - bytes)
  return NOISE.subarray(start, start + bytes)
}

/** Milliseconds of each round; what is done after it is not measured. */
const timed = async <Answer>(
  rounds: number,
  run: (round: number) => Promise<Answer>,
  after?: (answer: Answer) => Promise<void>,
): Promise<number[]> => {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    const answer = await run(round)
    times.push(performance.now() - start)
    await after?.(answer)
  }
  return times
}

const SEARCHES: readonly (readonly [what: string, text: string, conversation?: string])[] = [
  ['a common word', wordOf(1)],
  ['a rare word', 'rare777'],
  ['a common and a rare word', `${wordOf(1)} rare777`],
  ['a beginning of one letter', 'r'],
  ['a beginning of five letters', 'rare7'],
  ['a common word in one conversation', wordOf(1), conversationOf(7)],
  ['a rare word in one conversation', 'rare777', conversationOf(177)],
  ['three words, no line', `${wordOf(1)} ${wordOf(2)} nowhere`],
]

if (import.meta.main) {
  const file = process.argv[2]
  if (file === undefined) console.table(await benchStore())
  else console.log(await measureMemory(file))
}

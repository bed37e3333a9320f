import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPeer } from '../src/cli/compose.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/port.ts'
import type { Calls } from '../src/view/calls.ts'
import type { Stored, CrowdReport, CrowdTask } from './crowd-peers.ts'
import { done } from './peers.ts'
import { row, type Row } from './row.ts'
import type { ServerReport } from './server-process.ts'

const MEMBERS = 50
/** Processes among which the members are spread: no more than there are cores on a small machine. */
const PROCESSES = 2
const WARM_UP_MESSAGES = 5
const MESSAGES = 15
const TEXT = 'x'.repeat(200)
/** Between two messages, so that each finds everybody at rest: a second after a message its keys are wiped from the disk. */
const REST_MILLIS = 3_000
const LOOK_MILLIS = 50
/** What one message takes on disk. */
const EVENT_BYTES = 600

const LAST_MILLIS_REACH = 250

/**
 * One message to a group of 50 others, each a whole peer with its own database and its own TCP links; they share two
 * processes, and the writer has one. Measured from the writer's call until the last of them reports the stored line.
 */
export const benchCrowd = async ({ members = MEMBERS, messages = MESSAGES } = {}): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-crowd-'))
  const children: ChildProcess[] = []
  const start = (file: string, ...args: readonly string[]): ChildProcess => {
    const child = fork(new URL(file, import.meta.url), args)
    children.push(child)
    return child
  }
  try {
    const raw = await commitEverywhere(join(folder, 'raw'), members, messages)
    const server = start('server-process.ts', join(folder, 'server'))
    const { port } = await new Promise<Extract<ServerReport, { kind: 'listening' }>>((resolve) =>
      server.once('message', (report) => resolve(report as Extract<ServerReport, { kind: 'listening' }>)),
    )
    const crowd = createCrowd(Array.from({ length: PROCESSES }, () => start('crowd-peers.ts')))
    const opened = await openPeer(
      { name: 'writer', folder: join(folder, 'writer') },
      { listen: { host: '127.0.0.1', port: 0 }, servers: [`127.0.0.1:${port}`], nearby: 'off' },
      console.error,
    )
    if (!opened.ok) throw new Error(`the writer does not open: ${opened.refusal.kind}`)
    const { calls, close } = opened.value
    await done(calls.rename({ name: 'Writer' }))
    await crowd.open({ folder, port, members })
    const conversation = await foundWith(calls, crowd)
    const times: Times[] = []
    for (let message = -WARM_UP_MESSAGES; message < messages; message++) {
      const time = await tellAll(calls, crowd, { conversation, text: `${message} ${TEXT}` })
      if (message >= 0) times.push(time)
      await sleep(REST_MILLIS)
    }
    await close()
    return [
      row(`raw SQLite: one write in each of ${members} databases, one after the other`, 'ms', raw),
      row(
        `a message to ${members} members' devices: stored by the first`,
        'ms',
        times.map(({ first }) => first),
      ),
      row(
        `a message to ${members} members' devices: stored by half of them`,
        'ms',
        times.map(({ half }) => half),
      ),
      row(
        `a message to ${members} members' devices (2 processes): stored by the last`,
        'ms',
        times.map(({ last }) => last),
        LAST_MILLIS_REACH,
      ),
    ]
  } finally {
    for (const child of children) {
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
    }
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The members, wherever they run. */
type Crowd = {
  readonly members: readonly string[]
  open(input: { readonly folder: string; readonly port: number; readonly members: number }): Promise<void>
  /** Resolves with when each of them had stored a line with this text, in the time of this process. */
  stored(text: string): Promise<readonly number[]>
  /** Makes them speak, so that everybody knows that they are in. */
  saySomething(conversation: string): Promise<void>
}

const createCrowd = (children: readonly ChildProcess[]): Crowd => {
  const members: string[] = []
  const waiting = new Map<string, (stored: Stored) => void>()
  let answered = (): void => {}
  for (const child of children) {
    child.on('exit', () => {
      throw new Error('a process of the benchmark ended')
    })
    child.on('message', (message) => {
      const report = message as CrowdReport
      if (report.kind === 'stored') return waiting.get(report.text)?.(report)
      if (report.kind === 'opened') members.push(...report.people)
      answered()
    })
  }
  const tell = async (tasks: readonly CrowdTask[]): Promise<void> => {
    let left = children.length
    const all = new Promise<void>((resolve) => (answered = () => (left -= 1) === 0 && resolve()))
    for (const [index, child] of children.entries()) child.send(tasks[index] as CrowdTask)
    await all
  }
  return {
    members,
    open: ({ folder, port, members: count }) =>
      tell(
        children.map((_, index) => {
          const peers = Math.floor((count + index) / children.length)
          return { do: 'open', folder: join(folder, `${index}`), port, peers }
        }),
      ),
    stored: (text) =>
      new Promise((resolve) => {
        const times: number[] = []
        waiting.set(text, () => {
          times.push(performance.now())
          if (times.length < members.length) return
          waiting.delete(text)
          resolve(times)
        })
      }),
    saySomething: (conversation) => tell(children.map(() => ({ do: 'say', conversation, text: 'I am in' }))),
  }
}

/** Makes everybody a contact, and a group of all of them. */
const foundWith = async (calls: Calls, crowd: Crowd): Promise<string> => {
  for (const person of crowd.members) {
    // The server tells of them one by one.
    while (!(await calls.open({ person })).ok) await sleep(LOOK_MILLIS)
    const { conversation } = await done(calls.open({ person }))
    await done(calls.say({ conversation, text: 'Hello' }))
  }
  const { conversation } = await done(calls.found({ title: 'A crowd', people: crowd.members }))
  await crowd.saySomething(conversation)
  return conversation
}

type Times = { readonly first: number; readonly half: number; readonly last: number }

const tellAll = async (
  calls: Calls,
  crowd: Crowd,
  { conversation, text }: { readonly conversation: string; readonly text: string },
): Promise<Times> => {
  const stored = crowd.stored(text)
  const began = performance.now()
  await done(calls.say({ conversation, text }))
  const times = (await stored).map((time) => time - began)
  return { first: times[0] ?? 0, half: times[Math.floor(times.length / 2)] ?? 0, last: times.at(-1) ?? 0 }
}

/** Milliseconds for one durable write in each of so many databases of one process. */
const commitEverywhere = async (folder: string, databases: number, runs: number): Promise<readonly number[]> => {
  const stores: Store[] = []
  for (let each = 0; each < databases; each++) {
    const opened = openSqliteStore({ file: join(folder, `${each}`, 'raw.db') })
    if (!opened.ok) throw new Error(`the store does not open: ${opened.refusal.kind}`)
    stores.push(opened.value)
  }
  const bytes = new Uint8Array(EVENT_BYTES)
  const millis: number[] = []
  for (let seq = 1; seq <= runs; seq++) {
    const began = performance.now()
    for (const store of stores)
      await store.commit([{ put: 'event', event: { id: hex(seq), conversation: hex(0), author: hex(1), seq, bytes } }])
    millis.push(performance.now() - began)
  }
  for (const store of stores) await store.close()
  return millis
}

const hex = (number: number): string => number.toString(16).padStart(64, '0')

if (import.meta.main) console.table(await benchCrowd())

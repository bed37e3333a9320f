import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Change } from '../src/store/port.ts'
import type { Update } from '../src/view/update.ts'
import { acquainted, done, meet, onStage, type BenchPeer, type Stage } from './peers.ts'
import { row, type Row } from './row.ts'

const RUNS = 3
const MESSAGES = 10_000
const MESSAGE_BYTES = 200
/** Calls that are made before the first of them is answered. */
const CALLS_AT_ONCE = 256
const PAGE_LINES = 500
const LOOK_MILLIS = 50
/** What one event of a message of that size takes on disk. */
const EVENT_BYTES = 600
/** Events in one transaction, where nothing but the disk is measured. */
const BATCH_EVENTS = 256

const MEMBER_SECONDS_REACH = 4
const MAILBOX_SECONDS_REACH = 5

/**
 * A member of a group comes back after 10,000 messages of another: that one is there, or it is gone and has left them on
 * the server. Two real processes, each with its own database, and a real server. Measured from the start of the program.
 */
export const benchAway = async ({ messages = MESSAGES, runs = RUNS } = {}): Promise<readonly Row[]> =>
  onStage(async (stage) => {
    const met = await acquainted(stage)
    let { ann, bob } = met
    const conversation = await groupOf(ann, bob)
    const raw: number[] = []
    const linked: Return[] = []
    const sealing: number[] = []
    const read: Return[] = []
    for (let run = 0; run < runs; run++) {
      raw.push(await appendAll(messages))
      await bob.stop()
      // Without a server of hers she leaves nothing on it, and is found where she was.
      await done(ann.calls.useServers({ addresses: [''] }))
      const first = await sayAll(ann, { conversation, messages, about: `linked ${run}` })
      const together = await comeBack(stage, { conversation, messages, ...first })
      linked.push(together)
      bob = together.bob

      await bob.stop()
      await done(ann.calls.useServers({ addresses: [stage.server] }))
      const second = await sayAll(ann, { conversation, messages, about: `sealed ${run}` })
      const began = performance.now()
      await ann.until((update) => isSealed(update, conversation, second.seq))
      sealing.push((performance.now() - began) / 1_000)
      await ann.stop()
      const alone = await comeBack(stage, { conversation, messages, ...second })
      read.push(alone)
      bob = alone.bob
      ann = await stage.peer('Ann')
      await meet(ann, 'Bob', true)
    }
    await Promise.all([ann.stop(), bob.stop()])
    const count = messages.toLocaleString('en')
    const all = (each: readonly Return[]) => each.map(({ seconds }) => seconds)
    const work = (each: readonly Return[]) => each.map(({ worked }) => worked)
    const ready = [...linked, ...read].map(({ ready: seconds }) => seconds)
    return [
      row(`raw SQLite: write ${count} events, ${BATCH_EVENTS} at a time`, 's', raw),
      row('start of a program until it answers', 's', ready),
      row(`start of a program until it has ${count} messages, from one member`, 's', all(linked), MEMBER_SECONDS_REACH),
      row('the same: its main thread at work', 's', work(linked)),
      row(`all of ${count} messages kept until they lie on the server`, 's', sealing),
      row(`start of a program until it has ${count} messages, from the mailbox`, 's', all(read), MAILBOX_SECONDS_REACH),
      row('the same: its main thread at work', 's', work(read)),
    ]
  })

/** A group of both, in which each has heard from the other. */
const groupOf = async (ann: BenchPeer, bob: BenchPeer): Promise<string> => {
  const person = await meet(ann, 'Bob', true)
  const { conversation } = await done(ann.calls.found({ title: 'A group', people: [person] }))
  while (!(await bob.calls.say({ conversation, text: 'I am in' })).ok) await sleep(LOOK_MILLIS)
  await ann.until((update) => (group(update, conversation)?.last?.text === 'I am in' ? true : undefined))
  return conversation
}

const group = (update: Update, conversation: string) => {
  const views =
    update.kind === 'snapshot' ? update.conversations : update.kind === 'conversation' ? [update.conversation] : []
  const view = views.find(({ id }) => id === conversation)
  return view?.kind === 'group' ? view : undefined
}

const isSealed = (update: Update, conversation: string, seq: number): true | undefined =>
  group(update, conversation)?.progress.some(({ sealed }) => sealed >= seq) || undefined

type Flood = { readonly conversation: string; readonly messages: number; readonly about: string }

/** Says so much, and gives the text and the sequence of the last. */
const sayAll = async (
  { calls }: BenchPeer,
  { conversation, messages, about }: Flood,
): Promise<{ readonly last: string; readonly seq: number }> => {
  let called = 0
  const call = async (): Promise<void> => {
    while (called < messages - 1) {
      const text = `${about} ${called++} `.padEnd(MESSAGE_BYTES, 'some words ').trimEnd().padEnd(MESSAGE_BYTES, '.')
      await done(calls.say({ conversation, text }))
    }
  }
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, call))
  const last = `The last one ${about}`
  const { order } = await done(calls.say({ conversation, text: last }))
  return { last, seq: order.seq }
}

type Return = { readonly bob: BenchPeer; readonly ready: number; readonly seconds: number; readonly worked: number }

/** Starts the other's program, and waits until its history shows all that was said; in seconds since the start. */
const comeBack = async (
  stage: Stage,
  { conversation, messages, last }: { readonly conversation: string; readonly messages: number; readonly last: string },
): Promise<Return> => {
  const start = performance.now()
  const bob = await stage.peer('Bob')
  const ready = (performance.now() - start) / 1_000
  await bob.until((update) => (group(update, conversation)?.last?.text === last ? true : undefined))
  const shown = await countBack(bob, conversation, messages)
  const seconds = (performance.now() - start) / 1_000
  if (shown !== messages) throw new Error(`${shown} messages are shown`)
  return { bob, ready, seconds, worked: processorSeconds(bob) }
}

/** How long a process's main thread has been on a processor so far, whatever else ran; not a number but on Linux. */
const processorSeconds = ({ pid }: BenchPeer): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9
  } catch {
    return Number.NaN
  }
}

/** How many of the newest lines are messages, page by page as a window asks for them. */
const countBack = async ({ calls }: BenchPeer, conversation: string, most: number): Promise<number> => {
  let messages = 0
  let before: { readonly time: number; readonly author: string; readonly seq: number } | undefined
  while (messages < most) {
    const limit = Math.min(PAGE_LINES, most - messages)
    const { lines } = await done(calls.history({ conversation, ...(before && { before }), limit }))
    if (lines.length === 0 || lines.some(({ kind }) => kind !== 'message')) return messages
    messages += lines.length
    before = lines[0]?.order
  }
  return messages
}

/** Seconds for writing so many events and nothing else, as durably as a peer does. */
const appendAll = async (events: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-away-'))
  const opened = openSqliteStore({ file: join(folder, 'raw.db') })
  if (!opened.ok) throw new Error(`the store does not open: ${opened.refusal.kind}`)
  const conversation = hex(0)
  const bytes = new Uint8Array(EVENT_BYTES)
  const began = performance.now()
  for (let first = 1; first <= events; first += BATCH_EVENTS) {
    const changes: Change[] = []
    for (let seq = first; seq < Math.min(events + 1, first + BATCH_EVENTS); seq++)
      changes.push({ put: 'event', event: { id: hex(seq), conversation, author: hex(1), seq, bytes } })
    const kept = await opened.value.commit(changes)
    if (!kept.ok) throw new Error('the store refuses')
  }
  const seconds = (performance.now() - began) / 1_000
  await opened.value.close()
  rmSync(folder, { recursive: true, force: true })
  return seconds
}

const hex = (number: number): string => number.toString(16).padStart(64, '0')

if (import.meta.main) console.table(await benchAway())

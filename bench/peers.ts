import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRunning } from '../src/cli/running.ts'
import type { RunningPeer } from '../src/cli/command.ts'
import type { Result } from '../src/core/bytes/result.ts'
import type { Update } from '../src/view/update.ts'

/** A real peer in a process of its own, spoken to through its door. */
export type BenchPeer = RunningPeer & {
  readonly name: string
  /** The folder of its profile, which holds its database. */
  readonly folder: string
  /**
   * Calls the listener with every update, the first snapshot included. Resolves once that has come, with how to stop:
   * what happens before may be in the snapshot and in no update.
   */
  watch(listener: (update: Update) => void): Promise<() => void>
  /** Resolves with the first update that `found` makes something of. */
  until<Value>(found: (update: Update) => Value | undefined): Promise<Value>
  stop(): Promise<void>
}

/** Processes and folders that end with the benchmark. */
export type Stage = {
  readonly folder: string
  /** The server on which peers find each other, as text. */
  readonly server: string
  /** Starts the peer of a profile; a new one is given its name, and is not announced on any network card. */
  peer(name: string): Promise<BenchPeer>
  /** Starts a process of the `kith` command. */
  start(...line: readonly string[]): ChildProcess
}

const LOOK_MILLIS = 2
const KITH = join(import.meta.dirname, '..', 'bin', 'kith.js')

/** Runs with a server on which peers find each other; everything is stopped and deleted at the end. */
export const onStage = async <Value>(act: (stage: Stage) => Promise<Value>): Promise<Value> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const children = new Set<ChildProcess>()
  const start = (...line: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [...profiling(line[0] ?? ''), KITH, ...line], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Everything is prepared: whoever runs the benchmark did that.
      env: { ...process.env, KITH_LAUNCHED: '1' },
    })
    children.add(child)
    child.on('exit', () => children.delete(child))
    return child
  }
  try {
    const server = start('server', '--port', '0', '--data', join(folder, 'server'))
    const port = await portOf(server)
    const peer: Stage['peer'] = (name) => startPeer({ folder: join(folder, name), name, port, start })
    return await act({ folder, server: `127.0.0.1:${port}`, start, peer })
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** With `KITH_BENCH_PROFILES=FOLDER`, peers write what took their time into that folder. */
const profiling = (command: string): readonly string[] => {
  const folder = process.env['KITH_BENCH_PROFILES']
  return folder === undefined || command !== 'start' ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]
}

const portOf = (server: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let printed = ''
    server.stdout?.on('data', (text: Buffer) => {
      printed += text.toString()
      const port = /TCP port (\d+)/.exec(printed)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    server.on('exit', () => reject(new Error(`the server ended: ${printed}`)))
  })

const startPeer = async (input: {
  readonly folder: string
  readonly name: string
  readonly port: number
  readonly start: Stage['start']
}): Promise<BenchPeer> => {
  const { name, port } = input
  const folder = join(input.folder, 'profiles', 'default')
  const network = ['--server', `127.0.0.1:${port}`, '--listen', '127.0.0.1:0']
  const child = input.start('start', '--data', input.folder, '--no-open', ...network)
  child.stdout?.resume()
  const running = await runningIn(folder, child)
  const peer = withWatching(running, { name, folder, child })
  const { me } = await peer.calls.status()
  if (me === undefined) {
    // Before it has a name: with one it would be announced on the machine's networks at once.
    await done(peer.calls.configure({ seenNearby: false }))
    await done(peer.calls.rename({ name }))
  }
  return peer
}

const runningIn = async (folder: string, child: ChildProcess): Promise<RunningPeer> => {
  while (child.exitCode === null) {
    const running = await findRunning({ name: 'bench', folder })
    // A door file may be that of the process before this one.
    if (running !== undefined && running.pid === child.pid) return running
    running?.disconnect()
    await sleep(LOOK_MILLIS)
  }
  throw new Error(`a peer ended with ${child.exitCode}`)
}

const withWatching = (
  running: RunningPeer,
  { name, folder, child }: { readonly name: string; readonly folder: string; readonly child: ChildProcess },
): BenchPeer => {
  const watch: BenchPeer['watch'] = async (listener) => {
    const stopping = new AbortController()
    const begun = Promise.withResolvers<void>()
    const read = async (): Promise<void> => {
      for await (const update of running.calls.updates(stopping.signal)) {
        listener(update)
        begun.resolve()
      }
    }
    void read()
    await begun.promise
    return () => stopping.abort()
  }
  return {
    ...running,
    name,
    folder,
    watch,
    until: async <Value>(found: (update: Update) => Value | undefined) => {
      const sought = Promise.withResolvers<Value>()
      const stop = await watch((update) => {
        const value = found(update)
        if (value !== undefined) sought.resolve(value)
      })
      const value = await sought.promise
      stop()
      return value
    },
    stop: async () => {
      running.disconnect()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The person of this name, once they are known and `ready` holds for them. */
export const meet = (peer: BenchPeer, name: string, linked = false): Promise<string> =>
  peer.until((update) => {
    const people = update.kind === 'snapshot' ? update.people : update.kind === 'person' ? [update.person] : []
    return people.find((each) => each.name === name && (!linked || each.presence.at === 'here'))?.id
  })

export type Talk = { readonly ann: BenchPeer; readonly bob: BenchPeer; readonly conversation: string }

/** Two people who have accepted each other and are linked. */
export const acquainted = async (stage: Stage): Promise<Talk> => {
  const [ann, bob] = await Promise.all([stage.peer('Ann'), stage.peer('Bob')])
  const { conversation } = await done(ann.calls.open({ person: await meet(ann, 'Bob') }))
  await done(ann.calls.say({ conversation, text: 'Hello' }))
  await bob.until((update) => requestIn(update, conversation))
  await done(bob.calls.say({ conversation, text: 'Hello, Ann' }))
  await meet(ann, 'Bob', true)
  return { ann, bob, conversation }
}

const requestIn = (update: Update, conversation: string): true | undefined => {
  const views =
    update.kind === 'snapshot' ? update.conversations : update.kind === 'conversation' ? [update.conversation] : []
  return views.some(({ id, last }) => id === conversation && last !== undefined) || undefined
}

/** What a call answered; a refusal ends the benchmark. */
export const done = async <Value>(answer: Promise<Result<Value, { readonly kind: string }>>): Promise<Value> => {
  const result = await answer
  if (!result.ok) throw new Error(`a call was refused: ${JSON.stringify(result.refusal)}`)
  return result.value
}

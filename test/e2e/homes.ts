import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RunningPeer } from '../../src/cli/command.ts'
import { findRunning } from '../../src/cli/running.ts'
import type { Calls } from '../../src/view/calls.ts'

const KITH = join(import.meta.dirname, '..', '..', 'bin', 'kith.js')
/** The tests were started by what prepares a checkout; preparing again would build under the feet of others. */
const ENVIRONMENT = { ...process.env, KITH_LAUNCHED: '1', NODE_OPTIONS: '--disable-warning=ExperimentalWarning' }

export type Server = { readonly port: number; kill(): Promise<void> }

/** A server in a process of its own, as `kith server` starts it; on a free port unless one is named. */
export const startServer = async (folder: string, port = 0): Promise<Server> => {
  const child = run('server', '--port', String(port), '--data', join(folder, 'server'))
  const listening = await printed(child, /TCP port (\d+)/)
  return { port: Number(listening), kill: () => end(child, 'SIGKILL') }
}

/** Somebody's Kith: a process of its own, started as a user starts it, that looks at no real network. */
export type Home = {
  readonly profile: string
  readonly folder: string
  readonly calls: Calls
  /** The address that it printed, with a code that is good once. */
  readonly windowUrl: string
  /** Starts the profile a second time, which prints another address and ends. */
  startAgain(): Promise<string>
  /** Ends the process as Ctrl+C does. */
  stop(): Promise<void>
  /** Ends it at once, whatever it is doing. */
  kill(): Promise<void>
}

export type HomeOptions = {
  /** The folder for all data. */
  readonly folder: string
  readonly profile: string
  /** Answers the naming step; absent: the window asks. */
  readonly name?: string
  /** The server's port; absent: no server. */
  readonly port?: number
}

export const startHome = async ({ folder, profile, name, port }: HomeOptions): Promise<Home> => {
  const own = ['--data', folder, '--profile', profile, '--no-open']
  const network = [
    '--nearby',
    'off',
    '--listen',
    '127.0.0.1:0',
    '--server',
    port === undefined ? 'none' : `127.0.0.1:${port}`,
  ]
  const child = run(...own, ...network, ...(name === undefined ? [] : ['--name', name]))
  const windowUrl = await printed(child, /open within a minute: (\S+)/)
  const peer = await running(join(folder, 'profiles', profile))
  const leave = (signal: 'SIGTERM' | 'SIGKILL') => async (): Promise<void> => {
    peer.disconnect()
    await end(child, signal)
  }
  return {
    profile,
    folder: join(folder, 'profiles', profile),
    calls: peer.calls,
    windowUrl,
    startAgain: () => printed(run(...own), /Open this within a minute: (\S+)/),
    stop: leave('SIGTERM'),
    kill: leave('SIGKILL'),
  }
}

const running = async (folder: string): Promise<RunningPeer> => {
  const found = await findRunning({ name: 'any', folder })
  if (found === undefined) throw new Error('a Kith printed its address, but nobody is there')
  return found
}

const children = new Set<ChildProcess>()

/** Ends every process that was started here. */
export const endAll = async (): Promise<void> => {
  await Promise.all([...children].map((child) => end(child, 'SIGKILL')))
}

const run = (...line: readonly string[]): ChildProcess => {
  const child = spawn(process.execPath, [KITH, ...line], { stdio: ['ignore', 'pipe', 'inherit'], env: ENVIRONMENT })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

const end = async (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** What the pattern's group matches in the output, as soon as it is there. */
const printed = (child: ChildProcess, pattern: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    const { stdout } = child
    if (stdout === null) return reject(new Error('a process without an output'))
    const said: string[] = []
    createInterface({ input: stdout })
      .on('line', (line) => {
        said.push(line)
        const found = pattern.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
      .on('close', () => reject(new Error(`it ended without ${pattern.source}: ${said.join('\n')}`)))
  })

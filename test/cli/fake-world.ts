import { accept, refuse, type Result } from '../../src/core/bytes/result.ts'
import type {
  OpenDoor,
  OpenProfile,
  OpenServer,
  OwnPeer,
  PeerRefusal,
  RunningPeer,
  ServerOptions,
  World,
} from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import type { Exit } from '../../src/cli/exit.ts'
import { runLine } from '../../src/cli/run-line.ts'
import type { Calls } from '../../src/view/calls.ts'
import { fakeCalls } from '../api/fake-calls.ts'

export const NOW = Date.UTC(2026, 10, 22, 12)

/** A machine on which nothing is real: time stands still but for waits, which pass at once when `passing`, and `looking`. */
export type Machine = {
  readonly world: World
  readonly printed: string[]
  readonly noted: string[]
  /** What was opened and closed, in order. */
  readonly events: string[]
  /** Ctrl+C. */
  end(): void
  /** Resolves once something was printed that holds this text. */
  prints(text: string): Promise<void>
}

export const machineWith = (
  input: {
    readonly calls?: Calls
    /** The profile's peer runs in another process already. */
    readonly running?: boolean
    readonly opening?: () => Result<null, PeerRefusal>
    readonly window?: string | undefined
    readonly door?: World['openDoor']
    readonly server?: World['openServer']
    readonly typed?: string
    /** The answers to what is asked unseen, or the lines of a descriptor. */
    readonly secrets?: string[]
    /** The names of the profiles that are there; any that is asked for without it. */
    readonly profiles?: readonly string[]
    readonly profile?: () => Result<OpenProfile, PeerRefusal>
    readonly screen?: boolean
    /** How wide the terminal is; no terminal without it. */
    readonly columns?: number
    /** Whether what is waited for with a limit in time is late at once. */
    readonly passing?: boolean
    /** How long it takes to see that no peer runs. */
    readonly looking?: number
  } = {},
): Machine => {
  const printed: string[] = []
  const noted: string[] = []
  const events: string[] = []
  const watchers = new Set<() => void>()
  const ending = new AbortController()
  let time = NOW
  const calls = input.calls ?? fakeCalls()
  const windowPort = { last: 0, keep: async () => undefined }
  const own: OwnPeer = { calls, windowPort, close: async () => void events.push('peer closed') }
  const running: RunningPeer = {
    calls,
    pid: 4711,
    windowUrl: async () => ('window' in input ? input.window : 'http://127.0.0.1:1/#code=f00'),
    disconnect: () => void events.push('disconnected'),
  }
  const door: OpenDoor = {
    url: 'http://127.0.0.1:1',
    windowUrl: () => 'http://127.0.0.1:1/#code=ba5',
    close: async () => void events.push('door closed'),
  }
  const server: OpenServer = {
    port: 12_345,
    stun: { tcp: [12_345, 12_346], udp: [12_345] },
    stunRefused: [{ transport: 'udp', port: 12_346, because: { kind: 'port-in-use', port: 12_346 } }],
    close: async () => void events.push('server closed'),
  }

  const world: World = {
    version: '0.1.0',
    terminal: {
      print: (text) => {
        printed.push(text)
        for (const watcher of watchers) watcher()
      },
      note: (text) => void noted.push(text),
      columns: input.columns,
      input: async (bytesMax) => {
        const typed = input.typed ?? ''
        return Buffer.byteLength(typed) > bytesMax ? refuse({ kind: 'too-large' }) : accept(typed)
      },
      secret: async (question) => {
        events.push(`asked "${question}"`)
        return input.secrets?.shift()
      },
      line: (descriptor) => {
        events.push(`line of ${descriptor}`)
        return input.secrets?.shift()
      },
      onEnter: () => undefined,
    },
    now: () => time,
    ending: ending.signal,
    wait: (millis, signal) => {
      if (input.passing !== true) return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      time += millis
      return new Promise((resolve) => setImmediate(resolve))
    },
    findRunning: async () => {
      time += input.looking ?? 0
      return input.running === true ? running : undefined
    },
    missingProfile: async ({ name }) =>
      input.profiles === undefined || input.profiles.includes(name)
        ? undefined
        : { kind: 'profile-missing', profile: name, others: input.profiles },
    openProfile: async ({ name }) => {
      events.push(`profile ${name} opened`)
      return input.profile?.() ?? refuse({ kind: 'folder-failed', folder: '/f', detail: 'there is none' })
    },
    openPeer: async ({ name }, options) => {
      events.push(`peer of ${name} opened ${JSON.stringify(options)}`)
      const opening = input.opening?.() ?? accept(null)
      return opening.ok ? accept(own) : opening
    },
    openDoor:
      input.door ??
      (async (_, __, port) => {
        events.push(`door opened at ${port ?? 'the last'}`)
        return accept(door)
      }),
    openServer:
      input.server ??
      (async (options: ServerOptions) => {
        events.push(`server opened ${JSON.stringify({ ...options, folder: undefined })}`)
        return accept(server)
      }),
    openBrowser: async (url) => {
      if (input.screen === true) events.push(`browser at ${url}`)
      return input.screen === true
    },
  }
  return {
    world,
    printed,
    noted,
    events,
    end: () => ending.abort(),
    prints: async (text) => {
      while (!printed.some((each) => each.includes(text))) await new Promise<void>((resolve) => watchers.add(resolve))
    },
  }
}

/** Runs a command line, given as one text with single spaces, on a machine. */
export const kith = (line: string, machine: Machine): Promise<Exit> =>
  runLine(line === '' ? [] : line.split(' '), COMMANDS, () => machine.world, machine.world.terminal)

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const KITH = fileURLToPath(new URL('../../bin/kith.js', import.meta.url))

/** A machine's folder and the programs that were started there. Afterwards nothing of both is left. */
export type Stage = {
  /** A folder of the test's own. */
  readonly folder: string
  /** Where profiles and the server's key are kept. */
  readonly data: string
  /** Starts a program; it is ended with the test. */
  spawn(line: readonly string[], input?: Spawning): Program
  /** Starts `kith` with these words. */
  start(words: readonly string[], input?: Spawning): Program
  /** Has this done once all programs have ended, before the folder goes. */
  afterwards(undo: () => void): void
  /** Runs `kith` to its end. */
  kith(words: readonly string[], input?: Spawning): Promise<Ran>
}

export type Spawning = {
  /** What runs the program: `ip netns exec NAME`, for one. */
  readonly through?: readonly string[]
  /** Options of Node for a `kith`. */
  readonly node?: readonly string[]
  readonly stdin?: string
}

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

export type Program = {
  readonly pid: number
  /** All it has printed so far. */
  out(): string
  err(): string
  /** Resolves once it has printed this; rejects when it ends without. */
  prints(pattern: RegExp): Promise<RegExpExecArray>
  /** Calls `heard` whenever it has printed more. */
  onPrint(heard: () => void): void
  write(text: string): void
  readonly ended: Promise<number | null>
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export const createStage = async (context: Pick<TestContext, 'after' | 'diagnostic'>): Promise<Stage> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-scenario-'))
  const undoing: (() => void)[] = []
  const programs: { readonly name: string; readonly program: Program }[] = []

  let over = false
  const start: Stage['spawn'] = (line, input = {}) => {
    if (over) throw new Error('nothing is started after the end')
    const words = [...(input.through ?? []), ...line]
    const program = run(words, input)
    programs.push({ name: words.slice(-6).join(' '), program })
    return program
  }
  const kith = (words: readonly string[], input?: Spawning): Program =>
    start([process.execPath, ...(input?.node ?? []), KITH, ...words], input)

  context.after(async () => {
    over = true
    await Promise.all(programs.map(({ program }) => program.end('SIGKILL')))
    // Node has it, and its types do not yet.
    if ((context as { readonly passed?: boolean }).passed !== true)
      for (const { name, program } of programs) context.diagnostic(`${name}:\n${program.out()}${program.err()}`)
    for (const undo of undoing) undo()
    await rm(folder, { recursive: true, force: true })
  })

  return {
    folder,
    data: join(folder, 'data'),
    spawn: start,
    start: kith,
    afterwards: (undo) => void undoing.push(undo),
    kith: async (words, input) => {
      const program = kith(words, input)
      const code = await program.ended
      return { code, out: program.out(), err: program.err() }
    },
  }
}

const run = (words: readonly string[], { stdin }: Spawning): Program => {
  const [program = '', ...line] = words
  const child = spawn(program, line, {
    stdio: ['pipe', 'pipe', 'pipe'],
    // The tests prepared everything already, and a program started twenty times should not look each time.
    env: { ...process.env, KITH_LAUNCHED: '1', DISPLAY: '', WAYLAND_DISPLAY: '' },
  })
  const text = { out: '', err: '' }
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const each of waiting) each()
  }
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'err'],
  ] as const)
    stream.setEncoding('utf8').on('data', (part: string) => {
      text[name] += part
      wake()
    })
  let over = false
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      text.err += error.message
    })
    child.on('close', (code) => {
      over = true
      resolve(code)
      wake()
    })
  })
  // A program that does not read its input, or is gone, is no failure of the test.
  child.stdin.on('error', () => {})
  if (stdin !== undefined) child.stdin.end(stdin)

  return {
    pid: child.pid ?? 0,
    out: () => text.out,
    err: () => text.err,
    onPrint: (heard) => {
      waiting.add(heard)
      heard()
    },
    write: (more) => void child.stdin.write(more),
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(text.out)
          if (!found && !over) return
          waiting.delete(look)
          if (found) resolve(found)
          else reject(new Error(`ended without ${pattern}:\n${text.out}${text.err}`))
        }
        waiting.add(look)
        look()
      }),
    ended,
    end: (signal) => {
      if (!over) child.kill(signal)
      return ended
    },
  }
}

/** A server of this stage, as `kith server` runs it. */
export type Server = {
  readonly program: Program
  readonly port: number
  /** `HOST:PORT`, for `--server`. */
  readonly address: string
  /** One of its own counters. Asked from this process: only for servers on this network. */
  counter(name: string): Promise<number>
}

export const startServer = async (stage: Stage, words: readonly string[] = []): Promise<Server> => {
  const line = words.includes('--port') ? words : ['--port', '0', ...words]
  const program = stage.start(['server', '--metrics', '0', '--data', stage.data, ...line])
  const [, port] = await program.prints(/TCP port (\d+)\./)
  const [, metrics] = await program.prints(/Metrics {2}(http:\S+)/)
  return {
    program,
    port: Number(port),
    address: `127.0.0.1:${port}`,
    counter: async (name) => {
      const text = await (await fetch(metrics ?? '')).text()
      const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
      assert(value !== undefined, `there is no counter ${name}`)
      return Number(value)
    },
  }
}

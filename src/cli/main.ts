import { setTimeout as wait } from 'node:timers/promises'
import { isatty } from 'node:tty'

import { openBrowser } from './browser.ts'
import { isDamage } from '../store/damage.ts'
import type { World } from './command.ts'
import { COMMANDS } from './commands.ts'
import { EXIT, type Exit } from './exit.ts'
import { processTerminal } from './terminal.ts'
import { missingProfile } from './profile.ts'
import { findRunning } from './running.ts'
import { runLine } from './run-line.ts'
import { version } from './version.ts'
import { commandWords } from './words.ts'

/** How long everything may take to close once somebody wants it to end; then the process ends as it is. */
export const CLOSE_MILLIS_MAX = 5_000

/**
 * The `kith` command: runs a command line (without the program's own name) on this machine and gives the exit code,
 * which is also set on the process. Never rejects: a mistake of our own is told on standard error and ends with 1.
 */
export const main = async (line: readonly string[]): Promise<number> => {
  const ending = listenForEnd()
  process.stdout.on('error', endWithOutput)
  process.stderr.on('error', () => undefined)
  const code = await runLine(line, COMMANDS, () => realWorld(ending)).catch(report)
  process.exitCode = code
  // All is closed by now. Should something keep the process alive all the same, it is not waited for.
  setTimeout(() => process.exit(code), CLOSE_MILLIS_MAX).unref()
  return code
}

const hasTerminal = (): boolean => [0, 1, 2].some((descriptor) => isatty(descriptor))

/** Nothing that a command prints may be missing behind an exit code of 0. */
const endWithOutput = (error: NodeJS.ErrnoException): void => {
  // Whoever read our output is gone (as `head` is, once it has its lines): there is nobody left to work for.
  if (error.code === 'EPIPE') process.exit(EXIT.done)
  processTerminal.note(
    `kith: The output cannot be written (${error.message}), so not all of it is there. Whatever was said or changed before stays.`,
  )
  process.exit(EXIT.failed)
}

const realWorld = (ending: AbortSignal): World => ({
  version: version(),
  terminal: processTerminal,
  now: () => Date.now(),
  ending,
  wait: (millis, signal) => wait(millis, undefined, { signal }).catch(() => undefined),
  findRunning,
  missingProfile,
  // Loaded only when something is opened: a command that asks a running peer needs neither network nor database.
  openProfile: async (profile) => (await import('./compose-profile.ts')).openProfile(profile),
  openPeer: async (profile, options) => (await import('./compose.ts')).openPeer(profile, options, report),
  openDoor: async (profile, peer, port) =>
    (await import('./compose.ts')).openDoorOf(profile, peer, { port, tell: report }),
  openServer: async (options) => (await import('./compose-server.ts')).openServer(options),
  openBrowser,
})

/** Aborts at the first signal to end. The second one, or taking too long to close, ends the process at once. */
const listenForEnd = (): AbortSignal => {
  const ending = new AbortController()
  const end = (): void => {
    if (ending.signal.aborted) process.exit(EXIT.interrupted)
    ending.abort()
    setTimeout(() => process.exit(EXIT.interrupted), CLOSE_MILLIS_MAX).unref()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  // It says that the terminal is gone. Without one (`nohup`, a service) it is not for us, and Node does not tell whether
  // whoever started this process had it ignored.
  process.on('SIGHUP', () => {
    if (hasTerminal()) end()
  })
  return ending.signal
}

/**
 * Damage to what is on disk, or a broken invariant of our own. What the second says may be copied into a report: kinds and
 * places, no keys and no texts.
 */
const report = (error: unknown): Exit => {
  if (isDamage(error)) {
    processTerminal.note(`kith: ${commandWords({ kind: 'database-damaged', detail: error.message })}`)
    return EXIT.failed
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error)
  processTerminal.note(`kith: this is a mistake in Kith itself:\n${told}`)
  return EXIT.failed
}

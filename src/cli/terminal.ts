import { fstatSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { InputRefusal, Terminal } from './command.ts'
import { EMPTY_LINE, withKeys } from './secret-line.ts'

/** More than any passphrase takes. */
const LINE_BYTES_MAX = 16_384
const NEW_LINE = 10
/** Longer than a signal of this process takes to come to itself. */
const SIGNAL_MILLIS = 1_000

/** The terminal, pipe or file that this process was started with. */
export const processTerminal: Terminal = {
  print: (text) => {
    process.stdout.write(`${text}\n`)
  },
  note: (text) => {
    process.stderr.write(`${text}\n`)
  },
  get columns() {
    return process.stderr.isTTY ? process.stderr.columns : undefined
  },
  input: async (bytesMax, signal) => {
    // Node shows a folder as a file without anything in it.
    if (isFolder(STANDARD_INPUT)) return refuse({ kind: 'input-failed', detail: 'it is a folder' })
    const parts: Buffer[] = []
    let size = 0
    const { stdin } = process
    // Its end is the end of the input: a stream that is merely left would be waited for.
    const stop = (): void => void stdin.push(null)
    signal.addEventListener('abort', stop, { once: true })
    try {
      for await (const part of stdin as AsyncIterable<Buffer>) {
        size += part.length
        if (size > bytesMax) return refuse({ kind: 'too-large' })
        parts.push(part)
      }
    } catch (error) {
      return refuse({ kind: 'input-failed', detail: error instanceof Error ? error.message : String(error) })
    } finally {
      signal.removeEventListener('abort', stop)
    }
    return textIn(Buffer.concat(parts))
  },
  secret: (question) =>
    new Promise((resolve) => {
      const { stdin, stderr } = process
      if (!stdin.isTTY) return resolve(undefined)
      const decoder = new StringDecoder()
      let line = EMPTY_LINE
      const take = (bytes: Buffer): void => {
        line = withKeys(line, decoder.write(bytes))
        if (line.at === 'typing') return
        stdin.off('data', take)
        stdin.setRawMode(false)
        stdin.pause()
        stderr.write('\n')
        if (line.at === 'entered') return resolve(line.text)
        // In raw mode nobody else makes a signal of it. Whoever asked is told once everybody else knows.
        // Waiting for a signal keeps no process alive.
        const alive = setInterval(() => undefined, SIGNAL_MILLIS)
        process.once('SIGINT', () => {
          clearInterval(alive)
          resolve(undefined)
        })
        process.kill(process.pid, 'SIGINT')
      }
      // First, so that not even what is typed ahead is shown.
      stdin.setRawMode(true)
      stderr.write(question)
      stdin.on('data', take)
      // One that was paused before stays so otherwise, and nothing would keep the process alive.
      stdin.resume()
    }),
  line: (descriptor) => {
    const bytes: number[] = []
    const next = Buffer.alloc(1)
    try {
      // One by one: what follows the line is somebody else's.
      while (bytes.length < LINE_BYTES_MAX && readSync(descriptor, next) === 1) {
        if (next[0] === NEW_LINE) return lineOf(bytes)
        bytes.push(next[0] ?? 0)
      }
    } catch {
      // No such descriptor, or one that cannot be read.
      return undefined
    }
    return bytes.length === 0 ? undefined : lineOf(bytes)
  },
  onEnter: (pressed) => {
    if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined
    process.stdin.on('data', pressed)
    process.stdin.resume()
    return () => {
      process.stdin.off('data', pressed)
      // A terminal that is still read keeps the process alive.
      process.stdin.pause()
    }
  },
}

const STANDARD_INPUT = 0

const isFolder = (descriptor: number): boolean => {
  try {
    return fstatSync(descriptor).isDirectory()
  } catch {
    return false
  }
}

/** A text of UTF-8, without the mark that some editors put before it. Nothing is replaced by what was not written. */
const textIn = (bytes: Buffer): Result<string, InputRefusal> => {
  if (bytes.includes(0)) return refuse({ kind: 'not-text' })
  try {
    return accept(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return refuse({ kind: 'not-text' })
  }
}

/** Files that were written on Windows end their lines with two characters. */
const lineOf = (bytes: readonly number[]): string => Buffer.from(bytes).toString().replace(/\r$/, '')

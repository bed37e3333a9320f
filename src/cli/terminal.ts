import { accept, refuse } from '../core/bytes/result.ts'
import type { Terminal } from './command.ts'

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
  input: async (bytesMax) => {
    const parts: Buffer[] = []
    let size = 0
    for await (const part of process.stdin as AsyncIterable<Buffer>) {
      size += part.length
      if (size > bytesMax) return refuse({ kind: 'too-large' })
      parts.push(part)
    }
    return accept(Buffer.concat(parts).toString())
  },
  onEnter: (pressed) => {
    if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined
    process.stdin.on('data', pressed)
    return () => {
      process.stdin.off('data', pressed)
      // A terminal that is still read keeps the process alive.
      process.stdin.pause()
    }
  },
}

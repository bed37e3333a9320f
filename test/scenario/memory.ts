import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Program } from './stage.ts'

/** Options of Node with which a program answers `keptBytes`. */
export const PROBED = ['--expose-gc', '--import', fileURLToPath(new URL('probe.ts', import.meta.url))]

/**
 * What a program started with `PROBED` keeps in memory, `time` counting from 1: what nobody needs any more is thrown away
 * first. What the system has given to the process says little: it grows by tens of megabytes with what passes through.
 */
export const keptBytes = async (program: Program, time: number): Promise<number> => {
  process.kill(program.pid, 'SIGUSR2')
  const [, bytes] = await program.prints(new RegExp(`^kept (\\d+) bytes \\(${time}\\)$`, 'm'))
  return Number(bytes)
}

const CHUNK_BYTES = 16 * 1024 * 1024

/**
 * Whether a text lies anywhere in the memory that a running process may write, as UTF-8 or as the two-byte characters
 * that JavaScript keeps some texts in. Needs Linux and the right to look (root, or the process's own user).
 */
export const holdsInMemory = (pid: number, text: string): boolean => {
  const sought = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]
  const overlap = Math.max(...sought.map(({ length }) => length))
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  const chunk = Buffer.alloc(CHUNK_BYTES)
  try {
    for (const [from, to] of writable(pid))
      for (let at = from; at < to; at += CHUNK_BYTES - overlap) {
        const part = chunk.subarray(0, readPart(memory, chunk, at, Math.min(CHUNK_BYTES, to - at)))
        if (sought.some((each) => part.includes(each))) return true
      }
    return false
  } finally {
    closeSync(memory)
  }
}

const writable = (pid: number): readonly (readonly [number, number])[] =>
  readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? []
      return from === '' ? [] : [[Number.parseInt(from, 16), Number.parseInt(to, 16)] as const]
    })

/** Parts of the memory that were never used, or are gone by now, cannot be read. */
const readPart = (memory: number, into: Buffer, at: number, length: number): number => {
  try {
    return readSync(memory, into, 0, length, at)
  } catch {
    return 0
  }
}

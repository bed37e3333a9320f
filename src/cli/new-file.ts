import { existsSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { moveFile } from '../store/durable.ts'

const OWNER_ONLY = 0o600

/**
 * Writes a new file that its owner alone can read, and gives the number of its bytes. It has its name only once it is whole
 * and on disk: what a killed process leaves bears another, and is removed by the next that writes this file. Never writes over a file. Throws what the file system throws and
 * what `pieces` throws, and has left nothing then.
 */
export const writeNewFile = async (
  file: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<Result<number, { readonly kind: 'file-exists'; readonly file: string }>> => {
  if (existsSync(file)) return refuse({ kind: 'file-exists', file })
  await removeLeftovers(file)
  const draft = `${file}.${process.pid}.part`
  const handle = await open(draft, 'wx', OWNER_ONLY)
  try {
    let bytes = 0
    try {
      for await (const piece of pieces) {
        await handle.writeFile(piece)
        bytes += piece.length
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Renaming writes over whatever came meanwhile: the name is taken first, which does not.
    await (await open(file, 'wx', OWNER_ONLY)).close()
    moveFile(draft, file)
    return accept(bytes)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Removes what processes that are gone have left of this file. One that had this process's number is gone, too. */
const removeLeftovers = async (file: string): Promise<void> => {
  const folder = dirname(file)
  const start = `${basename(file)}.`
  for (const name of await readdir(folder)) {
    const number = name.startsWith(start) ? /^([1-9]\d*)\.part$/.exec(name.slice(start.length))?.[1] : undefined
    if (number !== undefined && !isOfAnother(Number(number))) await rm(join(folder, name), { force: true })
  }
}

/** Whether another process of this number is there, be it somebody else's. */
const isOfAnother = (pid: number): boolean => {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

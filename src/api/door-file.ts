import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'

import { isHex } from '../core/bytes/hex.ts'
import { TOKEN_BYTES } from './session.ts'

/** How other programs of the same person find the peer that runs in a folder. */
export type DoorFile = { readonly url: string; readonly token: string; readonly pid: number }

const NAME = 'door.json'

const DOOR_FILE = v.object({
  // Nothing but this machine: whoever could change the file must not get a token sent elsewhere.
  url: v.pipe(v.string(), v.regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/)),
  token: v.pipe(
    v.string(),
    v.check((text) => isHex(text, TOKEN_BYTES)),
  ),
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
})

/** Written whole or not at all, readable by its owner only. Makes the folder, for its owner only, when there is none. */
export const writeDoorFile = async (folder: string, file: DoorFile): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, NAME)
  const draft = `${path}.${file.pid}`
  try {
    await writeFile(draft, `${JSON.stringify(file)}\n`, { mode: 0o600 })
    // The mode above is for files that are made anew: one left behind keeps its own.
    await chmod(draft, 0o600)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** What the file says, or nothing when there is none or it is no such file. The peer it names may be long gone. */
export const readDoorFile = async (folder: string): Promise<DoorFile | undefined> => {
  try {
    const parsed = v.safeParse(DOOR_FILE, JSON.parse(await readFile(join(folder, NAME), 'utf8')))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

/** Takes the file away unless another process has put its own there meanwhile. */
export const removeDoorFile = async (folder: string, pid: number): Promise<void> => {
  if ((await readDoorFile(folder))?.pid === pid) await rm(join(folder, NAME), { force: true })
}

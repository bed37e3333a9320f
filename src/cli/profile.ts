import { readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import envPaths from 'env-paths'

import { accept, refuse, type Result } from '../core/bytes/result.ts'

export const DEFAULT_PROFILE = 'default'

/** One person's place on this machine: a folder of its own with the key, the history and the door file. */
export type Profile = { readonly name: string; readonly folder: string }

export type ProfileRefusal = { readonly kind: 'profile-name'; readonly name: string }

/** Nothing of this name is there; `others` are in the same place. */
export type ProfileMissing = {
  readonly kind: 'profile-missing'
  readonly profile: string
  readonly others: readonly string[]
}

/**
 * The folder of a profile, in the platform's place for programs' data or in `data` instead. It need not exist yet. The
 * name is part of a path: only small letters, digits, `-` and `_`, 1 to 32 of them.
 */
export const profileOf = (name = DEFAULT_PROFILE, data?: string): Result<Profile, ProfileRefusal> =>
  isProfileName(name)
    ? accept({ name, folder: join(dataFolder(data), 'profiles', name) })
    : refuse({ kind: 'profile-name', name })

const isProfileName = (name: string): boolean => /^[a-z0-9_-]{1,32}$/.test(name)

/** Says so when there is no such profile. One that cannot be looked at may be there: opening it tells what is wrong. */
export const missingProfile = async ({ name, folder }: Profile): Promise<ProfileMissing | undefined> => {
  const there = await stat(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
  if (there) return undefined
  const beside = await readdir(dirname(folder), { withFileTypes: true }).catch(() => [])
  const others = beside.filter((each) => each.isDirectory() && isProfileName(each.name)).map((each) => each.name)
  return { kind: 'profile-missing', profile: name, others: others.toSorted() }
}

/** Where the server of this machine keeps its key. */
export const serverFolder = (data?: string): string => join(dataFolder(data), 'server')

const dataFolder = (data: string | undefined): string =>
  data === undefined ? envPaths('kith', { suffix: '' }).data : resolve(data)

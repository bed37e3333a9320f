import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

import { accept, refuse, type Result } from '../core/bytes/result.ts'

export const DEFAULT_PROFILE = 'default'

/** One person's place on this machine: a folder of its own with the key, the history and the door file. */
export type Profile = { readonly name: string; readonly folder: string }

export type ProfileRefusal = { readonly kind: 'profile-name'; readonly name: string }

/**
 * The folder of a profile, in the platform's place for programs' data or in `data` instead. It need not exist yet. The
 * name is part of a path: only small letters, digits, `-` and `_`, 1 to 32 of them.
 */
export const profileOf = (name = DEFAULT_PROFILE, data?: string): Result<Profile, ProfileRefusal> =>
  /^[a-z0-9_-]{1,32}$/.test(name)
    ? accept({ name, folder: join(dataFolder(data), 'profiles', name) })
    : refuse({ kind: 'profile-name', name })

/** Where the server of this machine keeps its key. */
export const serverFolder = (data?: string): string => join(dataFolder(data), 'server')

const dataFolder = (data: string | undefined): string =>
  data === undefined ? envPaths('kith', { suffix: '' }).data : resolve(data)

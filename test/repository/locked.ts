import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './sources.ts'

type Locked = {
  readonly version?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const lockFile = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>
}

/** Every package of the lock file, by where it is installed; at the empty place Kith itself. */
export const locked = lockFile.packages

/** Where the package that `name` means, seen from the package at `place`, is installed; undefined when it is not. */
export const placeOf = (name: string, place: string): string | undefined => {
  const here = `${place === '' ? '' : `${place}/`}node_modules/${name}`
  if (locked[here] !== undefined) return here
  if (place === '') return undefined
  return placeOf(name, place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/'))))
}

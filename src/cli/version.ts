import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this installation, with package.json, src and the built window. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Where the build puts the window. */
export const WINDOW_FOLDER = join(ROOT, 'dist', 'web')

/** The version of this installation, as its package says. */
export const version = (): string =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string }).version

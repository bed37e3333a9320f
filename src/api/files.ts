import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

/** What the window's folder may hold; a folder that is not a window is not read into memory. */
export const WINDOW_FILES_MAX = 1_000
export const WINDOW_BYTES_MAX = 64 * 1024 * 1024

export type WindowFile = { readonly bytes: Uint8Array; readonly type: string; readonly caching: string }

/** The window's files by the path under which they are asked for. What is not in this list does not exist. */
export type WindowFiles = ReadonlyMap<string, WindowFile>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

const INDEX = '/index.html'

/** Reads the whole folder once. Links are not followed, files of a kind that is not listed are left out. */
export const readWindow = async (folder: string): Promise<WindowFiles> => {
  const files = new Map<string, WindowFile>()
  let bytesLeft = WINDOW_BYTES_MAX
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    bytesLeft -= bytes.length
    if (files.size >= WINDOW_FILES_MAX || bytesLeft < 0) break
    const name = `/${relative(folder, path).split(sep).join('/')}`
    files.set(name, { bytes, type, caching: cachingOf(name) })
  }
  return files
}

/** The file for a path as it came in a request. A page of the window (a path without an extension) is its index. */
export const fileAt = (files: WindowFiles, path: string): WindowFile | undefined => {
  if (path === '/') return files.get(INDEX)
  return files.get(path) ?? (/^(\/[\w~-]+)+\/?$/.test(path) ? files.get(INDEX) : undefined)
}

const cachingOf = (name: string): string => {
  if (name === INDEX) return 'no-store'
  // The build puts a hash of the content into every name below assets/.
  return name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
}

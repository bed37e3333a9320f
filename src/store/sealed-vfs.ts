import { existsSync, rmSync } from 'node:fs'
import sqlite3InitModule from '@sqlite.org/sqlite-wasm'
import { openSealedFile, type PageCipher, type SealedFile } from './sealed-file.ts'
import type { Pointer, Wasm } from './wasm.ts'

/** SQLite in WebAssembly, with a file system of its own in which every file is sealed. */
export type SealedSqlite = {
  readonly sqlite: Wasm
  /** Makes a path known under a name that SQLite may open it by, until `forget`. */
  announce(path: string, cipher: PageCipher): string
  forget(name: string): void
}

export const SEALED_VFS = 'kith-sealed'

let loaded: Promise<SealedSqlite> | undefined

/** Loaded at the first call: it takes some 50 milliseconds, and most profiles have no use for it. */
export const loadSealedSqlite = (): Promise<SealedSqlite> => (loaded ??= load())

const load = async (): Promise<SealedSqlite> => {
  const sqlite = (await sqlite3InitModule()) as unknown as Wasm
  const { capi, wasm } = sqlite
  // It prints statements that fail; whatever it says there is thrown as well.
  Object.assign(sqlite.config, { warn: () => undefined, error: () => undefined })
  const known = new Map<string, { readonly path: string; readonly cipher: PageCipher }>()
  const open = new Map<Pointer, SealedFile>()
  let names = 0

  /** The path behind a name of SQLite's: that of a database, or of the log beside it. */
  const find = (pointer: Pointer) => {
    const name = (pointer && wasm.cstrToJs(pointer)) || ''
    const isLog = name.endsWith(LOG_SUFFIX)
    const file = known.get(isLog ? name.slice(0, -LOG_SUFFIX.length) : name)
    return file && { ...file, isLog, path: isLog ? file.path + LOG_SUFFIX : file.path }
  }

  /** Runs what may throw, as a result code: nothing may be thrown through SQLite. */
  const guarded = (code: number, act: () => number | void): number => {
    try {
      return act() ?? capi.SQLITE_OK
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOSPC' ? capi.SQLITE_FULL : code
    }
  }

  const fileAt = (pointer: Pointer): SealedFile => {
    const file = open.get(pointer)
    if (file === undefined) throw new Error('the file is not open')
    return file
  }

  const ioMethods = new capi.sqlite3_io_methods()
  ioMethods.$iVersion = 1
  const methods = {
    struct: ioMethods,
    methods: {
      xClose: (file: Pointer) =>
        guarded(capi.SQLITE_IOERR_CLOSE, () => {
          fileAt(file).close()
          open.delete(file)
        }),
      xRead: (file: Pointer, into: Pointer, count: number, position: bigint) =>
        guarded(capi.SQLITE_IOERR_READ, () => {
          // Nothing is kept of the heap: it moves when it grows.
          const outcome = fileAt(file).read(wasm.heap8u().subarray(into, into + count), Number(position))
          if (outcome === 'whole') return capi.SQLITE_OK
          return outcome === 'short' ? capi.SQLITE_IOERR_SHORT_READ : capi.SQLITE_IOERR_DATA
        }),
      xWrite: (file: Pointer, from: Pointer, count: number, position: bigint) =>
        guarded(capi.SQLITE_IOERR_WRITE, () => {
          fileAt(file).write(wasm.heap8u().subarray(from, from + count), Number(position))
        }),
      xTruncate: (file: Pointer, length: bigint) =>
        guarded(capi.SQLITE_IOERR_TRUNCATE, () => fileAt(file).truncate(Number(length))),
      xSync: (file: Pointer) => guarded(capi.SQLITE_IOERR_FSYNC, () => fileAt(file).sync()),
      xFileSize: (file: Pointer, into: Pointer) =>
        guarded(capi.SQLITE_IOERR_FSTAT, () => {
          wasm.poke64(into, BigInt(fileAt(file).length()))
        }),
      // Whoever opens a sealed store holds its folder's lock: nobody else has the file open.
      xLock: () => capi.SQLITE_OK,
      xUnlock: () => capi.SQLITE_OK,
      xCheckReservedLock: (_: Pointer, into: Pointer) => {
        wasm.poke32(into, 0)
        return capi.SQLITE_OK
      },
      xFileControl: () => capi.SQLITE_NOTFOUND,
      xSectorSize: () => SECTOR_BYTES,
      // As on every file system: bytes beside those that are written stay as they are when power fails.
      xDeviceCharacteristics: () => capi.SQLITE_IOCAP_POWERSAFE_OVERWRITE,
    },
  }

  const vfs = new capi.sqlite3_vfs()
  const standard = new capi.sqlite3_vfs(capi.sqlite3_vfs_find(null))
  vfs.$iVersion = 1
  vfs.$szOsFile = capi.sqlite3_file.structInfo.sizeof
  vfs.$mxPathname = NAME_BYTES_MAX
  vfs.$xRandomness = standard.$xRandomness
  vfs.$xSleep = standard.$xSleep
  vfs.$xCurrentTime = standard.$xCurrentTime
  standard.dispose()
  sqlite.vfs.installVfs({
    io: methods,
    vfs: {
      struct: vfs,
      name: SEALED_VFS,
      methods: {
        xOpen: (_: Pointer, name: Pointer, file: Pointer, flags: number, flagsInto: Pointer) =>
          guarded(capi.SQLITE_CANTOPEN, () => {
            const found = find(name)
            // Journals and temporary files have no place in which they would be sealed: SQLite is told to need none.
            if (found === undefined) return capi.SQLITE_CANTOPEN
            open.set(file, openSealedFile(found.path, found.isLog ? 'log' : 'database', found.cipher))
            const structure = new capi.sqlite3_file(file)
            structure.$pMethods = ioMethods.pointer
            structure.dispose()
            wasm.poke32(flagsInto, flags)
            return capi.SQLITE_OK
          }),
        xDelete: (_: Pointer, name: Pointer) =>
          guarded(capi.SQLITE_IOERR_DELETE, () => {
            const found = find(name)
            if (found) rmSync(found.path, { force: true })
          }),
        xAccess: (_: Pointer, name: Pointer, __: number, into: Pointer) =>
          guarded(capi.SQLITE_IOERR_ACCESS, () => {
            const found = find(name)
            wasm.poke32(into, found !== undefined && existsSync(found.path) ? 1 : 0)
          }),
        xFullPathname: (_: Pointer, name: Pointer, length: number, into: Pointer) =>
          wasm.cstrncpy(into, name, length) < length ? capi.SQLITE_OK : capi.SQLITE_CANTOPEN,
      },
    },
  })

  return {
    sqlite,
    announce: (path, cipher) => {
      const name = `/${++names}`
      known.set(name, { path, cipher })
      return name
    },
    forget: (name) => void known.delete(name),
  }
}

const LOG_SUFFIX = '-wal'
const SECTOR_BYTES = 4_096
const NAME_BYTES_MAX = 128

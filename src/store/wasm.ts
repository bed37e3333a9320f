import type { Cell } from './database.ts'

/** A place in the memory of SQLite in WebAssembly. */
export type Pointer = number

type Method = (...pointers: never[]) => number

/** A C structure of these members, which are properties with a $ before their names. */
type Structure<Members extends string> = { readonly pointer: Pointer; dispose(): void } & Record<`$${Members}`, Pointer>

type VfsStructure = Structure<'iVersion' | 'szOsFile' | 'mxPathname' | 'xRandomness' | 'xSleep' | 'xCurrentTime'>

type Code =
  | 'CANTOPEN'
  | 'FULL'
  | 'IOCAP_POWERSAFE_OVERWRITE'
  | 'IOERR_ACCESS'
  | 'IOERR_CLOSE'
  | 'IOERR_DATA'
  | 'IOERR_DELETE'
  | 'IOERR_FSTAT'
  | 'IOERR_FSYNC'
  | 'IOERR_READ'
  | 'IOERR_SHORT_READ'
  | 'IOERR_TRUNCATE'
  | 'IOERR_WRITE'
  | 'NOTFOUND'
  | 'OK'

/** What is used of @sqlite.org/sqlite-wasm; its own types name the members of structures otherwise than they are. */
export type Wasm = {
  readonly config: object
  readonly capi: {
    readonly sqlite3_io_methods: new () => Structure<'iVersion'>
    readonly sqlite3_vfs: new (pointer?: Pointer) => VfsStructure
    readonly sqlite3_file: (new (pointer: Pointer) => Structure<'pMethods'>) & {
      readonly structInfo: { readonly sizeof: number }
    }
    sqlite3_vfs_find(name: null): Pointer
    sqlite3_last_insert_rowid(database: Pointer): bigint
    sqlite3_get_autocommit(database: Pointer): number
  } & Readonly<Record<`SQLITE_${Code}`, number>>
  readonly wasm: {
    heap8u(): Uint8Array
    poke32(pointer: Pointer, value: number): void
    poke64(pointer: Pointer, value: bigint): void
    cstrToJs(pointer: Pointer): string | null
    cstrncpy(to: Pointer, from: Pointer, length: number): number
  }
  readonly vfs: {
    installVfs(input: {
      readonly io: { readonly struct: Structure<'iVersion'>; readonly methods: Readonly<Record<string, Method>> }
      readonly vfs: {
        readonly struct: VfsStructure
        readonly name: string
        readonly methods: Readonly<Record<string, Method>>
      }
    }): void
  }
  readonly oo1: {
    readonly DB: new (input: {
      readonly filename: string
      readonly flags: string
      readonly vfs: string
    }) => WasmDatabase
  }
}

export type WasmDatabase = {
  readonly pointer: Pointer | undefined
  exec(sql: string): unknown
  prepare(sql: string): WasmStatement
  close(): void
}

export type WasmStatement = {
  readonly columnCount: number
  getColumnNames(): readonly string[]
  bind(values: readonly Cell[] | Readonly<Record<string, Cell>>): unknown
  step(): boolean
  get(column: number): Cell
  reset(): unknown
  clearBindings(): unknown
  finalize(): void
}

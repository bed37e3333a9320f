/** A value in a row, or bound to a statement. */
export type Cell = null | number | bigint | string | Uint8Array
export type Cells = Record<string, Cell>

/** A prepared statement. Parameters are bound by position, or by name (written `$name` in the statement). */
export type Statement = {
  get(named: Cells): Cells | undefined
  get(...cells: Cell[]): Cells | undefined
  all(...cells: Cell[]): Cells[]
  iterate(...cells: Cell[]): Iterable<Cells>
  run(named: Cells): { readonly lastInsertRowid: number | bigint }
  run(...cells: Cell[]): { readonly lastInsertRowid: number | bigint }
}

/**
 * SQLite, as far as the store uses it: that of Node, or the one in WebAssembly whose files are sealed. Errors of SQLite's
 * bear its result code as `errcode`.
 */
export type Database = {
  prepare(sql: string): Statement
  exec(sql: string): void
  readonly isTransaction: boolean
  close(): void
}

import type { Cell, Cells, Database, Statement } from './database.ts'
import type { PageCipher } from './sealed-file.ts'
import { loadSealedSqlite, SEALED_VFS } from './sealed-vfs.ts'
import type { Wasm, WasmDatabase, WasmStatement } from './wasm.ts'

/**
 * Opens the database in a sealed file, made when missing. Nobody else may have it open: it takes no lock of its own.
 * Throws what SQLite throws, with its result code as `errcode`.
 */
export const openSealedDatabase = async (path: string, cipher: PageCipher): Promise<Database> => {
  const { sqlite, announce, forget } = await loadSealedSqlite()
  const name = announce(path, cipher)
  try {
    const database = told(() => new sqlite.oo1.DB({ filename: name, flags: 'c', vfs: SEALED_VFS }))
    return databaseOn(sqlite, database, () => forget(name))
  } catch (error) {
    forget(name)
    throw error
  }
}

const databaseOn = (sqlite: Wasm, database: WasmDatabase, closed: () => void): Database => {
  const statements: WasmStatement[] = []
  const pointer = database.pointer ?? 0
  return {
    exec: (sql) => void told(() => database.exec(sql)),
    prepare: (sql) => {
      const statement = told(() => database.prepare(sql))
      statements.push(statement)
      return statementOn(statement, () => sqlite.capi.sqlite3_last_insert_rowid(pointer))
    },
    get isTransaction() {
      return sqlite.capi.sqlite3_get_autocommit(pointer) === 0
    },
    close: () => {
      for (const statement of statements.splice(0)) statement.finalize()
      told(() => database.close())
      closed()
    },
  }
}

const statementOn = (statement: WasmStatement, lastInsertRowid: () => bigint): Statement => {
  const names = statement.columnCount > 0 ? statement.getColumnNames() : []

  const row = (): Cells => {
    const cells: Cells = {}
    for (const [column, name] of names.entries()) cells[name] = statement.get(column)
    return cells
  }

  const rows = function* (given: readonly (Cell | Cells)[]): Generator<Cells> {
    try {
      told(() => bind(statement, given))
      while (told(() => statement.step())) yield row()
    } finally {
      statement.reset()
      statement.clearBindings()
    }
  }

  return {
    get: (...given: readonly (Cell | Cells)[]) => {
      for (const cells of rows(given)) return cells
      return undefined
    },
    all: (...given) => [...rows(given)],
    iterate: (...given) => rows(given),
    run: (...given: readonly (Cell | Cells)[]) => {
      for (const _ of rows(given));
      return { lastInsertRowid: lastInsertRowid() }
    },
  }
}

const bind = (statement: WasmStatement, given: readonly (Cell | Cells)[]): void => {
  const [first] = given
  if (first === undefined) return
  if (isNamed(first))
    statement.bind(Object.fromEntries(Object.entries(first).map(([name, cell]) => [`$${name}`, cell])))
  else statement.bind(given as readonly Cell[])
}

const isNamed = (given: Cell | Cells): given is Cells =>
  typeof given === 'object' && given !== null && !(given instanceof Uint8Array)

/** Does something in SQLite; its errors bear the result code under the name that Node's SQLite gives it. */
const told = <Value>(act: () => Value): Value => {
  try {
    return act()
  } catch (error) {
    if (error instanceof Error && 'resultCode' in error) Object.assign(error, { errcode: error.resultCode })
    throw error
  }
}

import { toHex } from '../core/bytes/hex.ts'
import type { Cell, Database } from './database.ts'

/**
 * How many of the newest rows may wait for the index of their ids. Ids are hashes: one by one, each goes to a page of its
 * own, which is written twice for it. So many together share their pages.
 */
export const UNINDEXED_IDS_MAX = 1_024

/**
 * The numbers of rows by their ids. The newest wait in memory, which is made again from the rows that are numbered beyond
 * what the index holds.
 *
 * `put`, `drop` and `catchUp` belong inside the caller's transaction; all of it throws what SQLite throws.
 */
export type IdIndex = {
  find(...id: readonly Cell[]): number | undefined
  /** A new row has this number. */
  put(number: number, ...id: readonly Cell[]): void
  drop(...id: readonly Cell[]): void
  /** Takes in the rows that wait, if they are many. */
  catchUp(): void
  /** To be called when the transaction is rolled back, or rows went otherwise than by `drop`. */
  forget(): void
}

/** The index of the rows of `table` in the table `${table}_id`, by these columns. */
export const openIdIndex = (database: Database, table: 'event' | 'line', columns: readonly string[]): IdIndex => {
  const index = `${table}_id`
  const names = columns.join(', ')
  const cells = columns.map(() => '?').join(', ')
  const found = database.prepare(`SELECT number FROM ${index} WHERE (${names}) = (${cells})`)
  const insert = database.prepare(`INSERT INTO ${index} (${names}, number) VALUES (${cells}, ?)`)
  const remove = database.prepare(`DELETE FROM ${index} WHERE (${names}) = (${cells})`)
  const lastOf = database.prepare('SELECT last FROM indexed WHERE name = ?')
  const setLast = database.prepare('UPDATE indexed SET last = ? WHERE name = ?')
  const rowsAfter = database.prepare(`SELECT number, ${names} FROM ${table} WHERE number > ?`)

  let known: Known | undefined
  const load = (): Known => {
    if (known) return known
    const last = Number(lastOf.get(index)?.['last'])
    const waiting: Known['waiting'] = new Map()
    for (const row of rowsAfter.iterate(last)) {
      const id = columns.map((column) => row[column] ?? null)
      waiting.set(nameOf(id), { number: Number(row['number']), id })
    }
    return (known = { last, waiting })
  }

  return {
    find: (...id) => {
      const number = load().waiting.get(nameOf(id))?.number ?? found.get(...id)?.['number']
      return number === undefined ? undefined : Number(number)
    },
    put: (number, ...id) => {
      const { last, waiting } = load()
      // The number of a row that was dropped may come again.
      if (number <= last) insert.run(...id, number)
      else waiting.set(nameOf(id), { number, id })
    },
    drop: (...id) => {
      if (!load().waiting.delete(nameOf(id))) remove.run(...id)
    },
    catchUp: () => {
      const rows = load()
      if (rows.waiting.size < UNINDEXED_IDS_MAX) return
      for (const [, { number, id }] of [...rows.waiting].sort(([a], [b]) => (a < b ? -1 : 1))) {
        insert.run(...id, number)
        rows.last = Math.max(rows.last, number)
      }
      setLast.run(rows.last, index)
      rows.waiting.clear()
    },
    forget: () => {
      known = undefined
    },
  }
}

type Known = {
  /** Every row up to this number is in the index. */
  last: number
  readonly waiting: Map<string, { readonly number: number; readonly id: readonly Cell[] }>
}

/** Sorted, names are nearly in the order of the index. */
const nameOf = (id: readonly Cell[]): string => {
  let name = ''
  for (const cell of id) name += cell instanceof Uint8Array ? `/x${toHex(cell)}` : `/=${cell}`
  return name
}

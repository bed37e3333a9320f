import type { Cells, Database } from './database.ts'
import type { Dumped } from './dump-page.ts'
import { pageOf } from './dump-page.ts'
import type { DumpPlace, Put, Space, Store } from './port.ts'
import { EVENT, LINE, toEvent, toLine } from './reading.ts'
import type { Secrets } from './secrets.ts'

/** The dump of a store in SQLite; the promise rejects when the file cannot be read. */
export const openDump = (database: Database, secrets: Secrets): Store['dump'] => {
  const records = database.prepare(
    'SELECT space, key, value FROM record WHERE (space, key) > (?, ?) ORDER BY space, key',
  )
  const events = database.prepare(`${EVENT} WHERE event.number > ? ORDER BY event.number`)
  const lines = database.prepare(`${LINE} WHERE line.number > ? ORDER BY line.number`)

  /** Everything after a place. Statements end when nobody asks for more. */
  const after = function* (from: DumpPlace | undefined): Generator<Dumped> {
    if (from === undefined || from.of === 'record')
      for (const cells of records.iterate(from?.space ?? '', from?.key ?? '')) yield recordIn(cells)
    if (from === undefined || from.of === 'record' || from.of === 'secret')
      for (const { key, value } of secrets.after(from?.of === 'secret' ? from.key : ''))
        yield { entry: { put: 'record', space: 'secret', key, value }, place: { of: 'secret', key } }
    if (from?.of !== 'line')
      for (const cells of events.iterate(from?.of === 'event' ? from.number : 0))
        yield {
          entry: { put: 'event', event: toEvent(cells) },
          place: { of: 'event', number: Number(cells['number']) },
        }
    for (const cells of lines.iterate(from?.of === 'line' ? from.number : 0))
      yield { entry: { put: 'line', line: toLine(cells) }, place: { of: 'line', number: Number(cells['number']) } }
  }

  return async ({ from, bytes }) => pageOf(after(from), bytes)
}

const recordIn = (cells: Cells): Dumped => {
  const [space, key] = [String(cells['space']), String(cells['key'])]
  const entry: Put = { put: 'record', space: space as Space, key, value: cells['value'] as Uint8Array }
  return { entry, place: { of: 'record', space, key } }
}

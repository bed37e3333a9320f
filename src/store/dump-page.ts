import type { DumpPage, DumpPlace, Put } from './port.ts'

/** An entry of a dump, and the place after it. */
export type Dumped = { readonly entry: Put; readonly place: DumpPlace }

/** The first entries of a dump, up to the one that makes them exceed so many bytes. */
export const pageOf = (found: Iterable<Dumped>, bytes: number): DumpPage => {
  const entries: Put[] = []
  let size = 0
  let last: DumpPlace | undefined
  for (const { entry, place } of found) {
    // One more than fits was looked at: so there is a next page only if something is on it.
    if (size > bytes && last !== undefined) return { entries, next: last }
    entries.push(entry)
    size += sizeOf(entry)
    last = place
  }
  return { entries }
}

/** What everything else about an entry counts for. */
const ENTRY_BYTES = 200

const sizeOf = (entry: Put): number => {
  switch (entry.put) {
    case 'record':
      return ENTRY_BYTES + entry.key.length + entry.value.length
    case 'event':
      return ENTRY_BYTES + entry.event.bytes.length + (entry.event.content?.length ?? 0)
    case 'line':
      return ENTRY_BYTES + entry.line.bytes.length + (entry.line.text?.length ?? 0)
  }
}

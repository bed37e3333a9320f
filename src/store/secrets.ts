import type { Cell, Database } from './database.ts'

/** The size of a slot: most keys and chain states take one. */
const SLOT_BYTES = 256

/**
 * Key material, kept so that it can be wiped. SQLite's own secure deletion is not enough: when it moves rows from page to
 * page to balance its trees it leaves copies behind. So bytes of keys stand only in slots of one size, rows which are
 * never removed or resized, so that they are never moved and a write to one goes over what was there.
 *
 * `put` and `drop` belong inside the caller's transaction; all of it throws what SQLite throws.
 */
export type Secrets = {
  put(key: string, value: Uint8Array): void
  drop(key: string): void
  get(key: string): Uint8Array | undefined
  list(prefix: string): readonly { readonly key: string; readonly value: Uint8Array }[]
  /** All secrets whose key comes after this one, by key. */
  after(key: string): Iterable<{ readonly key: string; readonly value: Uint8Array }>
  /** To be called when the transaction is rolled back. */
  forget(): void
}

export const openSecrets = (database: Database): Secrets => {
  const slotsOf = database.prepare('SELECT number, length FROM secret WHERE key = ? ORDER BY part')
  const putPart = database.prepare(
    `INSERT INTO secret (key, part, number, length) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET length = excluded.length`,
  )
  const dropPart = database.prepare('DELETE FROM secret WHERE key = ? AND part = ?')
  const addSlot = database.prepare('INSERT INTO slot (bytes) VALUES (?)')
  const overwrite = database.prepare('UPDATE slot SET bytes = ? WHERE number = ?')
  const freeSlots = database.prepare('SELECT number FROM slot WHERE number NOT IN (SELECT number FROM secret)')
  const parts = database.prepare(
    'SELECT key, length, bytes FROM secret JOIN slot USING (number) WHERE key >= ? ORDER BY key, part',
  )
  const partsAfter = database.prepare(
    'SELECT key, length, bytes FROM secret JOIN slot USING (number) WHERE key > ? ORDER BY key, part',
  )
  const partsOf = database.prepare(
    'SELECT key, length, bytes FROM secret JOIN slot USING (number) WHERE key = ? ORDER BY part',
  )

  let free: Cell[] | undefined
  const take = (): Cell => {
    free ??= freeSlots.all().map(({ number }) => number ?? null)
    return free.pop() ?? addSlot.run(EMPTY).lastInsertRowid
  }

  const put = (key: string, chunks: readonly Uint8Array[]): void => {
    const held = slotsOf.all(key)
    const slots = held.map(({ number }) => number ?? null)
    for (const [part, chunk] of chunks.entries()) {
      const slot = slots[part] ?? take()
      const padded = new Uint8Array(SLOT_BYTES)
      padded.set(chunk)
      overwrite.run(padded, slot)
      if (held[part]?.['length'] !== chunk.length) putPart.run(key, part, slot, chunk.length)
    }
    for (let part = chunks.length; part < slots.length; part++) {
      const slot = slots[part] ?? null
      overwrite.run(EMPTY, slot)
      dropPart.run(key, part)
      free?.push(slot)
    }
  }

  return {
    put: (key, value) => put(key, chunksOf(value)),
    drop: (key) => put(key, []),
    get: (key) => joinParts(partsOf.all(key) as Part[])[0]?.value,
    list: (prefix) => {
      const found: Part[] = []
      for (const part of parts.iterate(prefix) as Iterable<Part>) {
        if (!part.key.startsWith(prefix)) break
        found.push(part)
      }
      return joinParts(found)
    },
    after: function* (key) {
      let found: Part[] = []
      for (const part of partsAfter.iterate(key) as Iterable<Part>) {
        if (found[0] !== undefined && found[0].key !== part.key) {
          yield* joinParts(found)
          found = []
        }
        found.push(part)
      }
      yield* joinParts(found)
    },
    forget: () => {
      free = undefined
    },
  }
}

type Part = { readonly key: string; readonly length: number; readonly bytes: Uint8Array }

const EMPTY = new Uint8Array(SLOT_BYTES)

/** An empty value is one chunk of nothing, so that it can be told from none. */
const chunksOf = (value: Uint8Array): readonly Uint8Array[] => {
  const count = Math.max(1, Math.ceil(value.length / SLOT_BYTES))
  return Array.from({ length: count }, (_, index) => value.subarray(index * SLOT_BYTES, (index + 1) * SLOT_BYTES))
}

const joinParts = (parts: readonly Part[]): { readonly key: string; readonly value: Uint8Array }[] => {
  const chunks = new Map<string, Uint8Array[]>()
  for (const { key, length, bytes } of parts) {
    const before = chunks.get(key) ?? []
    chunks.set(key, before)
    before.push(bytes.subarray(0, length))
  }
  return [...chunks].map(([key, each]) => ({ key, value: Uint8Array.from(Buffer.concat(each)) }))
}

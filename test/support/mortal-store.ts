import { refuse } from '../../src/core/bytes/result.ts'
import { openMemoryStore, type MemoryStore, type Snapshot } from '../../src/store/memory.ts'
import type { Change, Store, StoreRefusal } from '../../src/store/port.ts'

/** A store in memory whose process can be killed at any commit, and whose disk can be full. */
export type MortalStore = Store & {
  /** Commits that were answered, and those on which it died. */
  readonly commits: number
  /** Every commit is refused with this until `undefined` is given. */
  refuseWith(refusal: StoreRefusal | undefined): void
  /**
   * The process dies at this commit, counted from 1: `before` nothing of it is written, `after` all of it is, and
   * nobody hears of it. `onDeath` is called at that instant.
   */
  dieAt(commit: number, when: 'before' | 'after', onDeath?: () => void): void
  /** The process dies now: whatever it still asks for is never answered. */
  die(): void
  /** What the disk holds. */
  snapshot(): Snapshot
}

export const openMortalStore = (from?: Snapshot): MortalStore => {
  const disk: MemoryStore = openMemoryStore(from)
  let dead = false
  let commits = 0
  let refusal: StoreRefusal | undefined
  let death: { readonly commit: number; readonly when: 'before' | 'after'; readonly onDeath: () => void } | undefined

  const answered = <Value>(asked: Promise<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      asked.then(
        (value) => dead || resolve(value),
        (error: unknown) => dead || reject(error instanceof Error ? error : new Error(String(error))),
      )
    })

  const die = (): void => {
    dead = true
    disk.pause()
  }

  const commit = async (changes: readonly Change[]) => {
    if (dead) return NEVER
    if (refusal) return refuse(refusal)
    commits += 1
    if (death?.commit !== commits) return answered(disk.commit(changes))
    if (death.when === 'after') await disk.commit(changes)
    die()
    death.onDeath()
    return NEVER
  }

  return {
    ...disk,
    get commits() {
      return commits
    },
    commit,
    refuseWith: (next) => {
      refusal = next
    },
    dieAt: (at, when, onDeath = () => {}) => {
      death = { commit: at, when, onDeath }
    },
    die,
    snapshot: () => disk.snapshot(),
    record: (space, key) => answered(disk.record(space, key)),
    records: (space, prefix) => answered(disk.records(space, prefix)),
    event: (id) => answered(disk.event(id)),
    events: (input) => answered(disk.events(input)),
    amendments: (input) => answered(disk.amendments(input)),
    line: (conversation, id) => answered(disk.line(conversation, id)),
    lines: (input) => answered(disk.lines(input)),
    unread: (conversation, after, limit) => answered(disk.unread(conversation, after, limit)),
    search: (input) => answered(disk.search(input)),
  }
}

const NEVER = new Promise<never>(() => {})

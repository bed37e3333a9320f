import type { Result } from '../core/bytes/result.ts'
import type { StoreRefusal } from './port.ts'

/** How many changes one transaction takes before the rest waits for the next one, so that a flood lets others in. */
export const TRANSACTION_CHANGES_MAX = 1_000

type Outcome = Result<null, StoreRefusal>
type Waiting<Write> = { readonly writes: readonly Write[]; readonly answer: (outcome: Outcome) => void }

type CommitQueue<Write> = {
  add(writes: readonly Write[]): Promise<Outcome>
  /** Writes what waits, now. */
  flush(): void
}

/**
 * Gathers commits until `soon` calls back, then hands all of them to `write` as one transaction, in order. Each is
 * answered with what `write` answered: they stand or fall together, because a later one may build upon an earlier.
 */
export const openCommitQueue = <Write>({
  soon,
  write,
}: {
  readonly soon: (flush: () => void) => void
  readonly write: (writes: readonly Write[]) => Outcome
}): CommitQueue<Write> => {
  let waiting: Waiting<Write>[] = []
  let called = false

  const call = () => {
    if (called || waiting.length === 0) return
    called = true
    soon(() => {
      called = false
      if (waiting.length > 0) writeGroup()
      call()
    })
  }

  const writeGroup = () => {
    const group: Waiting<Write>[] = []
    let changes = 0
    for (const commit of waiting) {
      changes += commit.writes.length
      if (changes > TRANSACTION_CHANGES_MAX && group.length > 0) break
      group.push(commit)
    }
    waiting = waiting.slice(group.length)
    const outcome = write(group.flatMap((commit) => commit.writes))
    for (const commit of group) commit.answer(outcome)
  }

  return {
    add: (writes) =>
      new Promise((answer) => {
        waiting.push({ writes, answer })
        call()
      }),
    flush: () => {
      while (waiting.length > 0) writeGroup()
    },
  }
}

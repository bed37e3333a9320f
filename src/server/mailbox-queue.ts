import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'
import type { Cursor } from '../core/rendezvous/mailbox-messages.ts'
import type { PutRefusal } from './mailbox.ts'

/** One transaction takes so much; the rest waits for the next, so that what else the process does is never held up long. */
export const TRANSACTION_BYTES_MAX = 1024 * 1024
export const TRANSACTION_WRITES_MAX = 256
/** What it costs to take one blob away, in bytes of a blob that is put. */
const TRIM_COST_BYTES = 16 * 1024

export type Write =
  | { readonly kind: 'put'; readonly mailbox: Hex; readonly blob: Uint8Array }
  | { readonly kind: 'trim'; readonly mailbox: Hex; readonly cursors: readonly Cursor[] }

type Outcome = Result<Cursor, PutRefusal>

export type MailboxQueue = {
  add(write: Write): Promise<Outcome>
  /** Writes what waits, now. */
  flush(): void
}

/**
 * Gathers writes until `soon` calls back, hands them to `write` as one group, in order, and answers each with its own
 * outcome. What does not fit waits for the next turn of the event loop.
 */
export const createMailboxQueue = ({
  soon,
  write,
  onWritten,
}: {
  readonly soon: (run: () => void) => void
  readonly write: (writes: readonly Write[]) => readonly Outcome[]
  readonly onWritten: (write: Write, outcome: Outcome) => void
}): MailboxQueue => {
  let waiting: { readonly write: Write; readonly answer: (outcome: Outcome) => void }[] = []
  let called = false

  const writeGroup = (): void => {
    let bytes = 0
    const cut = waiting.findIndex((each, index) => {
      bytes += costOf(each.write)
      return index >= TRANSACTION_WRITES_MAX || (index > 0 && bytes > TRANSACTION_BYTES_MAX)
    })
    const group = cut < 0 ? waiting : waiting.slice(0, cut)
    waiting = cut < 0 ? [] : waiting.slice(cut)
    const outcomes = write(group.map((each) => each.write))
    for (const [index, outcome] of outcomes.entries()) {
      const each = group[index]
      each?.answer(outcome)
      if (each) onWritten(each.write, outcome)
    }
  }

  const call = (): void => {
    if (called || waiting.length === 0) return
    called = true
    soon(() => {
      called = false
      if (waiting.length > 0) writeGroup()
      call()
    })
  }

  return {
    add: (each) =>
      new Promise((answer) => {
        waiting.push({ write: each, answer })
        call()
      }),
    flush: () => {
      while (waiting.length > 0) writeGroup()
    },
  }
}

const costOf = (write: Write): number =>
  write.kind === 'put' ? write.blob.length : write.cursors.length * TRIM_COST_BYTES

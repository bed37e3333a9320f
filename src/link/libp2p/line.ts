import { createAllowance } from './allowance.ts'
import { createFairQueue, TURN_BYTES } from './fair-queue.ts'

/** A clock that never goes back, and what is to happen later. */
export type Time = {
  now(): number
  /** Runs `task` once, `millis` from now; returns what cancels it. */
  after(millis: number, task: () => void): () => void
}

/** What all senders share: so many bytes pass in each second, and while more wait, in turns. */
export type Line<Sender> = {
  /**
   * Sends `bytes` bytes in order: all at once where nobody waits and there is room, otherwise in pieces of at most
   * TURN_BYTES as turns come. `pass` is given the place of each piece. True when all have passed already; otherwise
   * `onPassed` is called once they have.
   */
  send(input: {
    readonly sender: Sender
    readonly bytes: number
    readonly pass: (from: number, to: number) => void
    readonly onPassed: () => void
  }): boolean
  /** Bytes that wait for their turn. */
  readonly waiting: number
}

export const createLine = <Sender>(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  time: Time,
): Line<Sender> => {
  const allowance = createAllowance({ perSecond, burst, now: time.now })
  const queue = createFairQueue<Sender>()
  let state: 'idle' | 'passing' | 'resting' = 'idle'

  const passAll = (): void => {
    // While something passes, what is put meanwhile is taken by the loop that runs.
    if (state !== 'idle') return
    state = 'passing'
    while (allowance.left() > 0) {
      const piece = queue.next()
      if (piece === undefined) break
      allowance.use(piece.bytes)
      piece.pass()
    }
    state = queue.waiting === 0 ? 'idle' : 'resting'
    if (state === 'resting') time.after(Math.max(1, allowance.use(0)), goOn)
  }
  const goOn = (): void => {
    state = 'idle'
    passAll()
  }

  return {
    send: ({ sender, bytes, pass, onPassed }) => {
      if (queue.waiting === 0 && allowance.left() >= bytes) {
        allowance.use(bytes)
        pass(0, bytes)
        return true
      }
      let left = bytes
      let isLate = false
      for (let from = 0; from < bytes; from += TURN_BYTES) {
        const to = Math.min(bytes, from + TURN_BYTES)
        const passPiece = (): void => {
          pass(from, to)
          left -= to - from
          if (left === 0 && isLate) onPassed()
        }
        queue.put(sender, { bytes: to - from, pass: passPiece })
      }
      passAll()
      isLate = left > 0
      return !isLate
    },
    get waiting() {
      return queue.waiting
    },
  }
}

import type { Stream } from '@libp2p/interface'
import type { Hex } from '../../core/bytes/hex.ts'
import type { Allowance } from './allowance.ts'
import { CLOSE_MILLIS_MAX } from './connection.ts'
import type { Line, Time } from './line.ts'

type Way = {
  /** Whose bytes these are. */
  readonly sender: Hex
  readonly from: Stream
  readonly to: Stream
  /** Those of the sender: its own, and its address's. */
  readonly allowances: readonly Allowance[]
}

/** What all that is carried shares. */
type Shared = { readonly line: Line<Hex>; readonly time: Time; readonly onBytes: (count: number) => void }

/**
 * Carries bytes both ways between two streams, never more of them at once than the slower side takes and the allowances
 * of the sender let through, in turns with all others. Resolves when both ways have ended.
 */
export const splice = async (ways: readonly [Way, Way], shared: Shared): Promise<void> => {
  for (const way of ways) carry(way, shared)
  await Promise.all(ways.map(({ from }) => ended(from)))
}

const carry = ({ sender, from, to, allowances }: Way, { line, time, onBytes }: Shared): void => {
  let holding = 0
  /** What comes after everything that was read before. */
  const atLast: (() => void)[] = []

  const hold = (): void => {
    holding += 1
    if (from.readStatus === 'readable') from.pause()
  }
  const resume = (): void => {
    holding -= 1
    if (holding > 0) return
    for (const each of atLast.splice(0)) each()
    if (from.readStatus === 'paused') quietly(() => from.resume())
  }
  const afterAll = (act: () => void): void => {
    if (holding === 0) act()
    else atLast.push(act)
  }

  from.addEventListener('message', ({ data }) => {
    const pass = (start: number, end: number): void => {
      onBytes(end - start)
      quietly(() => {
        const piece = data instanceof Uint8Array ? data.subarray(start, end) : data.sublist(start, end)
        if (to.send(piece)) return
        hold()
        void to.onDrain().then(resume, resume)
      })
    }
    const wait = Math.max(...allowances.map((allowance) => allowance.use(data.byteLength)))
    if (wait > 0) {
      hold()
      time.after(wait, resume)
    }
    if (!line.send({ sender, bytes: data.byteLength, pass, onPassed: resume })) hold()
  })
  from.addEventListener('end', () => afterAll(() => void to.close().catch((error: Error) => to.abort(error))))
  // What broke on one side is broken for the other: half a way is of no use.
  from.addEventListener('close', (event) => {
    if (event.error !== undefined) return to.abort(event.error)
    afterAll(() => {
      const patience = setTimeout(() => to.abort(new Error('the other half is gone')), CLOSE_MILLIS_MAX)
      to.addEventListener('close', () => clearTimeout(patience))
    })
  })
}

const ended = (stream: Stream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.status !== 'open') resolve()
    else stream.addEventListener('close', () => resolve())
  })

/** A stream that has closed meanwhile throws; its `close` event ends the way. */
const quietly = (act: () => void): void => {
  try {
    act()
  } catch {
    // Nothing is left to do for it.
  }
}

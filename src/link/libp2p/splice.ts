import type { Stream } from '@libp2p/interface'
import type { Allowance } from './allowance.ts'
import { CLOSE_MILLIS_MAX } from './connection.ts'

type Way = { readonly from: Stream; readonly to: Stream; readonly allowance: Allowance }

/**
 * Carries bytes both ways between two streams, never more of them at once than the slower side takes and the allowance
 * of the sender lets through. Resolves when both ways have ended.
 */
export const splice = async (ways: readonly [Way, Way], onBytes: (count: number) => void): Promise<void> => {
  for (const way of ways) carry(way, onBytes)
  await Promise.all(ways.map(({ from }) => ended(from)))
}

const carry = ({ from, to, allowance }: Way, onBytes: (count: number) => void): void => {
  let holding = 0

  const hold = (until: (resume: () => void) => void): void => {
    holding += 1
    if (from.readStatus === 'readable') from.pause()
    until(() => {
      holding -= 1
      if (holding === 0 && from.readStatus === 'paused') quietly(() => from.resume())
    })
  }

  from.addEventListener('message', (event) => {
    onBytes(event.data.byteLength)
    quietly(() => {
      if (!to.send(event.data)) hold((resume) => void to.onDrain().then(resume, () => {}))
    })
    const wait = allowance.use(event.data.byteLength)
    if (wait > 0) hold((resume) => void setTimeout(resume, wait))
  })
  from.addEventListener('end', () => void to.close().catch((error: Error) => to.abort(error)))
  // What broke on one side is broken for the other: half a way is of no use.
  from.addEventListener('close', (event) => {
    if (event.error !== undefined) return to.abort(event.error)
    const patience = setTimeout(() => to.abort(new Error('the other half is gone')), CLOSE_MILLIS_MAX)
    to.addEventListener('close', () => clearTimeout(patience))
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

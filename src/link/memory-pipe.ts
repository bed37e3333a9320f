import type { Millis } from '../view/view.ts'
import { createInbox, type Inbox } from './inbox.ts'

/** Bytes on their way in one direction from which on a sender is told to wait. */
export const MEMORY_FLIGHT_BYTES_MAX = 256 * 1024

/** One direction of a link in simulated time: what is put in comes out in order, late, and never faster than it is read. */
export type Pipe = {
  /** False when enough is on its way. */
  send(frame: Uint8Array): boolean
  room(): Promise<void>
  /** Nothing more follows: `onEnd` is called once everything before it was taken. */
  end(): void
  /** Whatever is on its way is lost, and nobody waits any longer. */
  cut(): void
  readonly inbox: Inbox
  /** How many frames have reached the inbox. */
  taken(): number
}

export const createPipe = ({
  time,
  delay,
  onTaken,
  onEnd,
}: {
  readonly time: { now(): Millis; after(millis: Millis, task: () => void): void }
  readonly delay: () => Millis
  /** Called with the length of each frame that reached the inbox. */
  readonly onTaken: (bytes: number) => void
  readonly onEnd: () => void
}): Pipe => {
  let flight: Uint8Array[] = []
  let arrived = 0
  let taken = 0
  let bytes = 0
  let state: 'open' | 'ending' | 'ended' | 'cut' = 'open'
  let waiters: (() => void)[] = []

  const openRoom = (): void => {
    const waiting = waiters
    waiters = []
    for (const each of waiting) each()
  }

  /** In order, and only as far as the inbox has room. */
  const deliver = (): void => {
    while (arrived > 0 && state !== 'cut' && !inbox.full()) {
      const frame = flight.shift()
      if (frame === undefined) break
      arrived -= 1
      bytes -= frame.length
      taken += 1
      onTaken(frame.length)
      inbox.put(frame)
    }
    if (bytes < MEMORY_FLIGHT_BYTES_MAX) openRoom()
    if (state === 'ended' && flight.length === 0) onEnd()
  }

  const inbox = createInbox(deliver)
  let last = 0
  const arrive = (task: () => void): void => {
    // Never earlier than what was sent before: tasks of one time run in the order they were asked for.
    last = Math.max(last, time.now() + delay())
    time.after(last - time.now(), task)
  }

  return {
    send: (frame) => {
      flight.push(frame)
      bytes += frame.length
      arrive(() => {
        arrived += 1
        deliver()
      })
      return bytes < MEMORY_FLIGHT_BYTES_MAX
    },
    room: () =>
      bytes < MEMORY_FLIGHT_BYTES_MAX || state === 'cut'
        ? Promise.resolve()
        : new Promise((resolve) => waiters.push(resolve)),
    end: () => {
      if (state !== 'open') return
      state = 'ending'
      openRoom()
      arrive(() => {
        if (state !== 'ending') return
        state = 'ended'
        deliver()
      })
    },
    cut: () => {
      state = 'cut'
      flight = []
      inbox.end()
      openRoom()
    },
    inbox,
    taken: () => taken,
  }
}

import type { Link } from '../../link/port.ts'

/** Messages that wait for room; a server that does not read loses this device's further messages, no more. */
export const OUTBOX_MESSAGES_MAX = 256

/** What is to be sent on a link, in order and no faster than the other side reads. */
export type Outbox = {
  /** False when there was no place: the message is dropped. */
  send(message: Uint8Array): boolean
  /** Resolves when a message would leave at once, or when the link is closed. */
  room(): Promise<void>
}

export const createOutbox = (link: Link): Outbox => {
  const waiting: Uint8Array[] = []
  let full = false
  let waiters: (() => void)[] = []

  const flush = (): void => {
    full = false
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (link.send(next)) continue
      hold()
      return
    }
    const free = waiters
    waiters = []
    for (const each of free) each()
  }

  const hold = (): void => {
    full = true
    void link.room().then(flush)
  }

  return {
    send: (message) => {
      if (full) {
        if (waiting.length >= OUTBOX_MESSAGES_MAX) return false
        waiting.push(message)
      } else if (!link.send(message)) hold()
      return true
    },
    room: () => (full ? new Promise((resolve) => waiters.push(resolve)) : Promise.resolve()),
  }
}

import type { Hex } from '../../core/bytes/hex.ts'
import type { Link } from '../../link/port.ts'
import type { Arrived, Changed, FoundWhere, Network, Seen } from './port.ts'

/** What the layer above wants to be told. What one of its handlers throws is logged and goes no further. */
export type Handlers = {
  /** A link that its handler did not take is closed: left unread, it would hold its sender back for ever. */
  link(link: Link): void
  seen(seen: Seen): void
  gone(gone: { readonly device: Hex; readonly by: FoundWhere }): void
  change(what: Changed): void
  arrived(arrived: Arrived): void
  onArrived(handler: (arrived: Arrived) => void): void
  readonly setters: Pick<Network, 'onLink' | 'onSeen' | 'onGone' | 'onChange'>
  /** From now on nothing is told. */
  close(): void
}

export const createHandlers = (log: ((message: string, error: unknown) => void) | undefined): Handlers => {
  let onLink = (link: Link): void => link.close()
  let onSeen: (seen: Seen) => void = () => {}
  let onGone: (gone: { readonly device: Hex; readonly by: FoundWhere }) => void = () => {}
  let onChange: (what: Changed) => void = () => {}
  let onArrived: (arrived: Arrived) => void = () => {}
  let closed = false

  const tell = <Told>(handler: (told: Told) => void, told: Told): boolean => {
    if (closed) return false
    try {
      handler(told)
      return true
    } catch (error) {
      log?.('a handler of the network failed', error)
      return false
    }
  }

  return {
    link: (link) => {
      if (!tell(onLink, link)) link.close()
    },
    seen: (seen) => void tell(onSeen, seen),
    gone: (gone) => void tell(onGone, gone),
    change: (what) => void tell(onChange, what),
    arrived: (arrived) => void tell(onArrived, arrived),
    onArrived: (handler) => {
      onArrived = handler
    },
    setters: {
      onLink: (handler) => {
        onLink = handler
      },
      onSeen: (handler) => {
        onSeen = handler
      },
      onGone: (handler) => {
        onGone = handler
      },
      onChange: (handler) => {
        onChange = handler
      },
    },
    close: () => {
      closed = true
    },
  }
}

import type { Listener, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import type { HostAndPort } from '../address.ts'
import { multiaddrOf } from './addresses.ts'
import type { Connection } from './connection.ts'
import { createDeadline } from './deadline.ts'
import { failureOf } from './failure.ts'

/** How long both call each other. Where it works at all, the first call comes through in a round trip. */
export const TOGETHER_MILLIS_MAX = 2_500
/** A call that was refused came before the other side's own. */
export const TOGETHER_RETRY_MILLIS = 80
export const TOGETHER_TRIES_MAX = 16

/** A port from which any number of devices may be called at once. */
export type CallingPort = {
  readonly number: number
  /** Who calls from it now. */
  readonly callers: Set<object>
  /** Ends the listening at it, which would keep others from calling. Absent while nobody listens. */
  quiet?: (() => Promise<void>) | undefined
  /** A link came in at it and is listened for as long as it stands: nobody can call from it any more. */
  worn: boolean
}

export const callingPort = (number: number): CallingPort => ({ number, callers: new Set(), worn: false })

/**
 * Calls an address from a local port at which the other side is calling at the same moment (TCP simultaneous open, RFC
 * 9293, 3.5): each router takes the other's call for the answer to its own. Listens at that port as well, for an other
 * side whose router gives its call a port that nobody foresaw, while no other call is made from that port.
 *
 * `secure` is given each bare connection and proves who is there, or throws; the first that it makes counts.
 */
export const connectTogether = async ({
  transport,
  address,
  port,
  secure,
  signal,
}: {
  readonly transport: Transport
  readonly address: HostAndPort
  readonly port: CallingPort
  readonly secure: (wire: MultiaddrConnection, signal: AbortSignal) => Promise<Connection>
  readonly signal: AbortSignal
}): Promise<Result<Connection, Failure>> => {
  const deadline = createDeadline(TOGETHER_MILLIS_MAX, signal)
  const standing = new AbortController()
  const over = AbortSignal.any([deadline.signal, standing.signal])
  // Node ends a socket whenever the signal aborts that it was made with: this one must not after a call came through.
  const calls = new AbortController()
  deadline.signal.addEventListener('abort', () => calls.abort())
  let winner: { readonly connection: Connection; readonly by: 'calling' | 'listening' } | undefined
  let shaking = 0
  let last: unknown = new DOMException('nothing came through', 'TimeoutError')

  const upgradeBy = (by: 'calling' | 'listening') => async (wire: MultiaddrConnection) => {
    if (winner) throw new Error('too late')
    shaking += 1
    try {
      const connection = await secure(wire, deadline.signal)
      if (winner) connection.abort('another call was faster')
      else {
        winner = { connection, by }
        // From here on, quiet would end the link itself.
        if (by === 'listening') port.quiet = undefined
      }
      standing.abort()
      return connection
    } finally {
      shaking -= 1
    }
  }
  const upgrader = {
    upgradeInbound: upgradeBy('listening'),
    upgradeOutbound: upgradeBy('calling'),
  } as unknown as Upgrader

  const caller = {}
  port.callers.add(caller)

  const tryOnce = async (): Promise<void> => {
    // libp2p passes on to the system what it does not know itself.
    const options = { signal: calls.signal, upgrader, localPort: port.number }
    await port.quiet?.()
    const calling = transport.dial(multiaddrOf(address), options).catch((error: unknown) => void (last = error))
    // A port that is listened at cannot be called from any more, and one that was called from can be listened at.
    await nextTurn()
    const listener = port.callers.size === 1 ? await listenAt(transport, upgrader, address, port.number) : undefined
    const quiet = async (): Promise<void> => {
      if (port.quiet === quiet) port.quiet = undefined
      await listener?.close()
    }
    if (listener) port.quiet = quiet
    await Promise.race([calling, aborted(over)])
    // Listening goes on for a moment. Were both refused in one beat, each would call when the other does not listen.
    do await pauseUntil(over, TOGETHER_RETRY_MILLIS * (0.5 + Math.random()))
    while (shaking > 0 && !over.aborted)
    // To close a listener cuts off what came in through it.
    if (winner?.by !== 'listening') return quiet()
    port.quiet = undefined
    port.worn = true
    void winner.connection.closed.then(quiet)
  }

  for (let left = TOGETHER_TRIES_MAX; left > 0 && !over.aborted; left -= 1) await tryOnce()
  port.callers.delete(caller)
  deadline.clear()
  if (winner?.by !== 'calling') calls.abort()
  return winner ? accept(winner.connection) : refuse(failureOf(last))
}

const pauseUntil = (signal: AbortSignal, millis: number): Promise<unknown> =>
  pause(millis, undefined, { signal }).catch(() => undefined)

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Undefined where the system does not let a port be both called from and listened at: then calling must do. */
const listenAt = async (
  transport: Transport,
  upgrader: Upgrader,
  { host }: HostAndPort,
  port: number,
): Promise<Listener | undefined> => {
  const listener = transport.createListener({ upgrader })
  try {
    await listener.listen(multiaddr(host.includes(':') ? `/ip6/::/tcp/${port}` : `/ip4/0.0.0.0/tcp/${port}`))
    return listener
  } catch {
    return undefined
  }
}

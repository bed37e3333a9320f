import type { Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import { toHex, type Hex } from '../../core/bytes/hex.ts'
import type { Relayed } from '../server-port.ts'
import { createAllowance, type Allowance } from './allowance.ts'
import type { Connection } from './connection.ts'
import { createDeadline } from './deadline.ts'
import { RELAY_ANSWERS, RELAYED_PROTOCOL, type RelayAnswer } from './protocols.ts'
import { splice } from './splice.ts'

/** Ways that one device may have asked for and that still stand. */
export const RELAYED_LINKS_PER_DEVICE_MAX = 32

export const RELAYED_LINKS_MAX = 4_096

/** What one device may send through the relay, all its ways together. */
export const RELAY_BYTES_PER_SECOND_MAX = 4 * 1024 * 1024

/** What it may send at once before that rate holds. */
export const RELAY_BURST_BYTES_MAX = 16 * 1024 * 1024

/** How often one device may ask for a way. */
export const RELAY_REQUESTS_PER_SECOND_MAX = 4

export const RELAY_REQUESTS_BURST_MAX = 64

/** From a request until the other side's end of the way stands. */
export const RELAY_MILLIS_MAX = 10_000

const DEVICE_BYTES = 32

export type Relay = {
  /** From now on this device can be reached through this connection, until it closes or a newer one takes its place. */
  register(connection: Connection): void
  /** Serves a stream of RELAY_PROTOCOL. */
  serve(stream: Stream, from: Connection): void
  relayed(): Relayed
  isRegistered(device: Hex): boolean
}

/**
 * Carries sealed bytes between devices that are connected to this server. Only one that is registered may ask, and only
 * for one that is registered.
 */
export const createRelay = (now: () => number): Relay => {
  const registered = new Map<Hex, { readonly connection: Connection; readonly quota: Quota }>()
  const counted = { links: 0, linksTotal: 0, bytesTotal: 0, refusedTotal: 0, replacedTotal: 0 }

  const open = async (stream: Stream, from: Connection, signal: AbortSignal): Promise<RelayAnswer> => {
    const messages = lpStream(stream, { maxDataLength: DEVICE_BYTES })
    const device = (await messages.read({ signal })).subarray()
    const asking = registered.get(from.device)
    const wanted = registered.get(toHex(device))
    const answer = async (code: RelayAnswer): Promise<RelayAnswer> => {
      await messages.write(Uint8Array.of(RELAY_ANSWERS.indexOf(code)), { signal })
      return code
    }
    if (asking === undefined || wanted === undefined) return answer('not-registered')
    const { quota } = asking
    if (quota.requests.use(1) > 0 || quota.links >= RELAYED_LINKS_PER_DEVICE_MAX || counted.links >= RELAYED_LINKS_MAX)
      return answer('relay-full')
    quota.links += 1
    counted.links += 1
    const ended = (): void => {
      quota.links -= 1
      counted.links -= 1
    }
    const there = await wanted.connection.stream(RELAYED_PROTOCOL, signal).catch(() => undefined)
    if (there === undefined) {
      ended()
      return answer('unreachable')
    }
    counted.linksTotal += 1
    const count = (bytes: number): void => {
      counted.bytesTotal += bytes
    }
    await answer('open').catch((error: Error) => there.abort(error))
    const here = messages.unwrap()
    const ways = [
      { from: here, to: there, allowance: quota.bytes },
      { from: there, to: here, allowance: wanted.quota.bytes },
    ] as const
    void splice(ways, count).then(ended)
    return 'open'
  }

  return {
    register: (connection) => {
      const entry = { connection, quota: registered.get(connection.device)?.quota ?? createQuota(now) }
      registered.set(connection.device, entry)
      void connection.closed.then(() => {
        if (registered.get(connection.device) === entry) registered.delete(connection.device)
      })
    },
    serve: (stream, from) => {
      const deadline = createDeadline(RELAY_MILLIS_MAX)
      open(stream, from, deadline.signal)
        .then((answer) => {
          if (answer === 'open') return undefined
          counted.refusedTotal += 1
          return stream.close({ signal: deadline.signal })
        })
        .catch((error: Error) => stream.abort(error))
        .finally(deadline.clear)
    },
    isRegistered: (device) => registered.has(device),
    relayed: () => ({ ...counted }),
  }
}

type Quota = { links: number; readonly requests: Allowance; readonly bytes: Allowance }

const createQuota = (now: () => number): Quota => ({
  links: 0,
  requests: createAllowance({ perSecond: RELAY_REQUESTS_PER_SECOND_MAX, burst: RELAY_REQUESTS_BURST_MAX, now }),
  bytes: createAllowance({ perSecond: RELAY_BYTES_PER_SECOND_MAX, burst: RELAY_BURST_BYTES_MAX, now }),
})

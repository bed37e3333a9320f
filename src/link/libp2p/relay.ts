import type { Stream } from '@libp2p/interface'
import { toHex, type Hex } from '../../core/bytes/hex.ts'
import { addressGroup } from '../address-group.ts'
import type { RelayRefusal, Relayed } from '../server-port.ts'
import type { Connection } from './connection.ts'
import { createDeadline } from './deadline.ts'
import { createLine, type Time } from './line.ts'
import { BEHIND_BYTES_MAX, messagesOn } from './messages.ts'
import type { Pairs } from './pairs.ts'
import { RELAY_ANSWERS, RELAYED_PROTOCOL, type RelayAnswer } from './protocols.ts'
import { ADDRESS_QUOTA, createQuota, DEVICE_QUOTA, type Quota } from './quota.ts'
import { splice } from './splice.ts'

/**
 * One that carries nothing for long stays: its ends look after it and ask each other now and then, and it may be the only
 * way between two who have little to say. What bounds them is their number.
 */
export const RELAYED_LINKS_MAX = 4_096
/** From one address to one device: half of the streams that a device takes on its connection to the server. */
export const RELAYED_LINKS_TO_DEVICE_MAX = 32
/** All that is sent through the relay, in turns: a line of 270 megabits a second. */
export const RELAY_TOTAL = { perSecond: 32 * 1024 * 1024, burst: 8 * 1024 * 1024 } as const
/** From a request until the other side's end of the way stands. */
export const RELAY_MILLIS_MAX = 10_000

const DEVICE_BYTES = 32

export type Relay = {
  /** From now on this device can be reached through this connection, until it closes or a newer one takes its place. */
  register(connection: Connection): void
  /** Serves a stream of RELAY_PROTOCOL. */
  serve(stream: Stream, from: Connection): void
  /** Serves a stream of REPLACED_PROTOCOL. */
  replaced(stream: Stream, from: Connection): void
  relayed(): Relayed
  isRegistered(device: Hex): boolean
}

/** A device that can be reached. */
type Registered = { readonly connection: Connection; readonly quota: Quota; readonly address: Address }

/** All devices at one address: see `addressGroup`. */
type Address = { readonly quota: Quota; devices: number; readonly linksTo: Map<Hex, number> }

/**
 * Carries sealed bytes between devices that are connected to this server. Only one that is registered may ask, and only
 * for one that is registered.
 */
export const createRelay = (time: Time, pairs: Pairs): Relay => {
  const registered = new Map<Hex, Registered>()
  const addresses = new Map<string, Address>()
  const line = createLine<Hex>(RELAY_TOTAL, time)
  const counted = { links: 0, linksTotal: 0, bytesTotal: 0 }
  const refused = Object.fromEntries(RELAY_ANSWERS.slice(1).map((each) => [each, 0])) as Record<RelayRefusal, number>
  const shared = { line, time, onBytes: (bytes: number) => void (counted.bytesTotal += bytes) }

  /** Which limit keeps these two from a relayed link, if one does. */
  const limitOf = (asking: Registered, wanted: Registered): RelayRefusal | undefined => {
    const { quota, address } = asking
    if (quota.links >= quota.limits.links) return 'device-full'
    if (address.quota.links >= address.quota.limits.links) return 'address-full'
    if ((address.linksTo.get(wanted.connection.device) ?? 0) >= RELAYED_LINKS_TO_DEVICE_MAX) return 'wanted-full'
    return counted.links >= RELAYED_LINKS_MAX ? 'relay-full' : undefined
  }

  /** Takes a place for a link; what is returned gives it back. */
  const takePlace = ({ quota, address }: Registered, wanted: Hex): (() => void) => {
    const change = (by: 1 | -1): void => {
      counted.links += by
      quota.links += by
      address.quota.links += by
      const links = (address.linksTo.get(wanted) ?? 0) + by
      if (links === 0) address.linksTo.delete(wanted)
      else address.linksTo.set(wanted, links)
    }
    change(1)
    return () => change(-1)
  }

  const open = async (stream: Stream, from: Connection, signal: AbortSignal): Promise<RelayAnswer> => {
    const messages = messagesOn(stream, DEVICE_BYTES, BEHIND_BYTES_MAX)
    const device = toHex((await messages.read({ signal })).subarray())
    const asking = registered.get(from.device)
    const wanted = registered.get(device)
    const answer = async (code: RelayAnswer): Promise<RelayAnswer> => {
      await messages.write(Uint8Array.of(RELAY_ANSWERS.indexOf(code)), { signal })
      return code
    }
    if (asking === undefined) return answer('not-registered')
    // Before anything is said of the other: whoever asks for many to learn who is here is slow at it.
    if (!asking.quota.request() || !asking.address.quota.request()) return answer('too-often')
    if (wanted === undefined) return answer('not-registered')
    const limit = limitOf(asking, wanted)
    if (limit !== undefined) return answer(limit)
    const leave = takePlace(asking, device)
    const there = await wanted.connection.stream(RELAYED_PROTOCOL, signal).catch(() => undefined)
    if (there === undefined) {
      leave()
      return answer('unreachable')
    }
    counted.linksTotal += 1
    const ended = pairs.relayed(from.device, device)
    await answer('open').catch((error: Error) => there.abort(error))
    const here = messages.unwrap()
    const allowancesOf = ({ quota, address }: Registered) => [quota.bytes, address.quota.bytes]
    const ways = [
      { sender: from.device, from: here, to: there, allowances: allowancesOf(asking) },
      { sender: device, from: there, to: here, allowances: allowancesOf(wanted) },
    ] as const
    void splice(ways, shared).then(() => {
      leave()
      ended()
    })
    return 'open'
  }

  const enter = (group: string): Address => {
    const address = addresses.get(group) ?? {
      quota: createQuota(ADDRESS_QUOTA, time.now),
      devices: 0,
      linksTo: new Map(),
    }
    address.devices += 1
    addresses.set(group, address)
    return address
  }

  return {
    register: (connection) => {
      const group = addressGroup(connection.address)
      const address = enter(group)
      const quota = registered.get(connection.device)?.quota ?? createQuota(DEVICE_QUOTA, time.now)
      const entry = { connection, quota, address }
      registered.set(connection.device, entry)
      void connection.closed.then(() => {
        address.devices -= 1
        if (address.devices === 0) addresses.delete(group)
        if (registered.get(connection.device) === entry) registered.delete(connection.device)
      })
    },
    serve: (stream, from) => {
      const deadline = createDeadline(RELAY_MILLIS_MAX)
      open(stream, from, deadline.signal)
        .then((answer) => {
          if (answer === 'open') return undefined
          refused[answer] += 1
          return stream.close({ signal: deadline.signal })
        })
        .catch((error: Error) => stream.abort(error))
        .finally(deadline.clear)
    },
    replaced: (stream, from) => {
      pairs.replaced(from.device)
      stream.close().catch((error: Error) => stream.abort(error))
    },
    isRegistered: (device) => registered.has(device),
    relayed: () => ({ ...counted, ...pairs.counts(), waitingBytes: line.waiting, refused: { ...refused } }),
  }
}

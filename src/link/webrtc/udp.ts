import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Hex } from '../../core/bytes/hex.ts'
import { refuse, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import { formatAddress, parseAddress, pathOf, UDP_ADDRESS } from '../address.ts'
import { createAllowance, type Allowance } from '../libp2p/allowance.ts'
import type { Connection } from '../libp2p/connection.ts'
import { failureOf } from '../libp2p/failure.ts'
import type { Node } from '../libp2p/node.ts'
import { silent } from '../libp2p/parts.ts'
import { SIGNAL_PROTOCOL } from '../libp2p/protocols.ts'
import type { UdpPolicy } from '../port.ts'
import { BEHIND_BYTES_MAX, messagesOn } from '../libp2p/messages.ts'
import { loadNative, type Channel, type Ice, type Native } from './channel.ts'
import { negotiate } from './negotiate.ts'
import { encodeSignal, SIGNAL_BYTES_MAX, type SignalRefusal } from './signal.ts'
import { DataChannelWire, PULSE_MILLIS } from './wire.ts'

/** Calls over UDP, from here and from elsewhere, that are being negotiated at once. */
export const NEGOTIATIONS_MAX = 32
/** Calls of one device that are answered, at once and in each minute. */
export const CALLS_PER_MINUTE = 6
/** Devices for which it is known how much they have called. */
const CALLERS_MAX = 1_024

export type Udp = {
  /** Connects to a device to which a connection stands, over UDP. */
  dial(device: Hex, signal: AbortSignal): Promise<Result<Connection, Failure>>
  /** Serves a stream of SIGNAL_PROTOCOL. */
  serve(stream: Stream, from: Connection): void
  use(policy: UdpPolicy): void
  close(): void
}

/** `from`: the one address to call from; absent: every network card's. */
export const createUdp = (
  node: Node,
  {
    from,
    load = loadNative,
  }: { readonly from?: string | undefined; readonly load?: () => Promise<Native | undefined> },
): Udp => {
  const life = new AbortController()
  const wires = new Set<DataChannelWire>()
  const callers = new Map<Hex, Allowance>()
  let policy: UdpPolicy = { answers: () => false, stun: () => [] }
  let negotiations = 0

  const pulse = setInterval(() => {
    for (const wire of wires) wire.pulse()
  }, PULSE_MILLIS)
  // Looking after wires is no reason to keep a process alive.
  pulse.unref()

  const counted = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    negotiations += 1
    try {
      return await act()
    } finally {
      negotiations -= 1
    }
  }

  const secured = (
    channel: Channel,
    input: { readonly dialled: boolean; readonly expected: Hex; readonly signal: AbortSignal },
  ): Promise<Result<Connection, Failure>> => {
    const remote = channel.remote() ?? ''
    const { host, port } = parseAddress(remote) ?? { host: '0.0.0.0', port: 9 }
    const kind = host.includes(':') ? 'ip6' : 'ip4'
    const wire = new DataChannelWire(channel, {
      remoteAddr: multiaddr(`/${kind}/${host}/udp/${port}`),
      dialled: input.dialled,
      log: silent,
    })
    wires.add(wire)
    wire.addEventListener('close', () => wires.delete(wire))
    return node.secure({ stream: wire, address: `${UDP_ADDRESS} ${remote}`, ...input })
  }

  const ice = (): Ice => ({
    stun: policy.stun(),
    ...(from !== undefined && { from }),
    open: from !== undefined || node.listening().some((each) => pathOf(formatAddress(each)) === 'direct'),
  })

  const call = async (device: Hex, given: AbortSignal): Promise<Result<Connection, Failure>> => {
    const signal = AbortSignal.any([given, life.signal])
    const standing = node.standing(device)
    if (!standing) return refuse({ kind: 'unreachable', detail: 'no connection stands to agree over' })
    const native = await load()
    if (!native) return refuse({ kind: 'unsupported', detail: 'this system has no UDP links' })
    const stream = await standing.stream(SIGNAL_PROTOCOL, signal).catch(failureOf)
    if ('kind' in stream)
      return refuse(stream.kind === 'not-kith' ? { kind: 'version', detail: 'the other side cannot do it' } : stream)
    const channel = await negotiate({ native, role: 'calling', stream, ice: ice(), signal })
    return channel.ok ? secured(channel.value, { dialled: true, expected: device, signal }) : channel
  }

  const refusalFor = (device: Hex, native: Native | undefined): SignalRefusal | undefined => {
    if (!policy.answers(device)) return 'not-accepted'
    if (negotiations >= NEGOTIATIONS_MAX || !mayCall(device)) return 'busy'
    return native ? undefined : 'unsupported'
  }

  const mayCall = (device: Hex): boolean => {
    const limits = { perSecond: CALLS_PER_MINUTE / 60, burst: CALLS_PER_MINUTE, now: () => performance.now() }
    const allowance = callers.get(device) ?? createAllowance(limits)
    // Who called longest ago is forgotten first.
    callers.delete(device)
    callers.set(device, allowance)
    const [first] = callers.keys()
    if (callers.size > CALLERS_MAX && first !== undefined) callers.delete(first)
    return allowance.use(1) === 0
  }

  const answer = async (stream: Stream, caller: Connection): Promise<void> => {
    const native = await load()
    const because = refusalFor(caller.device, native)
    if (because !== undefined || !native) {
      const messages = messagesOn(stream, SIGNAL_BYTES_MAX, BEHIND_BYTES_MAX)
      await messages.write(encodeSignal({ kind: 'refused', because: because ?? 'unsupported' }), {
        signal: life.signal,
      })
      return stream.close({ signal: life.signal })
    }
    await counted(async () => {
      const channel = await negotiate({ native, role: 'answering', stream, ice: ice(), signal: life.signal })
      if (channel.ok) await secured(channel.value, { dialled: false, expected: caller.device, signal: life.signal })
    })
  }

  return {
    dial: async (device, signal) => {
      if (negotiations >= NEGOTIATIONS_MAX) return refuse({ kind: 'other', detail: 'too many calls over UDP' })
      return counted(() => call(device, signal))
    },
    serve: (stream, from) => void answer(stream, from).catch((error: Error) => stream.abort(error)),
    use: (next) => {
      policy = next
    },
    close: () => {
      life.abort()
      clearInterval(pulse)
    },
  }
}

import { randomBytes } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { formatIp, parseIp } from '../../core/reach/ip.ts'
import { decodeBindingAnswer, encodeBindingRequest, TRANSACTION_BYTES } from '../../core/stun/message.ts'
import type { HostAndPort } from '../address.ts'
import { failureOf } from '../libp2p/failure.ts'
import type { Observation } from './observation.ts'

/** When a question without an answer is sent again: RFC 8489, 6.2.1, with three repetitions in place of six. */
export const UDP_SENDS_MILLIS: readonly number[] = [0, 400, 1_200, 2_800]
/** When it is given up. */
export const UDP_ANSWER_MILLIS_MAX = 4_000

/** Asks at each port of an IP address from one socket. */
export const askOverUdp = async (
  host: string,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<readonly Observation[]> => {
  if (ports.length === 0) return []
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  // What the system says of a packet that could not be sent comes with the sending.
  socket.on('error', () => {})
  try {
    const localHost = await hostTowards(host, ports[0] ?? 0)
    socket.bind()
    await once(socket, 'listening')
    const local = { host: localHost, port: socket.address().port }
    return await Promise.all(ports.map((port) => ask({ socket, host, port, local, signal })))
  } catch (error) {
    return ports.map((port) => ({ at: 'failed', port, failure: failureOf(error) }))
  } finally {
    socket.close()
  }
}

/** The own address from which packets to a host leave. Sends nothing. */
const hostTowards = async (host: string, port: number): Promise<string> => {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  try {
    socket.connect(port, host)
    await once(socket, 'connect')
    return socket.address().address
  } finally {
    socket.close()
  }
}

const ask = ({
  socket,
  host,
  port,
  local,
  signal,
}: {
  readonly socket: Socket
  readonly host: string
  readonly port: number
  readonly local: HostAndPort
  readonly signal: AbortSignal
}): Promise<Observation> =>
  new Promise((resolve) => {
    const transaction = new Uint8Array(randomBytes(TRANSACTION_BYTES))
    const request = encodeBindingRequest(transaction)
    const asked = performance.now()
    let last: Observation = { at: 'failed', port, failure: { kind: 'timeout', detail: 'nothing came back' } }

    const finish = (outcome: Observation): void => {
      for (const timer of timers) clearTimeout(timer)
      socket.off('message', hear)
      signal.removeEventListener('abort', giveUp)
      resolve(outcome)
    }
    const giveUp = (): void =>
      finish({ at: 'failed', port, failure: { kind: 'closed', detail: 'the question was given up' } })
    // Whoever guesses 96 bits of the question could answer in the server's name; everybody else is passed over.
    const hear = (bytes: Uint8Array, from: RemoteInfo): void => {
      if (from.port !== port || plain(from.address) !== plain(host)) return
      const answer = decodeBindingAnswer(bytes)
      if (!answer || !Buffer.from(answer.transaction).equals(transaction)) return
      if (answer.kind === 'error')
        return finish({ at: 'failed', port, failure: { kind: 'refused', detail: `STUN says ${answer.code}` } })
      const outside = { host: answer.host, port: answer.port }
      finish({ at: 'seen', port, local, outside, millis: performance.now() - asked })
    }
    const send = (): void =>
      socket.send(request, port, host, (error) => {
        if (error) last = { at: 'failed', port, failure: failureOf(error) }
      })
    const timers = [
      ...UDP_SENDS_MILLIS.map((millis) => setTimeout(send, millis)),
      setTimeout(() => finish(last), UDP_ANSWER_MILLIS_MAX),
    ]
    socket.on('message', hear)
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp)
  })

/** One text for one address: without the name of a network card. */
const plain = (host: string): string => {
  const text = host.replace(/%.*$/, '')
  const ip = parseIp(text)
  return ip ? formatIp(ip) : text
}

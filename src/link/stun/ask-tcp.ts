import { randomBytes, randomInt } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { ANSWER_BYTES_MAX, HEADER_BYTES, decodeBindingAnswer, encodeBindingRequest } from '../../core/stun/message.ts'
import { TRANSACTION_BYTES, type BindingAnswer } from '../../core/stun/message.ts'
import { CALLING_PORT_LEAST, CALLING_PORT_MOST } from '../calling-port.ts'
import { failureOf } from '../libp2p/failure.ts'
import type { Observation } from './observation.ts'

/** From the first packet until the answer. */
export const TCP_ANSWER_MILLIS_MAX = 5_000
/** How often another port is tried because the first is in use. */
const PORT_TRIES_MAX = 4

/** Asks at each port of an IP address from one local port. */
export const askOverTcp = async (
  host: string,
  ports: readonly number[],
  signal: AbortSignal,
): Promise<readonly Observation[]> => {
  for (let left = PORT_TRIES_MAX; ; left -= 1) {
    const localPort = randomInt(CALLING_PORT_LEAST, CALLING_PORT_MOST + 1)
    const all = await Promise.all(ports.map((port) => ask({ host, port, localPort, signal })))
    if (!all.some(isPortInUse) || left <= 1) return all
  }
}

/** By another socket, or by a connection to the same place that is hardly over. */
const isPortInUse = (each: Observation): boolean =>
  each.at === 'failed' && ['EADDRINUSE', 'EADDRNOTAVAIL'].includes(each.failure.detail)

const ask = async ({
  host,
  port,
  localPort,
  signal,
}: {
  readonly host: string
  readonly port: number
  readonly localPort: number
  readonly signal: AbortSignal
}): Promise<Observation> => {
  const until = AbortSignal.any([signal, AbortSignal.timeout(TCP_ANSWER_MILLIS_MAX)])
  const socket = connect({ host, port, localPort, signal: until })
  try {
    await connected(socket)
    const local = { host: socket.localAddress ?? '', port: localPort }
    const transaction = new Uint8Array(randomBytes(TRANSACTION_BYTES))
    const asked = performance.now()
    socket.write(encodeBindingRequest(transaction))
    const answer = await answerOn(socket)
    const millis = performance.now() - asked
    if (answer?.kind !== 'seen' || !Buffer.from(answer.transaction).equals(transaction))
      return { at: 'failed', port, failure: { kind: 'not-kith', detail: 'no answer of STUN' } }
    return { at: 'seen', port, local, outside: { host: answer.host, port: answer.port }, millis }
  } catch (error) {
    const late = until.aborted && !signal.aborted
    return { at: 'failed', port, failure: late ? { kind: 'timeout', detail: 'ETIMEDOUT' } : failureOf(error) }
  } finally {
    socket.destroy()
  }
}

const connected = (socket: Socket): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })

/** The first message that comes, or undefined when it is none of STUN. Rejects when the connection breaks before. */
const answerOn = (socket: Socket): Promise<BindingAnswer | undefined> =>
  new Promise((resolve, reject) => {
    let held = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk])
      // The length of the rest is in the third and fourth byte.
      const size = held.length < HEADER_BYTES ? undefined : HEADER_BYTES + held.readUInt16BE(2)
      if (size !== undefined && held.length >= size) resolve(decodeBindingAnswer(held.subarray(0, size)))
      else if (held.length > ANSWER_BYTES_MAX) resolve(undefined)
    })
    socket.once('error', reject).once('end', () => resolve(undefined))
  })

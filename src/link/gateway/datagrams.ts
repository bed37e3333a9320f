import { createSocket, type Socket } from 'node:dgram'
import { parseIpv4, type Ip } from '../../core/reach/ip.ts'
import { PCP_PORT } from '../../core/gateway/pcp.ts'

/** The wait for an answer, and how often it doubles (RFC 6886, 3.1, which goes on for a minute: this is for routers). */
const ANSWER_MILLIS = 250
const TRIES_MAX = 3

/** Questions to one router, from one port of this device; nobody else's datagrams come in. */
export type Datagrams = {
  /** This device's address on the home's network: the one from which the router is asked. */
  readonly own: Ip
  /** Undefined when no answer came that `read` takes for one, or the router said that nobody listens. */
  ask<Answer>(
    question: Uint8Array,
    read: (bytes: Uint8Array) => Answer | undefined,
    signal: AbortSignal,
  ): Promise<Answer | undefined>
  close(): void
}

export const openDatagrams = async (router: string): Promise<Datagrams | undefined> => {
  const socket = createSocket('udp4')
  let hear: (bytes: Uint8Array) => void = () => {}
  let fail: () => void = () => {}
  socket.on('message', (bytes) => hear(bytes))
  // An ICMP message that nobody listens there: the same as no answer, only sooner.
  socket.on('error', () => fail())
  const host = await connect(socket, router)
  const own = host === undefined ? undefined : parseIpv4(host)
  if (host === undefined || own === undefined) {
    socket.close()
    return undefined
  }
  const send = (bytes: Uint8Array): Promise<void> => new Promise((resolve) => socket.send(bytes, () => resolve()))

  const ask: Datagrams['ask'] = async (question, read, signal) => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof read>>()
    hear = (bytes) => {
      const answer = read(bytes)
      if (answer !== undefined) resolve(answer)
    }
    fail = () => resolve(undefined)
    signal.addEventListener('abort', fail, { once: true })
    let timer: NodeJS.Timeout | undefined
    const attempt = (tries: number): void => {
      if (tries === TRIES_MAX || signal.aborted) return resolve(undefined)
      void send(question)
      timer = setTimeout(attempt, ANSWER_MILLIS * 2 ** tries, tries + 1)
    }
    attempt(0)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', fail)
      hear = fail = () => {}
    }
  }
  return { own, ask, close: () => socket.close() }
}

/** The address of this device from which the router is reached; undefined where there is no way to it. */
const connect = (socket: Socket, router: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    socket.once('error', () => resolve(undefined))
    socket.once('connect', () => resolve(socket.address().address))
    try {
      socket.connect(PCP_PORT, router)
    } catch {
      resolve(undefined)
    }
  })

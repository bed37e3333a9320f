import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { StunAnswers } from './answers.ts'

/** How often addresses are looked for that this machine has gained or lost. */
export const ADDRESSES_LOOK_MILLIS = 10_000

/**
 * Answers questions that come by UDP to a port of this host, until it is closed. Every address of the machine gets a socket
 * of its own: from one socket for all, an answer leaves with whatever address the way back suggests, and a router lets in
 * only what comes from the address that was asked. Throws what the system says.
 */
export const serveUdp = async (
  answers: StunAnswers,
  host: string,
  port: number,
): Promise<{ close(): Promise<void> }> => {
  const sockets = new Map<string, Socket>()
  let state: 'open' | 'closed' = 'open'
  const forget = (address: string): void => {
    sockets.get(address)?.close()
    sockets.delete(address)
  }
  const look = async (): Promise<void> => {
    const wanted = addressesOf(host)
    for (const address of sockets.keys()) if (!wanted.includes(address)) forget(address)
    let failed: unknown = Object.assign(new Error('no address'), { code: 'EADDRNOTAVAIL' })
    for (const address of wanted.filter((each) => !sockets.has(each))) {
      try {
        const socket = await openSocket(answers, address, port)
        if (state === 'closed') return void socket.close()
        sockets.set(address, socket)
      } catch (error) {
        failed = error
        if (isTaken(error)) throw error
      }
    }
    if (sockets.size === 0) throw failed
  }
  const close = async (): Promise<void> => {
    state = 'closed'
    clearInterval(looking)
    for (const address of sockets.keys()) forget(address)
  }
  // An address that cannot be used yet, as one of IPv6 that was just given, is tried again at the next look.
  const looking = setInterval(() => void look().catch(() => {}), ADDRESSES_LOOK_MILLIS)
  looking.unref()
  try {
    await look()
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

const openSocket = async (answers: StunAnswers, host: string, port: number): Promise<Socket> => {
  const socket = createSocket(isIPv6(host) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
  } catch (error) {
    socket.close()
    throw error
  }
  // What cannot be sent, or what a router says of what was sent, is nothing to mend here.
  socket.on('error', () => {})
  socket.on('message', (question, { address, port: from }) => {
    const answer = answers.answer('udp', question, { host: address, port: from })
    if (answer) socket.send(answer, from, address, () => {})
  })
  return socket
}

const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** The addresses that a host means: those of all network cards, or itself. None that needs the name of a card with it. */
const addressesOf = (host: string): readonly string[] => {
  if (host !== '0.0.0.0' && host !== '::') return [host]
  const family = host === '::' ? 'IPv6' : 'IPv4'
  const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? [])
  const here = cards.filter((card) => card.family === family && !(card.family === 'IPv6' && card.scopeid !== 0))
  return [...new Set(here.map(({ address }) => address))]
}

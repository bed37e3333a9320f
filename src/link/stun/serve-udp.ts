import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { StunAnswers } from './answers.ts'

/** Answers questions that come by UDP to a port of this host, until it is closed. Throws what the system says. */
export const serveUdp = async (
  answers: StunAnswers,
  host: string,
  port: number,
): Promise<{ close(): Promise<void> }> => {
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
    const answer = answers.answer('udp', question, { host: address.replace(/%.*$/, ''), port: from })
    if (answer) socket.send(answer, from, address, () => {})
  })
  return { close: () => new Promise((resolve) => socket.close(() => resolve())) }
}

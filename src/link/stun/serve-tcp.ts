import { once } from 'node:events'
import { createServer, isIPv6, type Socket } from 'node:net'
import { createCrowd } from '../libp2p/crowd.ts'
import type { StunAnswers } from './answers.ts'

/** Connections that ask at once; when there are more, whoever has most of them makes room. */
export const STUN_CONNECTIONS_MAX = 256
/** From the connection until it is over. */
export const STUN_CONNECTION_MILLIS_MAX = 5_000

/**
 * Answers one question on each connection to a port of this host, then closes it. The question must come in one piece: it
 * is 20 bytes. Throws what the system says.
 */
export const serveTcp = async (
  answers: StunAnswers,
  host: string,
  port: number,
): Promise<{ close(): Promise<void> }> => {
  const asking = createCrowd(STUN_CONNECTIONS_MAX)
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress = '', remotePort = 0 } = socket
    const place = asking.enter(remoteAddress, () => socket.destroy())
    open.add(socket)
    const deadline = setTimeout(() => socket.destroy(), STUN_CONNECTION_MILLIS_MAX)
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(deadline)
      place.leave()
      open.delete(socket)
    })
    socket.once('data', (question) => {
      const answer = answers.answer('tcp', question, { host: remoteAddress, port: remotePort })
      if (answer) socket.end(answer)
      else socket.destroy()
    })
  })
  server.listen({ port, host, ipv6Only: isIPv6(host) })
  await once(server, 'listening')
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

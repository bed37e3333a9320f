import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import {
  decodeServerMessage,
  encodePeerMessage,
  type PeerMessage,
  type ServerMessage,
} from '../../src/core/rendezvous/messages.ts'
import { createEndpoint } from '../../src/link/libp2p/endpoint.ts'
import type { Endpoint, Link } from '../../src/link/port.ts'

/** A real endpoint with a link to a server, and nothing else of a peer. */
export type RawPeer = {
  readonly endpoint: Endpoint
  readonly link: Link
  say(message: PeerMessage): void
  sendRaw(frame: Uint8Array): void
  /** The next message of this kind; those before it are passed over. Rejects when the link ends first. */
  hear<Kind extends ServerMessage['kind']>(kind: Kind): Promise<Extract<ServerMessage, { readonly kind: Kind }>>
  close(): Promise<void>
}

export const joinAsRawPeer = async (port: number): Promise<RawPeer> => {
  const endpoint = await createEndpoint({
    privateKey: new Uint8Array(randomBytes(32)),
    listen: { port: 0, hosts: ['127.0.0.1'] },
  })
  if (!endpoint.ok) throw new Error(endpoint.refusal.kind)
  const dialled = await endpoint.value.dialServer({ host: '127.0.0.1', port, signal: new AbortController().signal })
  if (!dialled.ok) throw new Error(JSON.stringify(dialled.refusal))
  const link = dialled.value
  const frames = link.frames[Symbol.asyncIterator]()
  return {
    endpoint: endpoint.value,
    link,
    say: (message) => void link.send(encodePeerMessage(message)),
    sendRaw: (frame) => void link.send(frame),
    hear: async (kind) => {
      for (;;) {
        const next = await frames.next()
        if (next.done === true) throw new Error(`the link ended before ${kind}`)
        const read = decodeServerMessage(next.value)
        if (!read.ok) throw new Error(read.refusal.detail)
        if (read.value.kind === kind) return read.value as never
      }
    },
    close: () => endpoint.value.close(),
  }
}

/** Sends bytes to a port as no peer would, and leaves as soon as they are on their way. */
export const throwBytes = (port: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => socket.destroy()))
    socket.on('error', () => {}).on('close', () => resolve())
    socket.resume()
  })

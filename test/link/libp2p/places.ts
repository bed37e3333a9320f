import { randomBytes } from 'node:crypto'
import { createEndpoint } from '../../../src/link/libp2p/endpoint.ts'
import { createServerEndpoint } from '../../../src/link/libp2p/server.ts'
import type { Endpoint, Link } from '../../../src/link/port.ts'
import type { ServerEndpoint } from '../../../src/link/server-port.ts'

export const LOOPBACK = '127.0.0.1'

export const never = new AbortController().signal

/** A device with a key of its own, listening on the loopback alone. */
export const place = async (): Promise<Endpoint> => {
  const result = await createEndpoint({ privateKey: randomBytes(32), listen: { port: 0, hosts: [LOOPBACK] } })
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

/** A server that reads what it is sent and says nothing. */
export const serverPlace = async (): Promise<ServerEndpoint> => {
  const result = await createServerEndpoint({ privateKey: randomBytes(32), port: 0, host: LOOPBACK })
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  result.value.onLink((link) => void drain(link))
  return result.value
}

export const drain = async (link: Link): Promise<number> => {
  let frames = 0
  for await (const _ of link.frames) frames += 1
  return frames
}

export const addressOf = (endpoint: Endpoint): string => endpoint.addresses()[0] ?? ''

export const portOf = (endpoint: Endpoint): number => Number(addressOf(endpoint).split(':').at(-1))

export const nextLink = (endpoint: { onLink(handler: (link: Link) => void): void }): Promise<Link> =>
  new Promise((resolve) => endpoint.onLink(resolve))

export const join = async (endpoint: Endpoint, server: { readonly port: number }): Promise<Link> => {
  const result = await endpoint.dialServer({ host: LOOPBACK, port: server.port, signal: never })
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

export const dial = async (from: Endpoint, to: Endpoint, address = addressOf(to)): Promise<Link> => {
  const result = await from.dial({ device: to.device, address, signal: never })
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

/** Both ends of a new link, the dialling one first. */
export const linked = async (from: Endpoint, to: Endpoint, address?: string): Promise<readonly [Link, Link]> => {
  const arriving = nextLink(to)
  return [await dial(from, to, address), await arriving]
}

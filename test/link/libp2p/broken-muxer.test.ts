import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as multistream from '@libp2p/multistream-select'
import type { MultiaddrConnection, Upgrader } from '@libp2p/interface'
import { multiaddrOf } from '../../../src/link/libp2p/addresses.ts'
import { handshake, type Secured } from '../../../src/link/libp2p/handshake.ts'
import { createParts } from '../../../src/link/libp2p/parts.ts'
import { PEER_PROTOCOL, SERVER_PROTOCOL } from '../../../src/link/libp2p/protocols.ts'
import { LOOPBACK, never, nextLink, place, portOf, serverPlace } from './places.ts'

/** A link to this port whose connection puts whatever bytes on the secured wire. */
const linkWithWire = async (port: number, protocol: string): Promise<Secured> => {
  const parts = await createParts(randomBytes(32), 'tls-then-noise')
  const { promise, resolve } = Promise.withResolvers<Secured>()
  const upgradeOutbound = async (wire: MultiaddrConnection): Promise<Secured> => {
    const secured = await handshake(wire, parts, { dialled: true, signal: never })
    resolve(secured)
    return secured
  }
  await parts.transport.dial(multiaddrOf({ host: LOOPBACK, port }), {
    signal: never,
    upgrader: { upgradeOutbound } as unknown as Upgrader,
  })
  const secured = await promise
  await multistream.select(await secured.muxer.createStream(), protocol, { signal: never })
  return secured
}

for (const side of ['server', 'peer'] as const)
  test(`[LK68] bytes that are no frame of the multiplexer end the link and nothing else at a ${side}`, async (context) => {
    const there = side === 'server' ? await serverPlace() : await place()
    context.after(() => there.close())
    const arriving = nextLink(there)
    const port = 'port' in there ? there.port : portOf(there)
    const { stream } = await linkWithWire(port, side === 'server' ? SERVER_PROTOCOL : PEER_PROTOCOL)
    const link = await arriving
    stream.send(new Uint8Array(12).fill(255))
    assert.equal((await link.closed).kind, 'lost')
  })

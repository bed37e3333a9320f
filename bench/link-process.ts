import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createEndpoint } from '../src/link/libp2p/endpoint.ts'
import type { Endpoint, Link } from '../src/link/port.ts'

export const ECHO_PROTOCOL = '/echo/1'

/** The first byte of a frame says what to do with it. */
export const ECHO = 1
export const COUNT = 2
/** After it, the number of bytes counted so far comes back. */
export const SUM = 3

export type Ready = {
  readonly tcpPort: number
  readonly libp2pAddress: string
  readonly device: string
  readonly address: string
}

/** libp2p as it comes, with the same parts as a link is made of. */
export const createPlainNode = async (seed: number): Promise<Libp2p> =>
  createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed)),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [tls()],
    streamMuxers: [yamux()],
  })

export const createBenchEndpoint = async (seed: number): Promise<Endpoint> => {
  const listen = { port: 0, hosts: ['127.0.0.1'] }
  const result = await createEndpoint({ privateKey: new Uint8Array(32).fill(seed), listen })
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value
}

/** The other side of everything that is measured, in a process of its own. */
const main = async (): Promise<void> => {
  process.on('disconnect', () => process.exit())
  const plain = createServer({ noDelay: true }, (socket) => {
    let counted = 0
    socket.on('error', () => {})
    socket.on('data', (data) => {
      counted += data.length
      // A round trip is less than a chunk; anything longer is a flood that ends with SUM.
      if (data[0] === ECHO && data.length < 1_024) socket.write(data)
      else if (data.at(-1) === SUM) socket.write(Uint8Array.of(SUM, counted & 0xff))
    })
  })
  plain.listen(0, '127.0.0.1')
  await once(plain, 'listening')

  const node = await createPlainNode(11)
  await node.handle(ECHO_PROTOCOL, (stream) => {
    stream.addEventListener('message', (event) => void stream.send(event.data))
  })

  const endpoint = await createBenchEndpoint(12)
  const answer = async (link: Link): Promise<void> => {
    for await (const frame of link.frames) if (frame[0] !== COUNT) link.send(frame)
  }
  endpoint.onLink((link) => void answer(link))
  const ready: Ready = {
    tcpPort: (plain.address() as AddressInfo).port,
    libp2pAddress: node.getMultiaddrs()[0]?.toString() ?? '',
    device: endpoint.device,
    address: endpoint.addresses()[0] ?? '',
  }
  process.send?.(ready)
}

if (import.meta.main) await main()

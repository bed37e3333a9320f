import { randomBytes } from 'node:crypto'
import { encodePeerMessage } from '../src/core/rendezvous/messages.ts'
import { createEndpoint } from '../src/link/libp2p/endpoint.ts'

/** Join so many more peers to the server at this port, a few at a time. */
export type PeersTask = { readonly port: number; readonly count: number }
export type PeersReport = { readonly kind: 'joined'; readonly count: number }

const AT_A_TIME = 4
/** As large as a name, a tag and a signature; and as a signed card with addresses. */
const LISTING_BYTES = 120
const CARD_BYTES = 700

/** Many peers in one process: each with a key, a listening socket and a link to the server, as real ones have. */
const main = (): void => {
  process.on('disconnect', () => process.exit())
  process.on('message', ({ port, count }: PeersTask) => {
    let left = count
    const joinSome = async (): Promise<void> => {
      while (left > 0) {
        left -= 1
        await join(port)
      }
    }
    const joinAll = async (): Promise<void> => {
      await Promise.all(Array.from({ length: AT_A_TIME }, joinSome))
      process.send?.({ kind: 'joined', count } satisfies PeersReport)
    }
    void joinAll()
  })
}

/** Resolves when the server has sent the whole list of people. */
const join = async (port: number): Promise<void> => {
  const endpoint = await createEndpoint({
    privateKey: new Uint8Array(randomBytes(32)),
    listen: { port: 0, hosts: ['127.0.0.1'] },
  })
  if (!endpoint.ok) throw new Error(JSON.stringify(endpoint.refusal))
  const signal = new AbortController().signal
  const dialled = await endpoint.value.dialServer({ host: '127.0.0.1', port, signal })
  if (!dialled.ok) throw new Error(JSON.stringify(dialled.refusal))
  const link = dialled.value
  const listing = new Uint8Array(randomBytes(LISTING_BYTES))
  const card = new Uint8Array(CARD_BYTES)
  link.send(encodePeerMessage({ kind: 'hello', version: 1, visible: true, listing, card }))
  link.send(encodePeerMessage({ kind: 'watch', on: true }))
  let answers = 0
  await new Promise<void>((resolve) => {
    void (async () => {
      for await (const frame of link.frames) if (frame.length > 0 && ++answers === 2) resolve()
      throw new Error(`a link ended: ${JSON.stringify(await link.closed)}`)
    })()
  })
}

if (import.meta.main) main()

import { createSocket } from 'node:dgram'
import { request } from 'node:http'
import {
  addMapping,
  addressIn,
  askAddress,
  CONFLICT,
  controlsIn,
  deleteMapping,
  DESCRIPTION_BYTES_MAX,
  faultIn,
  GATEWAY_TYPES,
  locationIn,
  orderBody,
  PERMANENT_ONLY,
  searchFor,
  SSDP_HOST,
  SSDP_PORT,
  type Order,
} from '../../core/gateway/igd.ts'
import type { Way } from './ways.ts'

/** How long routers have to answer a search that tells them to within a second. */
const SEARCH_MILLIS_MAX = 2_000
const REPLY_MILLIS_MAX = 3_000
/** Ports outside that are tried when the first is another device's. */
const PORT_TRIES_MAX = 4
const PORT_LEAST = 20_000
const PORT_MOST = 60_999

/** Where one router takes orders. */
type Controls = { readonly url: URL; readonly service: string }

/**
 * Has a port passed on by a router that speaks UPnP. Whatever is on the home's network may answer a search: only the
 * router itself is listened to, and only addresses of its own are called.
 */
export const mapByUpnp: Way = async ({ internal, external, seconds }, { router, own, dice, signal }) => {
  const controls = await findControls(router, own, signal)
  if (controls === undefined) return { kind: 'no-answer' }
  let code = 0
  let wanted = external
  let lease = seconds
  for (let left = PORT_TRIES_MAX; left > 0; left -= 1) {
    const order = addMapping({ internal, external: wanted, client: own, seconds: lease })
    const done = await give(controls, order, signal)
    if (done === undefined) return { kind: 'no-answer' }
    if (done.ok) {
      const address = await give(controls, askAddress(), signal)
      const mapped = wanted
      const back = async (): Promise<void> =>
        void (await give(controls, deleteMapping(mapped), AbortSignal.timeout(REPLY_MILLIS_MAX)))
      return { kind: 'mapped', external: mapped, host: addressIn(address?.text ?? '') ?? '', seconds, back }
    }
    code = faultIn(done.text) ?? 0
    if (code === PERMANENT_ONLY) lease = 0
    else if (code === CONFLICT) wanted = PORT_LEAST + Math.floor(dice() * (PORT_MOST - PORT_LEAST))
    else break
  }
  return { kind: 'refused', code }
}

const findControls = async (router: string, own: string, signal: AbortSignal): Promise<Controls | undefined> => {
  const location = await search(router, own, signal)
  const description = location && (await call(location, { method: 'GET' }, signal))
  if (location === undefined || !description?.ok) return undefined
  for (const { service, path } of controlsIn(description.text)) {
    const url = URL.canParse(path, location.href) ? new URL(path, location) : undefined
    if (url && isOf(url, router)) return { url, service }
  }
  return undefined
}

/** Only plain HTTP to the router's own address: an answer cannot make this device call anybody else. */
const isOf = (url: URL, router: string): boolean => url.protocol === 'http:' && url.hostname === router

const search = async (router: string, own: string, signal: AbortSignal): Promise<URL | undefined> => {
  const { promise, resolve } = Promise.withResolvers<URL | undefined>()
  const giveUp = (): void => resolve(undefined)
  const socket = createSocket('udp4')
  const timer = setTimeout(giveUp, SEARCH_MILLIS_MAX)
  signal.addEventListener('abort', giveUp, { once: true })
  socket.on('error', giveUp)
  socket.on('message', (bytes, { address }) => {
    const location = address === router ? locationIn(bytes.toString('latin1')) : undefined
    const url = location !== undefined && URL.canParse(location) ? new URL(location) : undefined
    if (url && isOf(url, router)) resolve(url)
  })
  socket.bind(0, own, () => {
    // Where there are several cards, the one towards this router.
    try {
      socket.setMulticastInterface(own)
    } catch {
      return giveUp()
    }
    for (const type of GATEWAY_TYPES) socket.send(searchFor(type), SSDP_PORT, SSDP_HOST)
  })
  if (signal.aborted) giveUp()
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    socket.close()
  }
}

type Reply = { readonly ok: boolean; readonly text: string }

const give = ({ url, service }: Controls, order: Order, signal: AbortSignal): Promise<Reply | undefined> => {
  const headers = { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${service}#${order.action}"` }
  return call(url, { method: 'POST', headers, body: orderBody(service, order) }, signal)
}

/** Undefined for no answer, and for one that is too long. Follows no redirection. */
const call = (
  url: URL,
  { body, ...options }: { readonly method: string; readonly headers?: Record<string, string>; readonly body?: string },
  signal: AbortSignal,
): Promise<Reply | undefined> =>
  new Promise((resolve) => {
    const until = AbortSignal.any([signal, AbortSignal.timeout(REPLY_MILLIS_MAX)])
    const sent = request(url, { ...options, agent: false, signal: until }, (reply) => {
      const pieces: Buffer[] = []
      let length = 0
      reply.on('data', (piece: Buffer) => {
        length += piece.length
        if (length > DESCRIPTION_BYTES_MAX) sent.destroy()
        else pieces.push(piece)
      })
      reply.on('error', () => resolve(undefined))
      reply.on('end', () => resolve({ ok: reply.statusCode === 200, text: Buffer.concat(pieces).toString('latin1') }))
      reply.on('close', () => resolve(undefined))
    })
    sent.on('error', () => resolve(undefined))
    sent.end(body)
  })

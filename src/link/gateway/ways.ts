import {
  decodeAddressAnswer,
  decodeNatPmpMap,
  encodeAddressRequest,
  encodeNatPmpMap,
} from '../../core/gateway/nat-pmp.ts'
import { decodePcpMap, encodePcpMap, type PortAnswer, type PortRequest } from '../../core/gateway/pcp.ts'
import { openDatagrams, type Datagrams } from './datagrams.ts'

/** How long an answer to that is waited for. */
const BACK_MILLIS_MAX = 250

/** What one way of asking a router led to. */
export type Outcome =
  | {
      readonly kind: 'mapped'
      readonly external: number
      /** The router's address outside, as it says. */
      readonly host: string
      /** When it ends by itself. */
      readonly seconds: number
      readonly back: () => Promise<void>
    }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'no-answer' }

export type Asked = {
  /** The router's address, and this device's, on the home's network. */
  readonly router: string
  readonly own: string
  readonly datagrams: Datagrams
  /** The same for as long as this device runs: by it the router knows whose a port is. */
  readonly nonce: Uint8Array
  /** A random number in [0, 1). */
  readonly dice: () => number
  readonly signal: AbortSignal
}

export type Way = (request: PortRequest, asked: Asked) => Promise<Outcome>

export const mapByPcp: Way = async (request, { router, datagrams, nonce, signal }) => {
  const encode = (from: Datagrams, wanted: PortRequest) => encodePcpMap(wanted, { nonce, own: from.own })
  const read = (bytes: Uint8Array) => decodePcpMap(bytes, request, nonce)
  const answer = await datagrams.ask(encode(datagrams, request), read, signal)
  if (answer?.kind !== 'mapped' || answer.host === undefined) return refusalOf(answer)
  const back = () => giveBack(router, (from) => encode(from, { ...request, external: 0, seconds: 0 }), read)
  return { ...answer, host: answer.host, back }
}

export const mapByNatPmp: Way = async (request, { router, datagrams, signal }) => {
  const read = (bytes: Uint8Array) => decodeNatPmpMap(bytes, request)
  const answer = await datagrams.ask(encodeNatPmpMap(request), read, signal)
  if (answer?.kind !== 'mapped') return refusalOf(answer)
  const back = () => giveBack(router, () => encodeNatPmpMap({ ...request, external: 0, seconds: 0 }), read)
  const address = await datagrams.ask(encodeAddressRequest(), decodeAddressAnswer, signal)
  if (address?.kind === 'address') return { ...answer, host: address.host, back }
  await back()
  return refusalOf(address)
}

const refusalOf = (answer: PortAnswer | { readonly kind: 'refused'; readonly code: number } | undefined): Outcome =>
  answer?.kind === 'refused' ? answer : { kind: 'no-answer' }

/** What is given back is asked for once: where the answer is lost, it ends by itself. */
const giveBack = async (
  router: string,
  question: (from: Datagrams) => Uint8Array,
  read: (bytes: Uint8Array) => PortAnswer | undefined,
): Promise<void> => {
  const datagrams = await openDatagrams(router)
  if (datagrams === undefined) return
  await datagrams.ask(question(datagrams), read, AbortSignal.timeout(BACK_MILLIS_MAX))
  datagrams.close()
}

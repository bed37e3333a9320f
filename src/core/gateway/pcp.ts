import type { Ip } from '../reach/ip.ts'

/**
 * The Port Control Protocol (RFC 6887), as far as a device needs it: to ask its router that what comes to a TCP port
 * outside be passed on to it, and to give that back. Both directions are one datagram of UDP to and from PCP_PORT.
 */

/** The router's port for PCP and for NAT-PMP alike (RFC 6887, 19.1). */
export const PCP_PORT = 5351
export const PCP_NONCE_BYTES = 12
/** A longer datagram is no answer (RFC 6887, 7). */
export const PCP_BYTES_MAX = 1_100

const VERSION = 2
const MAP = 1
const ANSWER = 0x80
const TCP = 6
const HEADER_BYTES = 24
const MAP_BYTES = 36
/** The result of a server that speaks another version; the same number in NAT-PMP. */
const UNSUPPORTED_VERSION = 1

/** A TCP port to be passed on. `seconds` 0: no longer. */
export type PortRequest = {
  readonly internal: number
  /** The port wanted outside; the router may choose another one. */
  readonly external: number
  readonly seconds: number
}

export type PortAnswer =
  /** `host`: the router's address outside; absent where the protocol tells it separately. */
  | { readonly kind: 'mapped'; readonly external: number; readonly seconds: number; readonly host?: string }
  /** The router understands, and does not want to. `code` is the protocol's. */
  | { readonly kind: 'refused'; readonly code: number }
  /** The router speaks another version, or another protocol. */
  | { readonly kind: 'other-version' }

/** RFC 6887, 7.1 and 11.1. `nonce` must be the same for as long as one mapping lives; `own` is where this is sent from. */
export const encodePcpMap = (
  { internal, external, seconds }: PortRequest,
  { nonce, own }: { readonly nonce: Uint8Array; readonly own: Ip },
): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES + MAP_BYTES)
  const view = new DataView(bytes.buffer)
  bytes[0] = VERSION
  bytes[1] = MAP
  view.setUint32(4, seconds)
  bytes.set(mapped(own), 8)
  bytes.set(nonce.subarray(0, PCP_NONCE_BYTES), HEADER_BYTES)
  bytes[HEADER_BYTES + 12] = TCP
  view.setUint16(HEADER_BYTES + 16, internal)
  view.setUint16(HEADER_BYTES + 18, external)
  // No address outside is preferred, but one of the same family (RFC 6887, 11.1).
  bytes.set(mapped(own.map(() => 0)), HEADER_BYTES + 20)
  return bytes
}

/** Reads what may be an answer to that request; undefined for everything else. Never throws. */
export const decodePcpMap = (bytes: Uint8Array, request: PortRequest, nonce: Uint8Array): PortAnswer | undefined => {
  if (bytes.length < 4 || bytes.length > PCP_BYTES_MAX || ((bytes[1] ?? 0) & ANSWER) === 0) return undefined
  // A router that knows NAT-PMP alone answers in its form, that it does not know this one (RFC 6886, 3.5).
  if (bytes[0] === 0 && bytes[2] === 0 && bytes[3] === UNSUPPORTED_VERSION) return { kind: 'other-version' }
  if (bytes[0] !== VERSION) return undefined
  if (bytes[1] !== (ANSWER | MAP) || bytes.length < HEADER_BYTES) return undefined
  const code = bytes[3] ?? 0
  if (code === UNSUPPORTED_VERSION) return { kind: 'other-version' }
  if (bytes.length < HEADER_BYTES + MAP_BYTES) return code === 0 ? undefined : { kind: 'refused', code }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isOurs =
    nonce.every((byte, at) => byte === bytes[HEADER_BYTES + at]) &&
    bytes[HEADER_BYTES + 12] === TCP &&
    view.getUint16(HEADER_BYTES + 16) === request.internal
  if (!isOurs) return undefined
  if (code !== 0) return { kind: 'refused', code }
  const host = unmapped([...bytes.subarray(HEADER_BYTES + 20, HEADER_BYTES + 36)])
  const external = view.getUint16(HEADER_BYTES + 18)
  return { kind: 'mapped', external, seconds: view.getUint32(4), ...(host !== undefined && { host: host.join('.') }) }
}

/** IPv4 addresses travel as `::ffff:a.b.c.d` (RFC 6887, 5). */
const mapped = (ip: Ip): Ip => (ip.length === 4 ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...ip] : ip)

const unmapped = (ip: Ip): Ip | undefined =>
  ip.slice(0, 10).every((byte) => byte === 0) && ip[10] === 0xff && ip[11] === 0xff ? ip.slice(12) : undefined

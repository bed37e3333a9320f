import type { PortAnswer, PortRequest } from './pcp.ts'

/** NAT-PMP (RFC 6886): what many home routers speak that do not know its successor, PCP. */

const VERSION = 0
const ADDRESS = 0
const MAP_TCP = 2
const ANSWER = 0x80

/** RFC 6886, 3.2. */
export const encodeAddressRequest = (): Uint8Array => Uint8Array.of(VERSION, ADDRESS)

/** RFC 6886, 3.3. To give a mapping back, both `seconds` and `external` are 0 (3.4). */
export const encodeNatPmpMap = ({ internal, external, seconds }: PortRequest): Uint8Array => {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  bytes[1] = MAP_TCP
  view.setUint16(4, internal)
  view.setUint16(6, external)
  view.setUint32(8, seconds)
  return bytes
}

export type AddressAnswer =
  | { readonly kind: 'address'; readonly host: string }
  | { readonly kind: 'refused'; readonly code: number }

/** The router's address outside. Undefined for what is no answer to that question. Never throws. */
export const decodeAddressAnswer = (bytes: Uint8Array): AddressAnswer | undefined => {
  const code = codeIn(bytes, ADDRESS)
  if (code === undefined) return undefined
  if (code !== 0) return { kind: 'refused', code }
  return bytes.length === 12 ? { kind: 'address', host: bytes.subarray(8).join('.') } : undefined
}

/** Undefined for what is no answer to that request. Never throws. */
export const decodeNatPmpMap = (bytes: Uint8Array, request: PortRequest): PortAnswer | undefined => {
  const code = codeIn(bytes, MAP_TCP)
  if (code === undefined) return undefined
  if (code !== 0) return { kind: 'refused', code }
  if (bytes.length !== 16) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint16(8) !== request.internal) return undefined
  return { kind: 'mapped', external: view.getUint16(10), seconds: view.getUint32(12) }
}

const codeIn = (bytes: Uint8Array, opcode: number): number | undefined => {
  if (bytes.length < 8 || bytes.length > 16 || bytes[0] !== VERSION || bytes[1] !== (ANSWER | opcode)) return undefined
  return ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
}

import { formatIp, type Ip } from '../reach/ip.ts'

/**
 * The one thing of STUN (RFC 8489) that is used here: a Binding request asks from which address and port it came, and a
 * success response says so. No credentials, no other methods.
 */
export type BindingRequest = {
  /** TRANSACTION_BYTES, chosen at random by whoever asks. */
  readonly transaction: Uint8Array
  /** What the request needs understood and this codec does not understand (RFC 8489, 6.3.1), at most UNKNOWN_MAX. */
  readonly unknown: readonly number[]
}

/** An address and port, as the other side saw them. */
export type Seen = { readonly ip: Ip; readonly port: number }

export type BindingAnswer =
  | { readonly kind: 'seen'; readonly transaction: Uint8Array; readonly host: string; readonly port: number }
  /** `code`: RFC 8489, 14.8; 0 where none can be read. */
  | { readonly kind: 'error'; readonly transaction: Uint8Array; readonly code: number }

export const TRANSACTION_BYTES = 12
export const HEADER_BYTES = 20
/** A request of more bytes is none: nobody needs them to ask this, and looking at them would cost more than answering. */
export const REQUEST_BYTES_MAX = 512
/** The same for an answer, which servers of others may fill with what is not read here. */
export const ANSWER_BYTES_MAX = 1_024
/** Beyond the request that it answers, an answer has at most so many bytes: little is gained by asking in another's name. */
export const ANSWER_BYTES_MORE_MAX = 24
const UNKNOWN_MAX = 8

const MAGIC_COOKIE = 0x2112a442
const REQUEST = 0x0001
const SUCCESS = 0x0101
const ERROR = 0x0111
const ERROR_CODE = 0x0009
const UNKNOWN_ATTRIBUTES = 0x000a
const XOR_MAPPED_ADDRESS = 0x0020
/** Below this, an attribute must be understood by whoever answers. */
const OPTIONAL_LEAST = 0x8000
/** Those of RFC 8489 itself: nothing asks for credentials here, so they change nothing. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  0x0001, 0x0006, 0x0008, 0x0009, 0x000a, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e, 0x0020,
])
const UNKNOWN_ATTRIBUTE_CODE = 420

/** `transaction`: TRANSACTION_BYTES of fresh randomness. */
export const encodeBindingRequest = (transaction: Uint8Array): Uint8Array => message(REQUEST, transaction, [])

/** The answer to a request that came from there. */
export const encodeBindingAnswer = ({ transaction, unknown }: BindingRequest, { ip, port }: Seen): Uint8Array => {
  if (unknown.length === 0)
    return message(SUCCESS, transaction, [[XOR_MAPPED_ADDRESS, xorAddress(ip, port, transaction)]])
  const code = Uint8Array.of(0, 0, Math.floor(UNKNOWN_ATTRIBUTE_CODE / 100), UNKNOWN_ATTRIBUTE_CODE % 100)
  const types = Uint8Array.from(unknown.flatMap((type) => [type >> 8, type & 0xff]))
  return message(ERROR, transaction, [
    [ERROR_CODE, code],
    [UNKNOWN_ATTRIBUTES, types],
  ])
}

/** Undefined for whatever is no Binding request. Never throws. */
export const decodeBindingRequest = (bytes: Uint8Array): BindingRequest | undefined => {
  const read = bytes.length > REQUEST_BYTES_MAX ? undefined : decode(bytes)
  if (read?.type !== REQUEST) return undefined
  const needed = read.attributes.map(([type]) => type).filter((type) => type < OPTIONAL_LEAST && !UNDERSTOOD.has(type))
  return { transaction: read.transaction, unknown: [...new Set(needed)].slice(0, UNKNOWN_MAX) }
}

/** Undefined for whatever is no answer to a Binding request. Never throws. The address is a server's word. */
export const decodeBindingAnswer = (bytes: Uint8Array): BindingAnswer | undefined => {
  const read = bytes.length > ANSWER_BYTES_MAX ? undefined : decode(bytes)
  if (read === undefined) return undefined
  const { type, transaction, attributes } = read
  const valueOf = (wanted: number): Uint8Array | undefined => attributes.find(([each]) => each === wanted)?.[1]
  if (type === ERROR) {
    const code = valueOf(ERROR_CODE)
    return { kind: 'error', transaction, code: (code?.[2] ?? 0) * 100 + (code?.[3] ?? 0) }
  }
  const address = valueOf(XOR_MAPPED_ADDRESS)
  const seen = type === SUCCESS && address ? readAddress(address, transaction) : undefined
  return seen && { kind: 'seen', transaction, host: formatIp(seen.ip), port: seen.port }
}

type Attribute = readonly [type: number, value: Uint8Array]

/** RFC 8489, 5 and 14: a header of 20 bytes, then attributes, each filled up to a multiple of four bytes. */
const message = (type: number, transaction: Uint8Array, attributes: readonly Attribute[]): Uint8Array => {
  const length = attributes.reduce((sum, [, value]) => sum + 4 + padded(value.length), 0)
  const bytes = new Uint8Array(HEADER_BYTES + length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, type)
  view.setUint16(2, length)
  view.setUint32(4, MAGIC_COOKIE)
  bytes.set(transaction, 8)
  let at = HEADER_BYTES
  for (const [name, value] of attributes) {
    view.setUint16(at, name)
    view.setUint16(at + 2, value.length)
    bytes.set(value, at + 4)
    at += 4 + padded(value.length)
  }
  return bytes
}

const decode = (
  bytes: Uint8Array,
):
  | { readonly type: number; readonly transaction: Uint8Array; readonly attributes: readonly Attribute[] }
  | undefined => {
  if (bytes.length < HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(4) !== MAGIC_COOKIE || view.getUint16(2) !== bytes.length - HEADER_BYTES) return undefined
  const attributes: Attribute[] = []
  let at = HEADER_BYTES
  while (at < bytes.length) {
    if (bytes.length - at < 4) return undefined
    const length = view.getUint16(at + 2)
    if (bytes.length - at - 4 < padded(length)) return undefined
    attributes.push([view.getUint16(at), bytes.slice(at + 4, at + 4 + length)])
    at += 4 + padded(length)
  }
  return { type: view.getUint16(0), transaction: bytes.slice(8, HEADER_BYTES), attributes }
}

const padded = (length: number): number => (length + 3) & ~3

/** RFC 8489, 14.2: the address hidden from routers that would rewrite every address they find. */
const xorAddress = (ip: Ip, port: number, transaction: Uint8Array): Uint8Array => {
  const mask = maskOf(transaction)
  const hidden = port ^ (MAGIC_COOKIE >>> 16)
  const bytes = ip.map((byte, index) => byte ^ (mask[index] ?? 0))
  return Uint8Array.of(0, ip.length === 4 ? 1 : 2, hidden >> 8, hidden & 0xff, ...bytes)
}

const readAddress = (value: Uint8Array, transaction: Uint8Array): Seen | undefined => {
  const length = value[1] === 1 ? 4 : value[1] === 2 ? 16 : undefined
  if (length === undefined || value.length !== 4 + length) return undefined
  const mask = maskOf(transaction)
  const ip = Array.from(value.subarray(4), (byte, index) => byte ^ (mask[index] ?? 0))
  return { ip, port: (((value[2] ?? 0) << 8) | (value[3] ?? 0)) ^ (MAGIC_COOKIE >>> 16) }
}

const maskOf = (transaction: Uint8Array): Uint8Array => Uint8Array.of(0x21, 0x12, 0xa4, 0x42, ...transaction)

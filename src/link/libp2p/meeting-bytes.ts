import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts'

const DEVICE_BYTES = 32
export const MEETING_REQUEST_BYTES = DEVICE_BYTES + 2
/** Two addresses of IPv6 with their ports, a space, and what goes before. */
export const MEETING_ANSWER_BYTES_MAX = 128
/** A round trip that is longer is told as this: nobody may make the other wait for longer than half of it. */
export const ROUND_TRIP_MILLIS_MAX = 2_000

/** Whom a device wants to meet, and the milliseconds that the server's answers take to it and back. */
export type Meeting = { readonly device: Hex; readonly roundTrip: number }

export type MeetingAnswer =
  /** Call `other` in so many milliseconds; `own` is where the server sees this device. */
  | { readonly kind: 'meet'; readonly millis: number; readonly own: string; readonly other: string }
  /** The other did not come in time. */
  | { readonly kind: 'alone' }
  /** The server takes no more of these, of this device or of all. */
  | { readonly kind: 'full' }
  /** The other came, and is seen over the other IP: nobody calls from one to the other. `own`: over which this device is. */
  | { readonly kind: 'other-family'; readonly own: 4 | 6 }

/** The device's key (32 bytes), then the round trip in two bytes, big-endian. */
export const encodeMeeting = ({ device, roundTrip }: Meeting): Uint8Array => {
  const bytes = new Uint8Array(MEETING_REQUEST_BYTES)
  bytes.set(fromHex(device))
  new DataView(bytes.buffer).setUint16(DEVICE_BYTES, Math.min(Math.round(roundTrip), ROUND_TRIP_MILLIS_MAX))
  return bytes
}

/** Undefined for anything else than a request. */
export const decodeMeeting = (bytes: Uint8Array): Meeting | undefined => {
  if (bytes.length !== MEETING_REQUEST_BYTES) return undefined
  const roundTrip = new DataView(bytes.buffer, bytes.byteOffset).getUint16(DEVICE_BYTES)
  return { device: toHex(bytes.subarray(0, DEVICE_BYTES)), roundTrip: Math.min(roundTrip, ROUND_TRIP_MILLIS_MAX) }
}

/**
 * One byte for the kind; for a meeting the milliseconds in two bytes, big-endian, and both addresses with a space between;
 * for the other family this device's own, 4 or 6.
 */
export const encodeAnswer = (answer: MeetingAnswer): Uint8Array => {
  if (answer.kind === 'other-family') return Uint8Array.of(3, answer.own)
  if (answer.kind !== 'meet') return Uint8Array.of(answer.kind === 'alone' ? 1 : 2)
  const text = new TextEncoder().encode(`${answer.own} ${answer.other}`)
  const bytes = new Uint8Array(3 + text.length)
  new DataView(bytes.buffer).setUint16(1, answer.millis)
  bytes.set(text, 3)
  return bytes
}

/** Undefined for what is no answer. The addresses are a server's word: to be parsed. */
export const decodeAnswer = (bytes: Uint8Array): MeetingAnswer | undefined => {
  if (bytes.length > MEETING_ANSWER_BYTES_MAX) return undefined
  if (bytes.length === 1 && bytes[0] === 1) return { kind: 'alone' }
  if (bytes.length === 1 && bytes[0] === 2) return { kind: 'full' }
  const [kind, own] = bytes
  if (kind === 3 && bytes.length === 2 && (own === 4 || own === 6)) return { kind: 'other-family', own }
  if (kind !== 0 || bytes.length < 3) return undefined
  const millis = new DataView(bytes.buffer, bytes.byteOffset).getUint16(1)
  const [here, there, ...more] = new TextDecoder().decode(bytes.subarray(3)).split(' ')
  if (here === undefined || there === undefined || more.length > 0 || millis > ROUND_TRIP_MILLIS_MAX) return undefined
  return { kind: 'meet', millis, own: here, other: there }
}

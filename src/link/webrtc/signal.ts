import { decode, encode, malformed, type Malformed, type Plain } from '../../core/bytes/cbor.ts'
import { accept, unreachable, type Result } from '../../core/bytes/result.ts'
import { bytes, literal, text, tuple, type Shape } from '../../core/bytes/shape.ts'
import { ADDRESS_UNITS_MAX, parseAddress, type Address } from '../../core/reach/address.ts'
import type { Candidate } from './candidate.ts'
import { FINGERPRINT_BYTES, isPassword, isUfrag, type Description } from './description.ts'

/** More than any signal of ours takes. */
export const SIGNAL_BYTES_MAX = 256

/** Why nobody answers a call over UDP. */
export const REFUSALS = [
  /** The one who is called has not accepted the one who calls, and tells only such people where it is. */
  'not-accepted',
  /** There is no UDP on this system. */
  'unsupported',
  /** Too many call at a time. */
  'busy',
] as const
export type SignalRefusal = (typeof REFUSALS)[number]

/** What two devices say to each other about a link over UDP, on a stream of `/kith/signal/1` between them. */
export type Signal =
  /** The first of each side: an offer by the one who calls, an answer by the other. */
  | { readonly kind: 'offer'; readonly description: Description }
  | { readonly kind: 'answer'; readonly description: Description; readonly setup: 'active' | 'passive' }
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  /** No more candidates follow. */
  | { readonly kind: 'gathered' }
  /** Instead of an answer. */
  | { readonly kind: 'refused'; readonly because: SignalRefusal }

export const encodeSignal = (signal: Signal): Uint8Array => encode(plainOf(signal))

const plainOf = (signal: Signal): Plain => {
  switch (signal.kind) {
    case 'offer':
      return ['offer', ...describedPlain(signal.description)]
    case 'answer':
      return ['answer', ...describedPlain(signal.description), signal.setup]
    case 'candidate':
      return ['candidate', signal.candidate.type, signal.candidate.address.text]
    case 'gathered':
      return ['gathered']
    case 'refused':
      return ['refused', signal.because]
    default:
      return unreachable(signal)
  }
}

const describedPlain = ({ ufrag, password, fingerprint }: Description): readonly Plain[] => [
  ufrag,
  password,
  fingerprint,
]

/** Reads what any other side may have written. Never throws. */
export const decodeSignal = (frame: Uint8Array): Result<Signal, Malformed> => {
  if (frame.length > SIGNAL_BYTES_MAX) return malformed(`${frame.length} bytes, of at most ${SIGNAL_BYTES_MAX}`)
  const decoded = decode(frame)
  if (!decoded.ok) return decoded
  const signal = read(decoded.value)
  return signal === undefined ? malformed('not a signal') : accept(signal)
}

const read = (plain: Plain): Signal | undefined => {
  const offered = offerShape(plain)
  if (offered) return { kind: 'offer', description: described(offered[1], offered[2], offered[3]) }
  const answered = answerShape(plain)
  if (answered)
    return { kind: 'answer', description: described(answered[1], answered[2], answered[3]), setup: answered[4] }
  const placed = candidateShape(plain)
  if (placed) return { kind: 'candidate', candidate: { type: placed[1], address: placed[2] } }
  const refused = refusedShape(plain)
  if (refused) return { kind: 'refused', because: refused[1] }
  return gatheredShape(plain) && { kind: 'gathered' }
}

const described = (ufrag: string, password: string, fingerprint: Uint8Array): Description => ({
  ufrag,
  password,
  // What was read is a view into the frame.
  fingerprint: Uint8Array.from(fingerprint),
})

const oneOf =
  <const Word extends string>(...words: readonly Word[]): Shape<Word> =>
  (plain) =>
    words.find((word) => word === plain)

const such =
  (fits: (value: string) => boolean): Shape<string> =>
  (plain) =>
    typeof plain === 'string' && fits(plain) ? plain : undefined

const address: Shape<Address> = (plain) => {
  const written = text(ADDRESS_UNITS_MAX)(plain)
  const read = written === undefined ? undefined : parseAddress(written)
  // One address has one text.
  return read?.text === written ? read : undefined
}

const description = [such(isUfrag), such(isPassword), bytes(FINGERPRINT_BYTES)] as const
const offerShape = tuple(literal('offer'), ...description)
const answerShape = tuple(literal('answer'), ...description, oneOf('active', 'passive'))
const candidateShape = tuple(literal('candidate'), oneOf('host', 'srflx'), address)
const refusedShape = tuple(literal('refused'), oneOf(...REFUSALS))
const gatheredShape = tuple(literal('gathered'))

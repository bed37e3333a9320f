import type { Failure } from '../../view/view.ts'

/** What a dial ends with when it does not end with a connection: carried through libp2p's own code as an error. */
export class DialError extends Error {
  override readonly name = 'DialError'
  readonly failure: Failure

  constructor(failure: Failure, cause?: unknown) {
    super(failure.detail, { cause })
    this.failure = failure
  }
}

const KIND_OF_CODE: Readonly<Record<string, Failure['kind']>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EINVAL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  EAI_FAIL: 'name-not-found',
  EAI_NODATA: 'name-not-found',
}

/** Names of libp2p's errors: its classes are not all exported, its codes are these names. */
const KIND_OF_NAME: Readonly<Record<string, Failure['kind']>> = {
  AbortError: 'closed',
  TimeoutError: 'timeout',
  HandshakeTimeoutError: 'timeout',
  UnexpectedPeerError: 'wrong-device',
  UnsupportedProtocolError: 'not-kith',
  InvalidMessageError: 'not-kith',
  InvalidMessageLengthError: 'not-kith',
  InvalidDataLengthError: 'not-kith',
  InvalidDataLengthLengthError: 'not-kith',
  InvalidCryptoExchangeError: 'not-kith',
  InvalidCryptoTransmissionError: 'not-kith',
  InvalidCertificateError: 'not-kith',
  UnexpectedEOFError: 'closed',
  StreamBufferError: 'not-kith',
  StreamResetError: 'closed',
  StreamClosedError: 'closed',
  StreamStateError: 'closed',
  MuxerClosedError: 'closed',
}

/** What an error means for whoever dialled. Reads codes and names; the message is for `detail` alone. */
export const failureOf = (error: unknown): Failure => {
  if (error instanceof DialError) return error.failure
  // libp2p throws the event with which a stream closed while something was waited for on it.
  if (error instanceof Event)
    return 'error' in error && error.error instanceof Error
      ? failureOf(error.error)
      : { kind: 'closed', detail: error.type }
  if (!(error instanceof Error)) return { kind: 'other', detail: String(error) }
  const code = codeOf(error)
  const byCode = code === undefined ? undefined : KIND_OF_CODE[code]
  if (code !== undefined && byCode !== undefined) return { kind: byCode, detail: code }
  const byName = KIND_OF_NAME[error.name]
  if (byName !== undefined) return { kind: byName, detail: error.name }
  // A TLS library speaks of a broken handshake in codes of its own.
  if (code?.startsWith('ERR_SSL') === true) return { kind: 'not-kith', detail: code }
  return { kind: 'other', detail: code ?? `${error.name}: ${error.message}` }
}

const codeOf = (error: Error): string | undefined => {
  const code: unknown = (error as { code?: unknown }).code
  if (typeof code === 'string') return code
  // Several addresses behind one name failed: the first says enough.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error.cause
  return first instanceof Error && first !== error ? codeOf(first) : undefined
}

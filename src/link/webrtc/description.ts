import { fromHex, toHex } from '../../core/bytes/hex.ts'

/** A SHA-256 digest. */
export const FINGERPRINT_BYTES = 32

/** RFC 8839, 5.4: 4 to 256 and 22 to 256 of these; what libraries make is far from the limits here. */
const ICE_TEXT = /^[A-Za-z0-9+/]+$/
const UFRAG_UNITS = { least: 4, most: 32 } as const
const PASSWORD_UNITS = { least: 22, most: 64 } as const

/** What one side must know of the other to call it over UDP; for one call alone, and no sign of who somebody is. */
export type Description = {
  /** Name and password for the probes (RFC 8445, 5.3). */
  readonly ufrag: string
  readonly password: string
  /** SHA-256 of the certificate that the other side shows in the DTLS handshake. */
  readonly fingerprint: Uint8Array
}

/** Who is client in the DTLS handshake (RFC 8842, 5.2): the one who is active; who offers leaves it to the other. */
export type Setup = 'actpass' | 'active' | 'passive'

export const isUfrag = (text: string): boolean => fits(text, UFRAG_UNITS)
export const isPassword = (text: string): boolean => fits(text, PASSWORD_UNITS)

const fits = (text: string, { least, most }: { readonly least: number; readonly most: number }): boolean =>
  text.length >= least && text.length <= most && ICE_TEXT.test(text)

/** Takes the description out of what this system's own library writes. Undefined: the library says something else. */
export const readDescription = (sdp: string): Description | undefined => {
  const value = (name: string): string => new RegExp(`^a=${name}:(.*?)\\s*$`, 'm').exec(sdp)?.[1] ?? ''
  const [ufrag, password] = [value('ice-ufrag'), value('ice-pwd')]
  const [, digest] = /^sha-256 ((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})$/.exec(value('fingerprint')) ?? []
  if (!isUfrag(ufrag) || !isPassword(password) || digest === undefined) return undefined
  return { ufrag, password, fingerprint: fromHex(digest.replaceAll(':', '').toLowerCase()) }
}

/**
 * The other side's description as the library reads it (RFC 8866, RFC 8841). Everything but the three values is ours, so
 * that no text of a stranger is parsed there.
 */
export const composeSdp = (description: Description, setup: Setup, messageBytesMax: number): string =>
  [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'a=ice-options:ice2,trickle',
    `a=fingerprint:sha-256 ${(toHex(description.fingerprint).toUpperCase().match(/../g) ?? []).join(':')}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    'a=sctp-port:5000',
    `a=max-message-size:${messageBytesMax}`,
    `a=setup:${setup}`,
    `a=ice-ufrag:${description.ufrag}`,
    `a=ice-pwd:${description.password}`,
    '',
  ].join('\r\n')

import { parseAddress, type Address } from '../../core/reach/address.ts'

/** Candidates of one side of a call; those that come after these are ignored. */
export const CANDIDATES_MAX = 16

/**
 * Where a side can be reached over UDP (RFC 8445, 4): `host` on a network card of its own, `srflx` (server reflexive)
 * where the server saw it.
 */
export type Candidate = { readonly type: 'host' | 'srflx'; readonly address: Address }

/**
 * Reads a candidate as this system's own library writes it: `candidate:1 1 UDP 2114977791 192.0.2.2 37255 typ host`, with
 * or without `a=`. Undefined for what is not told to others: TCP, relayed candidates, addresses with a zone.
 */
export const readCandidate = (line: string): Candidate | undefined => {
  const match = /^(?:a=)?candidate:\S+ 1 UDP \d+ (\S+) (\d+) typ (host|srflx)\b/i.exec(line)
  if (!match) return undefined
  const [, host = '', port = ''] = match
  const address = parseAddress(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
  return address && { type: match[3] === 'host' ? 'host' : 'srflx', address }
}

/** As the library reads it. `index` counts the candidates of one side from 0: those that came first are tried first. */
export const candidateLine = ({ type, address }: Candidate, index: number): string => {
  const host = address.host.replace(/^\[|\]$/g, '')
  // RFC 8445, 5.1.2.1: by type, then by order, then by component, of which there is one.
  const priority = (type === 'host' ? 126 : 100) * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255
  return `candidate:${index + 1} 1 UDP ${priority} ${host} ${address.port} typ ${type}${type === 'srflx' ? RELATED : ''}`
}

/** RFC 8839, 5.1: which of a side's own addresses lies behind it is nobody's business. */
const RELATED = ' raddr 0.0.0.0 rport 9'

import { accept, type Result } from '../core/bytes/result.ts'
import type { StunPorts } from '../core/stun/ports.ts'
import type { Failure } from '../view/view.ts'
import { addressFor } from './lookup.ts'
import { askOverTcp } from './stun/ask-tcp.ts'
import { askOverUdp } from './stun/ask-udp.ts'
import type { Observation } from './stun/observation.ts'

export type Observations = {
  /** The IP address that all questions went to. */
  readonly host: string
  /** In the order of `ports`; all were asked from one local port. */
  readonly tcp: readonly Observation[]
  /** The same, from one socket. */
  readonly udp: readonly Observation[]
}

/**
 * Asks a server where it sees this device, over TCP and over UDP at once, at each port that its welcome named. `host` is
 * an IP address or a name; with `family`, an address of that family is taken. Over UDP a question is repeated after 0.4,
 * 1.2 and 2.8 seconds and given up after 4 (RFC 8489, 6.2.1, shortened from 39.5); over TCP after 5. Refuses only when
 * the host has no such address. Never throws; ends early when `signal` aborts.
 */
export const observe = async ({
  host,
  ports,
  family,
  signal,
}: {
  readonly host: string
  readonly ports: StunPorts
  readonly family?: 4 | 6
  readonly signal: AbortSignal
}): Promise<Result<Observations, Failure>> => {
  const ip = await addressFor(host, family)
  if (!ip.ok) return ip
  const [tcp, udp] = await Promise.all([
    askOverTcp(ip.value, ports.tcp, signal),
    askOverUdp(ip.value, ports.udp, signal),
  ])
  return accept({ host: ip.value, tcp, udp })
}

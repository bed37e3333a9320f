import type { Listener } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { isIPv4, isIPv6 } from 'node:net'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { ListenRefusal } from '../server-port.ts'

/** Every IPv4 and every IPv6 address of this machine. */
export const ALL_HOSTS: readonly string[] = ['0.0.0.0', '::']

/** How often another random port is tried because the first was free for one host and not for the other. */
const RANDOM_PORT_TRIES_MAX = 8

/**
 * Listens on one port for every host, for none when there are none; port 0 takes a port that is free for all of them. A
 * machine without IPv6 is no failure when IPv4 came first.
 */
export const listenOn = async (
  createListener: () => Listener,
  { port, hosts }: { readonly port: number; readonly hosts: readonly string[] },
): Promise<Result<readonly Listener[], ListenRefusal>> => {
  for (let left = port === 0 ? RANDOM_PORT_TRIES_MAX : 1; ; left -= 1) {
    const result = await tryPort(createListener, port, hosts)
    if (result.ok || result.refusal.kind !== 'port-in-use' || left <= 1) return result
  }
}

const tryPort = async (
  createListener: () => Listener,
  port: number,
  hosts: readonly string[],
): Promise<Result<readonly Listener[], ListenRefusal>> => {
  let taken = port
  return openAtEach(hosts, port, async (host) => {
    const listener = createListener()
    await listener.listen(multiaddr(listenAddress(host, taken)))
    const [address] = listener.getAddrs()
    taken = Number(address?.getComponents().find(({ name }) => name === 'tcp')?.value ?? taken)
    return listener
  })
}

/** Opens a port of every host, or of none. A machine without IPv6 is no failure when IPv4 came first. */
export const openAtEach = async <Opened extends { close(): Promise<void> }>(
  hosts: readonly string[],
  port: number,
  open: (host: string) => Promise<Opened>,
): Promise<Result<readonly Opened[], ListenRefusal>> => {
  const opened: Opened[] = []
  for (const host of hosts) {
    try {
      opened.push(await open(host))
    } catch (error) {
      const refusal = refusalOf(error, host, port)
      if (refusal.kind === 'no-such-host' && host === '::' && opened.length > 0) continue
      await Promise.all(opened.map((each) => each.close()))
      return refuse(refusal)
    }
  }
  return accept(opened)
}

const listenAddress = (host: string, port: number): string => {
  const kind = isIPv4(host) ? 'ip4' : isIPv6(host) ? 'ip6' : 'dns'
  return `/${kind}/${host}/tcp/${port}`
}

const refusalOf = (error: unknown, host: string, port: number): ListenRefusal => {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return { kind: 'port-in-use', port }
    case 'EACCES':
      return { kind: 'forbidden', port }
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { kind: 'no-such-host', host }
    default:
      return { kind: 'other', detail: typeof code === 'string' ? code : String(error) }
  }
}

import { machine, type Ending, type Machine } from '../scenario/networks.ts'

/** The Internet: one machine, on which the server runs, between all others. */
export type Internet = { readonly machine: Machine; readonly host: string }

/** Addresses for documentation (RFC 5737 and 3849). At the second ones is somebody whom nobody called. */
export const SERVER_HOST = '203.0.113.1'
export const SERVER_HOST_IPV6 = '2001:db8:ffff::1'
export const STRANGER_HOST = '203.0.113.2'
export const STRANGER_HOST_IPV6 = '2001:db8:ffff::2'
/** A name with both addresses of the server, for who has both families. */
export const SERVER_NAME = 'server.test'

/** The two ends of the Internet that people live at: their public networks, and the numbers of their private ones. */
export const PLACES = {
  here: { net: '198.51.100', net6: '2001:db8:1', lan: 1 },
  there: { net: '192.0.2', net6: '2001:db8:2', lan: 2 },
} as const
export type Place = keyof typeof PLACES

export const internet = (ending: Ending): Internet => {
  const wan = machine(ending, 'internet')
  for (const host of [SERVER_HOST, STRANGER_HOST]) wan.run('ip', 'addr', 'add', `${host}/32`, 'dev', 'lo')
  for (const host of [SERVER_HOST_IPV6, STRANGER_HOST_IPV6]) wan.run('ip', 'addr', 'add', `${host}/128`, 'dev', 'lo')
  passOn(wan)
  return { machine: wan, host: SERVER_HOST }
}

/** Lets a machine pass on what is for others. */
export const passOn = (own: Machine): void =>
  void own.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')

/** A machine that is gone may keep its cables for a while, and with them the names of their other ends. */
export const removeAfter = (
  ending: Ending,
  { machine: on, card }: { readonly machine: Machine; readonly card: string },
): void => ending.after(() => void on.run('ip', 'link', 'del', card))

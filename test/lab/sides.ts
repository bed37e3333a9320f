import type { TestContext } from 'node:test'
import { cable, machine, type Machine } from '../scenario/networks.ts'

/** How one side of a pair reaches the Internet. */
export const SIDES = [
  'public',
  'full-cone',
  'restricted-cone',
  'port-restricted',
  'symmetric',
  'carrier-grade',
  'tcp-to-server-only',
] as const
export type Side = (typeof SIDES)[number]

/** The Internet: one machine, on which the server runs, between all others. Addresses are those of RFC 5737. */
export type Internet = { readonly machine: Machine; readonly host: string }

export const SERVER_HOST = '203.0.113.1'
/** Addresses on each side of the Internet: the third number of its public and of its private networks. */
export const PLACES = {
  here: { net: '198.51.100', lan: 1 },
  there: { net: '192.0.2', lan: 2 },
} as const
export type Place = keyof typeof PLACES

export type Ending = Pick<TestContext, 'after'>

export const internet = (ending: Ending): Internet => {
  const wan = machine(ending, 'internet')
  wan.run('ip', 'addr', 'add', `${SERVER_HOST}/32`, 'dev', 'lo')
  wan.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  return { machine: wan, host: SERVER_HOST }
}

/** A person's machine, behind what this kind of side has between it and the Internet. */
export const person = (ending: Ending, { machine: wan }: Internet, place: Place, side: Side): Machine => {
  const { net, lan } = PLACES[place]
  const outside = { machine: wan, card: place, address: `${net}.1/24` }
  if (side === 'public') {
    const own = machine(ending, `${place}-person`)
    cable({ machine: own, card: 'out', address: `${net}.2/24` }, outside)
    removeAfter(ending, outside)
    own.run('ip', 'route', 'add', 'default', 'via', `${net}.1`)
    return own
  }
  if (side !== 'carrier-grade') return lodger(ending, router(ending, place, outside, `${net}.2/24`), place, lan, side)
  const carrier = router(ending, `${place}-carrier`, outside, `${net}.2/24`)
  translate(carrier, 'port-restricted')
  const shared = { machine: carrier, card: 'in', address: `100.64.${lan}.1/24` }
  return lodger(ending, router(ending, place, shared, `100.64.${lan}.2/24`), place, lan, 'port-restricted')
}

/** Two machines in one home, behind one router. */
export const household = (ending: Ending, { machine: wan }: Internet): readonly [Machine, Machine] => {
  const outside = { machine: wan, card: 'here', address: `${PLACES.here.net}.1/24` }
  const home = router(ending, 'here', outside, `${PLACES.here.net}.2/24`)
  home.run('ip', 'link', 'add', 'in', 'type', 'bridge')
  home.run('ip', 'addr', 'add', '192.168.1.1/24', 'dev', 'in')
  home.run('ip', 'link', 'set', 'in', 'up')
  translate(home, 'port-restricted')
  return ['here', 'there'].map((each, index) => {
    const own = machine(ending, `${each}-person`)
    const socket = { machine: home, card: `in-${each}`, address: `169.254.${index}.1/32` }
    cable({ machine: own, card: 'out', address: `192.168.1.${index + 2}/24` }, socket)
    home.run('ip', 'link', 'set', socket.card, 'master', 'in')
    own.run('ip', 'route', 'add', 'default', 'via', '192.168.1.1')
    return own
  }) as [Machine, Machine]
}

/** A machine that is gone may keep its cables for a while, and with them the names of their other ends. */
const removeAfter = (
  ending: Ending,
  { machine: on, card }: { readonly machine: Machine; readonly card: string },
): void => ending.after(() => void on.run('ip', 'link', 'del', card))

/** A machine that passes on what its lodgers send, with its card `out` towards `outside`. */
const router = (
  ending: Ending,
  label: string,
  outside: { readonly machine: Machine; readonly card: string; readonly address: string },
  address: string,
): Machine => {
  const own = machine(ending, `${label}-router`)
  cable({ machine: own, card: 'out', address }, outside)
  removeAfter(ending, outside)
  own.run('ip', 'route', 'add', 'default', 'via', outside.address.replace(/\/.*/, ''))
  own.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  return own
}

/** The machine of a person in the home of this router. */
const lodger = (ending: Ending, home: Machine, place: Place, lan: number, kind: Translation): Machine => {
  const own = machine(ending, `${place}-person`)
  cable(
    { machine: own, card: 'out', address: `192.168.${lan}.2/24` },
    { machine: home, card: 'in', address: `192.168.${lan}.1/24` },
  )
  own.run('ip', 'route', 'add', 'default', 'via', `192.168.${lan}.1`)
  translate(home, kind, `192.168.${lan}.2`)
  return own
}

type Translation = Exclude<Side, 'public' | 'carrier-grade'>

/**
 * What the router does with connections. Linux's own translation keeps a port where it can, and lets in what answers
 * the very address and port that was called: port-restricted, or symmetric when each connection gets a port by chance.
 * A cone lets others in as well, at ports from which somebody was called: here a note is kept of these. What is not let
 * in vanishes without an answer.
 */
const translate = (home: Machine, kind: Translation, host = ''): void => {
  home.run(
    'nft',
    `table ip home { ${SETS[kind] ?? ''}
    chain out { type nat hook postrouting priority srcnat; oifname "out" masquerade ${kind === 'symmetric' ? 'fully-random' : ''}; }
    chain in { type nat hook prerouting priority dstnat; ${LETS_IN[kind]?.(host) ?? ''} }
    chain note { type filter hook forward priority 0; ${NOTES[kind] ?? ''}
      iifname "out" ct state new ct status & dnat != dnat drop; }
    chain wall { type filter hook input priority 0; iifname "out" ct state new drop; }
  }`,
  )
}

const SETS: Partial<Record<Translation, string>> = {
  'full-cone': 'set called { type inet_service; flags dynamic,timeout; timeout 5m; }',
  'restricted-cone': 'set called { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 5m; }',
}
const NOTES: Partial<Record<Translation, string>> = {
  'full-cone': 'iifname "in" tcp flags syn update @called { tcp sport };',
  'restricted-cone': 'iifname "in" tcp flags syn update @called { ip daddr . tcp sport };',
  'tcp-to-server-only': `iifname "in" ip daddr != ${SERVER_HOST} drop;`,
}
const LETS_IN: Partial<Record<Translation, (host: string) => string>> = {
  'full-cone': (host) => `iifname "out" tcp dport @called dnat to ${host};`,
  'restricted-cone': (host) => `iifname "out" ip saddr . tcp dport @called dnat to ${host};`,
}

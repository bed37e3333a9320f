import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Networks of a test's own, made of Linux network namespaces: they need root, and the programs `ip` and `nft`. */

const run = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', stdio: 'pipe' })

const ip = (...words: readonly string[]): string => run('ip', ...words)

/** Why there are no networks of one's own here, for `skip`. */
export const skipNetworks = ((): string | false => {
  const name = `kith-probe-${process.pid}`
  try {
    ip('netns', 'add', name)
    run('ip', 'netns', 'exec', name, 'nft', 'list', 'tables')
    run('ip', 'netns', 'exec', name, 'sysctl', 'net.ipv6.conf.all.accept_dad')
    return false
  } catch {
    return 'needs root, the programs ip and nft and a system with IPv6, for networks of its own'
  } finally {
    try {
      ip('netns', 'del', name)
    } catch {
      // It could not be made.
    }
  }
})()

/** A machine: a network namespace. */
export type Machine = {
  readonly name: string
  /** Runs a program on it. */
  readonly through: readonly string[]
  /** Runs a program of the system's to its end. */
  run(...words: readonly string[]): string
}

/** Has things undone at the end. */
export type Ending = Pick<TestContext, 'after'>

let machines = 0
const standing = new Set<string>()

/** For a program that is told to end: removes all machines of this process. What runs on them loses its network. */
export const removeMachines = (): void => {
  for (const name of standing) remove(name)
}

const remove = (name: string): void => {
  if (!standing.delete(name)) return
  ip('netns', 'del', name)
  rmSync(hostsFolder(name), { recursive: true, force: true })
}

const hostsFolder = (name: string): string => join('/etc/netns', name)

/** A machine without any network but its loopback. */
export const machine = (ending: Ending, label: string): Machine => {
  machines += 1
  const name = `kith-${process.pid}-${machines}-${label}`
  ip('netns', 'add', name)
  standing.add(name)
  ending.after(() => remove(name))
  ip('-n', name, 'link', 'set', 'lo', 'up')
  // Nobody else can have an address of ours: looking for others takes a second, during which it cannot be used.
  run(
    'ip',
    'netns',
    'exec',
    name,
    'sysctl',
    '-qw',
    'net.ipv6.conf.all.accept_dad=0',
    'net.ipv6.conf.default.accept_dad=0',
  )
  const through = ['ip', 'netns', 'exec', name]
  return { name, through, run: (...words) => run('ip', 'netns', 'exec', name, ...words) }
}

/** Gives addresses names on one machine, as a file of hosts would: `ip netns exec` puts it there for each program. */
export const nameHosts = ({ name }: Machine, hosts: Readonly<Record<string, readonly string[]>>): void => {
  const folder = hostsFolder(name)
  mkdirSync(folder, { recursive: true })
  const named = Object.entries(hosts).flatMap(([host, addresses]) => addresses.map((each) => `${each} ${host}\n`))
  writeFileSync(join(folder, 'hosts'), ['127.0.0.1 localhost\n', '::1 localhost\n', ...named].join(''))
}

/** One end of a cable: a card with an address, such as `10.1.0.1/24`, or with one of each family. */
export type CableEnd = {
  readonly machine: Machine
  readonly card: string
  readonly address: string | readonly string[]
}

export const cable = (one: CableEnd, other: CableEnd): void => {
  const [a, b] = [one.machine.name, other.machine.name]
  ip('-n', a, 'link', 'add', one.card, 'type', 'veth', 'peer', 'name', other.card, 'netns', b)
  for (const end of [one, other]) {
    for (const address of [end.address].flat()) ip('-n', end.machine.name, 'addr', 'add', address, 'dev', end.card)
    ip('-n', end.machine.name, 'link', 'set', end.card, 'up')
  }
  for (const end of [one, other]) while (!carries(end));
}

/**
 * Whether the system has noticed that the other end of the cable is up as well. It looks at such news once a second, or
 * when somebody asks for the state of a card; until then nobody's question for an IPv6 neighbour is heard, and the next
 * one is asked a second later.
 */
const carries = ({ machine: { name }, card }: CableEnd): boolean =>
  ip('-n', name, '-6', 'route', 'show', 'table', 'local', 'type', 'multicast', 'dev', card) !== ''

/**
 * Two machines behind a third, which passes nothing on between them: they reach it, and each other never until `open`.
 * What is sent to the other side vanishes without an answer, as at a firewall.
 */
export const apart = (context: TestContext) => {
  const [middle, here, there] = [machine(context, 'middle'), machine(context, 'here'), machine(context, 'there')]
  cable(
    { machine: here, card: 'card', address: '10.78.1.2/24' },
    { machine: middle, card: 'here', address: '10.78.1.1/24' },
  )
  cable(
    { machine: there, card: 'card', address: '10.78.2.2/24' },
    { machine: middle, card: 'there', address: '10.78.2.1/24' },
  )
  here.run('ip', 'route', 'add', 'default', 'via', '10.78.1.1')
  there.run('ip', 'route', 'add', 'default', 'via', '10.78.2.1')
  middle.run('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  middle.run('nft', 'add table ip wall; add chain ip wall pass { type filter hook forward priority 0; policy drop; }')
  return {
    middle,
    here,
    there,
    host: '10.78.1.1',
    hostThere: '10.78.2.1',
    open: () => middle.run('nft', 'delete table ip wall'),
  }
}

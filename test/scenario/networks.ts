import { execFileSync } from 'node:child_process'
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
    return false
  } catch {
    return 'needs root and the programs ip and nft, for networks of its own'
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

/** A machine without any network but its loopback. */
export const machine = (context: Pick<TestContext, 'after'>, label: string): Machine => {
  const name = `kith-${label}-${process.pid}`
  ip('netns', 'add', name)
  context.after(() => void ip('netns', 'del', name))
  ip('-n', name, 'link', 'set', 'lo', 'up')
  const through = ['ip', 'netns', 'exec', name]
  return { name, through, run: (...words) => run('ip', 'netns', 'exec', name, ...words) }
}

/** A cable between two machines; each end is a card with an address, such as `10.1.0.1/24`. */
export const cable = (
  one: { readonly machine: Machine; readonly card: string; readonly address: string },
  other: { readonly machine: Machine; readonly card: string; readonly address: string },
): void => {
  const [a, b] = [one.machine.name, other.machine.name]
  ip('-n', a, 'link', 'add', one.card, 'type', 'veth', 'peer', 'name', other.card, 'netns', b)
  for (const end of [one, other]) {
    ip('-n', end.machine.name, 'addr', 'add', end.address, 'dev', end.card)
    ip('-n', end.machine.name, 'link', 'set', end.card, 'up')
  }
}

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

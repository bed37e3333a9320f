import type { Hex } from '../../core/bytes/hex.ts'
import type { ServerMailboxes } from '../network/port.ts'

/** A server at which something may be left, and the devices that look there for it. */
export type Station = { readonly server: ServerMailboxes; readonly devices: ReadonlySet<Hex> }

/**
 * Which server serves which device: of those at which it says that it reads, the first that is connected and takes what
 * it is given; of a device that never said, the first of one's own. Who reads at none of them is served by none. The
 * first of one's own comes first, whether or not it serves anybody: who is in no longer may look there.
 */
export const stationsFor = (
  devices: Iterable<Hex>,
  world: {
    readonly servers: readonly ServerMailboxes[]
    readonly serversOf: (device: Hex) => readonly string[] | undefined
    readonly isRefusing: (server: ServerMailboxes) => boolean
  },
): readonly Station[] => {
  const { servers, serversOf, isRefusing } = world
  const own = servers.filter(({ as }) => as === 'own')
  const pick = (among: readonly ServerMailboxes[]): ServerMailboxes | undefined =>
    among.find((each) => !isRefusing(each)) ?? among[0]
  const served = new Map<ServerMailboxes, Set<Hex>>()
  const first = pick(own)
  if (first) served.set(first, new Set())
  for (const device of devices) {
    const homes = serversOf(device)
    const server = homes === undefined ? first : pick(servers.filter((each) => homes.some((home) => each.isAt(home))))
    if (server) served.set(server, (served.get(server) ?? new Set()).add(device))
  }
  return [...served].map(([server, all]) => ({ server, devices: all }))
}

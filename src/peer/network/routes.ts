import { toHex, type Hex } from '../../core/bytes/hex.ts'
import type { Millis } from '../../view/view.ts'

/** Devices of which it is remembered by which server they were heard; of further ones, the longest unheard is forgotten. */
export const ROUTES_MAX = 1_024
/** One offer that comes by several servers within this time counts once; devices make new ones more rarely. */
export const REPEATED_MILLIS_MAX = 500

/** By which servers devices are asked and heard. */
export type Routes = {
  /** Through these servers a device was asked now. */
  asked(device: Hex, servers: readonly Hex[]): void
  /** This server does not have the device: true when none of those has it that were asked. */
  absent(device: Hex, server: Hex): boolean
  /** It was heard by this server: false when the same has just come by another. */
  heard(device: Hex, server: Hex, offer: Uint8Array): boolean
  /** By which it was heard last. */
  last(device: Hex): Hex | undefined
}

type Route = {
  readonly asked: ReadonlySet<Hex>
  readonly heard?: { readonly server: Hex; readonly offer: Hex; readonly at: Millis }
}

export const createRoutes = (now: () => Millis): Routes => {
  const routes = new Map<Hex, Route>()

  const set = (device: Hex, route: Route): void => {
    routes.delete(device)
    routes.set(device, route)
    for (const oldest of routes.keys()) {
      if (routes.size <= ROUTES_MAX) return
      routes.delete(oldest)
    }
  }

  return {
    asked: (device, servers) => set(device, { ...routes.get(device), asked: new Set(servers) }),
    absent: (device, server) => {
      const route = routes.get(device)
      if (!route?.asked.has(server)) return false
      const asked = new Set(route.asked)
      asked.delete(server)
      routes.set(device, { ...route, asked })
      return asked.size === 0
    },
    heard: (device, server, bytes) => {
      const before = routes.get(device)?.heard
      const heard = { server, offer: toHex(bytes), at: now() }
      if (before?.offer === heard.offer && before.server !== server && heard.at - before.at < REPEATED_MILLIS_MAX)
        return false
      set(device, { asked: new Set(), heard })
      return true
    },
    last: (device) => routes.get(device)?.heard?.server,
  }
}

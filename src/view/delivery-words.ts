import { unreachable } from '../core/bytes/result.ts'
import type { Delivery, Presence } from './view.ts'

/**
 * Where a message of mine is, for the icon's label. `name`: whom it is for, “everybody” in a group; `server`: what people
 * call the server on which it lies.
 */
export const deliveryWords = (delivery: Delivery, name: string, server?: string): string => {
  switch (delivery) {
    case 'kept':
      return `Kept here, not yet with ${name}`
    case 'sealed':
      return `Sealed on ${serverNamed(server)}, not yet with ${name}`
    case 'delivered':
      return `Delivered to ${name}`
    case 'read':
      return `Read by ${name}`
    default:
      return unreachable(delivery)
  }
}

/**
 * The line under the newest message of mine; `undefined` while it is on its way to somebody who is here. In a group
 * somebody is always on the way: leave `presence` out.
 */
export const newestDeliveryWords = (
  delivery: Delivery,
  to: { readonly presence?: Presence; readonly name: string; readonly server?: string },
): string | undefined => {
  switch (delivery) {
    case 'kept':
      return to.presence?.at === 'away' ? `Kept here. Waits for ${to.name} and goes out by itself.` : undefined
    case 'sealed':
      return `Sealed on ${serverNamed(to.server)}. ${to.name === EVERYBODY ? 'Everybody' : to.name} can fetch it there, also while you are away.`
    case 'delivered':
      return 'Delivered'
    case 'read':
      return 'Read'
    default:
      return unreachable(delivery)
  }
}

/** Whom a message in a group is for. */
export const EVERYBODY = 'everybody'

const serverNamed = (server: string | undefined): string =>
  server === undefined ? 'the server' : `the server ${server}`

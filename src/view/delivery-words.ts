import { unreachable } from '../core/bytes/result.ts'
import type { Delivery, Presence } from './view.ts'

/** Where a message of mine is, for the icon's label. */
export const deliveryWords = (delivery: Delivery, name: string): string => {
  switch (delivery) {
    case 'kept':
      return `Kept here, not yet with ${name}`
    case 'delivered':
      return `Delivered to ${name}`
    case 'read':
      return `Read by ${name}`
    default:
      return unreachable(delivery)
  }
}

/** The line under the newest message of mine; `undefined` while it is on its way to somebody who is here. */
export const newestDeliveryWords = (delivery: Delivery, presence: Presence, name: string): string | undefined => {
  switch (delivery) {
    case 'kept':
      return presence.at === 'away' ? `Kept here. Waits for ${name} and goes out by itself.` : undefined
    case 'delivered':
      return 'Delivered'
    case 'read':
      return 'Read'
    default:
      return unreachable(delivery)
  }
}

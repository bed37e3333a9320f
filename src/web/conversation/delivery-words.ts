import { unreachable } from '../../core/bytes/result.ts'
import { countWords } from '../../view/count-words.ts'
import type { Delivery, DeliveryTo } from '../../view/view.ts'

/** “Delivered to 3 of 5, read by 2”. */
export const summaryWords = (each: readonly DeliveryTo[]): string => {
  if (each.length === 0) return 'Nobody else was in the group then'
  const read = each.filter(({ delivery }) => delivery === 'read').length
  const delivered = read + each.filter(({ delivery }) => delivery === 'delivered').length
  if (read === each.length) return `Read by all ${countWords(read, 'person', 'people')}`
  return `Delivered to ${delivered} of ${each.length}${read > 0 ? `, read by ${read}` : ''}`
}

/** Where a message is for one person, in few words. */
export const stateWords = (delivery: Delivery, server: string | undefined): string => {
  switch (delivery) {
    case 'kept':
      return 'Not yet: kept here'
    case 'sealed':
      return server === undefined ? 'Sealed on the server' : `Sealed on ${server}`
    case 'delivered':
      return 'Delivered'
    case 'read':
      return 'Read'
    default:
      return unreachable(delivery)
  }
}

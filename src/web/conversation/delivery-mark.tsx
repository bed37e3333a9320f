import { Check, CheckCheck, Clock, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { deliveryWords } from '../../view/delivery-words.ts'
import type { Delivery, LineView } from '../../view/view.ts'

/** Where a message of mine is: an icon, and words for those who do not see it. */
export const DeliveryMark = ({ delivery, name }: { readonly delivery: Delivery; readonly name: string }): ReactNode => {
  const Icon = ICONS[delivery]
  const words = deliveryWords(delivery, name)
  return (
    <span title={words} data-delivery={delivery}>
      <Icon size={14} strokeWidth={2.2} aria-hidden />
      <span className="sr-only">. {words}</span>
    </span>
  )
}

const ICONS: Readonly<Record<Delivery, LucideIcon>> = { kept: Clock, delivered: Check, read: CheckCheck }

/** The id of the newest message of mine: the one that says in words how far it got. */
export const newestOfMine = (lines: readonly LineView[]): string | undefined =>
  lines.findLast((line) => line.mine && line.kind === 'message')?.id

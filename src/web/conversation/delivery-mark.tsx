import { Check, CheckCheck, Clock, Cloud, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { deliveryWords } from '../../view/delivery-words.ts'
import type { Delivery, LineView } from '../../view/view.ts'

type DeliveryMarkProps = {
  readonly delivery: Delivery
  /** Whom the message is for. */
  readonly name: string
  readonly server: string | undefined
}

/** Where a message of mine is: an icon, and words for those who do not see it. */
export const DeliveryMark = ({ delivery, name, server }: DeliveryMarkProps): ReactNode => {
  const words = deliveryWords(delivery, name, server)
  return (
    <span title={words} data-delivery={delivery}>
      <DeliveryIcon delivery={delivery} />
      <span className="sr-only">. {words}</span>
    </span>
  )
}

export const DeliveryIcon = ({ delivery }: { readonly delivery: Delivery }): ReactNode => {
  const Icon = ICONS[delivery]
  return <Icon size={14} strokeWidth={2.2} aria-hidden />
}

const ICONS: Readonly<Record<Delivery, LucideIcon>> = { kept: Clock, sealed: Cloud, delivered: Check, read: CheckCheck }

/** The newest message of mine: the one that says in words how far it got. */
export const newestOfMine = (lines: readonly LineView[]): LineView | undefined =>
  lines.findLast((line) => line.mine && line.kind === 'message')

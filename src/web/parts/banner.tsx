import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** Something that touches everything on the screen: across the top, until it is over. */
export const Banner = ({
  icon: Icon,
  children,
}: {
  readonly icon: LucideIcon
  readonly children: ReactNode
}): ReactNode => (
  <div
    role="alert"
    className="flex items-start gap-3 border-b border-line bg-ember-wash px-4 py-2.5 text-small text-ink"
  >
    <Icon size={18} className="mt-px flex-none text-ember" aria-hidden />
    <div className="min-w-0">{children}</div>
  </div>
)

import { ChevronDown } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { STOP } from './walk.ts'

type SectionProps = {
  readonly title: string
  readonly shown: boolean
  /** Starts closed, behind its title. */
  readonly folded?: boolean
  readonly children: ReactNode
}

export const Section = ({ title, shown, folded, children }: SectionProps): ReactNode => {
  const id = useId()
  const [open, setOpen] = useState(false)
  if (!shown) return null
  return (
    <section aria-labelledby={id} className="pt-2">
      <h2 id={id} className="label-small px-2 pt-1.5 pb-1">
        {folded ? (
          <button
            type="button"
            {...STOP}
            aria-expanded={open}
            className="flex items-center gap-1 rounded"
            onClick={() => setOpen(!open)}
          >
            {title}
            <ChevronDown size={15} aria-hidden className={`transition-transform ${open ? 'rotate-180' : ''}`} />
          </button>
        ) : (
          title
        )}
      </h2>
      {folded && !open ? null : <ul className="flex flex-col gap-0.5">{children}</ul>}
    </section>
  )
}

import { ChevronLeft, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { LANDING } from '../shortcuts/landing.ts'
import { IconButton } from './button.tsx'

type PanelProps = {
  readonly title: string
  readonly label: string
  /** Where closing it leads. */
  readonly to: string
  /** It was opened from another panel, to which this leads back. */
  readonly inner?: boolean
  readonly children: ReactNode
}

/** What stands beside a conversation, or in its place where there is no room for both. */
export const Panel = ({ title, label, to, inner = false, children }: PanelProps): ReactNode => {
  const [, go] = useLocation()
  return (
    <aside
      aria-label={label}
      className="flex min-w-0 flex-1 flex-col overflow-y-auto border-line bg-paper [scrollbar-gutter:stable] xl:w-96 xl:flex-none xl:border-s"
    >
      <header
        className={`sticky top-0 z-10 flex items-center gap-1 bg-paper py-2.5 pe-2 ${inner ? 'ps-2' : 'justify-between ps-5'}`}
      >
        {inner ? <IconButton icon={ChevronLeft} label="Back to the details" onClick={() => go(to)} /> : null}
        <h1 {...LANDING} className="text-base font-semibold outline-none">
          {title}
        </h1>
        {inner ? null : <IconButton icon={X} label="Back to the conversation" onClick={() => go(to)} />}
      </header>
      <div className="mx-auto flex w-full max-w-144 flex-col gap-6 px-5 pb-8">{children}</div>
    </aside>
  )
}

type PageProps = { readonly title: string; readonly home: string; readonly children: ReactNode }

/** A page in the place of a conversation. */
export const Page = ({ title, home, children }: PageProps): ReactNode => {
  const [, go] = useLocation()
  return (
    <div className="flex min-w-0 flex-1 flex-col overflow-y-auto bg-sheet">
      <header className="sticky top-0 z-10 flex items-center gap-2 border-b border-line bg-sheet px-2 py-2.5 md:px-5">
        <IconButton icon={ChevronLeft} label="Back to the list" className="md:hidden!" onClick={() => go(home)} />
        <h1 {...LANDING} className="py-2 font-serif text-large outline-none">
          {title}
        </h1>
      </header>
      <div className="mx-auto flex w-full max-w-144 flex-col gap-7 p-5 pb-12">{children}</div>
    </div>
  )
}

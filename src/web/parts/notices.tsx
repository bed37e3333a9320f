import { X } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { useKith, useKithState } from '../peer/context.ts'
import { dismiss, type Notice } from '../peer/store.ts'
import { IconButton } from './button.tsx'

const SHOWN_MILLIS = 12_000

/** Sentences about something that did not work, above everything, until they are read or some time has passed. */
export const Notices = (): ReactNode => {
  const notices = useKithState((state) => state.notices)
  return (
    <div role="status" className="pointer-events-none fixed inset-x-0 top-3 z-50 flex flex-col items-center gap-2 px-3">
      {notices.map((notice) => (
        <NoticeCard key={notice.key} notice={notice} />
      ))}
    </div>
  )
}

const NoticeCard = ({ notice }: { readonly notice: Notice }): ReactNode => {
  const kith = useKith()
  useEffect(() => {
    const timer = setTimeout(() => dismiss(kith, notice.key), SHOWN_MILLIS)
    return () => clearTimeout(timer)
  }, [kith, notice.key])
  return (
    <div className="popup row-arrived pointer-events-auto flex max-w-120 items-start gap-2 py-1.5 ps-4 pe-1.5 text-small">
      <p className="py-1.5">{notice.words}</p>
      <IconButton icon={X} label="Close" small onClick={() => dismiss(kith, notice.key)} />
    </div>
  )
}

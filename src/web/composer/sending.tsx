import { LoaderCircle } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { plainText } from '../markdown/parse.ts'
import type { Unsent } from './writing.ts'

/** What is answered sooner shows as a message at once, and nothing moves for it. */
const SLOW_MILLIS = 300
/** Beginning of a text that is shown, and so many of them; the others are counted. */
const SHOWN_CHARACTERS = 300
const SHOWN_TEXTS = 3

/** Over the field: what was sent, while the peer has not answered to it. */
export const Sending = ({ texts }: { readonly texts: readonly Unsent[] }): ReactNode => {
  const slow = useSlow(texts[0])
  const more = texts.length - SHOWN_TEXTS
  return (
    <div role="status">
      {slow ? (
        <div className="flex items-start gap-3 border-b border-line px-4 py-2 text-small text-soft">
          <LoaderCircle size={17} strokeWidth={1.75} aria-hidden className="mt-0.5 flex-none" />
          <div className="min-w-0 flex-1">
            <p className="font-semibold">Sending</p>
            {texts.slice(0, SHOWN_TEXTS).map(({ text }, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- they only ever go from the front, and hold no state
              <p key={index} className="truncate">
                <bdi>{plainText(text.slice(0, SHOWN_CHARACTERS))}</bdi>
              </p>
            ))}
            {more > 0 ? <p>and {more} more</p> : null}
          </div>
        </div>
      ) : null}
    </div>
  )
}

/** Whether this is there for a while already. */
const useSlow = (first: Unsent | undefined): boolean => {
  const [slow, setSlow] = useState<Unsent>()
  useEffect(() => {
    if (first === undefined) return
    const timer = setTimeout(() => setSlow(first), SLOW_MILLIS)
    return () => clearTimeout(timer)
  }, [first])
  return first !== undefined && slow === first
}

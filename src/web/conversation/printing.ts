import { createContext, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** Whether what is drawn goes to paper, where nobody can press for more. */
export const OnPaper = createContext(false)

/**
 * Whether the page is being printed: what is out of sight is wanted then too. The browser waits for what is drawn at the
 * beginning. `mark` remembers the place that is looked at, and gives back how to go there when the printing is over.
 */
export const usePrinting = (mark: () => () => void): boolean => {
  const [printing, setPrinting] = useState(false)
  const marks = useRef(mark)
  useLayoutEffect(() => {
    marks.current = mark
  })
  useEffect(() => {
    let goBack = (): void => {}
    const begin = (): void => {
      goBack = marks.current()
      flushSync(() => setPrinting(true))
    }
    const end = (): void => {
      flushSync(() => setPrinting(false))
      goBack()
    }
    window.addEventListener('beforeprint', begin)
    window.addEventListener('afterprint', end)
    return () => {
      window.removeEventListener('beforeprint', begin)
      window.removeEventListener('afterprint', end)
    }
  }, [])
  return printing
}

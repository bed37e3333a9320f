import { useRef, type RefObject } from 'react'

type FirstFocus = { readonly ref: RefObject<HTMLButtonElement | null>; readonly initialFocus: () => false }

/**
 * The focus for something that opens over the page: `ref` is for what gets it, `initialFocus` for the popup. Left to
 * itself the library waits for the next drawing, and a key pressed before that goes to what lies behind.
 */
export const useFirstFocus = (): FirstFocus => {
  const ref = useRef<HTMLButtonElement>(null)
  const initialFocus = (): false => {
    ref.current?.focus({ preventScroll: true })
    return false
  }
  return { ref, initialFocus }
}

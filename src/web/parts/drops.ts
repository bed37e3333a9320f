import { useEffect } from 'react'

/**
 * The browser would leave the page for a file or a link that is dropped on it. What takes drops has taken them before;
 * text can still be dropped into a field.
 */
export const useNoDrops = (): void =>
  useEffect(() => {
    const onDrag = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') || !isField(event.target)) event.preventDefault()
    }
    for (const name of ['dragover', 'drop'] as const) window.addEventListener(name, onDrag)
    return () => {
      for (const name of ['dragover', 'drop'] as const) window.removeEventListener(name, onDrag)
    }
  }, [])

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea') !== null

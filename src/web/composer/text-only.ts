import { useEffect, useState, type ClipboardEvent } from 'react'

/** Whether a file was dropped on the page or pasted into the field, and nothing was written since: it is told of. */
export const useTextOnly = (text: string) => {
  const [triedAt, setTriedAt] = useState<string>()
  useEffect(() => {
    const onDrop = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files')) setTriedAt(text)
    }
    document.addEventListener('drop', onDrop)
    return () => document.removeEventListener('drop', onDrop)
  }, [text])
  return {
    textOnly: triedAt === text,
    onPaste: ({ clipboardData }: ClipboardEvent): void => {
      // A table or a part of a page comes with a picture of itself: of that, the text is meant.
      if (clipboardData.types.includes('Files') && !clipboardData.types.includes('text/plain')) setTriedAt(text)
    },
  }
}

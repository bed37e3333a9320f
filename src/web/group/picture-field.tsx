import { Camera } from 'lucide-react'
import { useId, useRef, useState, type ReactNode } from 'react'
import { Button } from '../parts/button.tsx'
import { RoundPicture } from './group-picture.tsx'
import { shrinkPicture, type ShrinkRefusal } from './shrink-picture.ts'

type PictureFieldProps = {
  readonly id: string
  readonly title: string
  readonly url: string | undefined
  /** A `data:` URL that is small enough, or nothing for no picture. */
  onChange(url: string | undefined): void
}

/** Chooses a picture; what is chosen is cut to a square and made small here, before anybody gets it. */
export const PictureField = ({ id, title, url, onChange }: PictureFieldProps): ReactNode => {
  const field = useRef<HTMLInputElement>(null)
  const wordsId = useId()
  const [words, setWords] = useState<string>()
  const choose = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const shrunk = await shrinkPicture(file)
    setWords(shrunk.ok ? undefined : shrinkWords(shrunk.refusal))
    if (shrunk.ok) onChange(shrunk.value)
  }
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center gap-4">
        <RoundPicture id={id} title={title.trim() === '' ? '?' : title} url={url} size={72} />
        <div className="flex flex-wrap gap-2">
          <Button aria-describedby={wordsId} onClick={() => field.current?.click()}>
            <Camera size={17} strokeWidth={1.75} aria-hidden />
            {url === undefined ? 'Choose a picture' : 'Change'}
          </Button>
          {url === undefined ? null : <Button onClick={() => onChange(undefined)}>Remove</Button>}
        </div>
        <input
          ref={field}
          type="file"
          accept="image/png,image/jpeg,image/webp,image/gif,image/avif"
          hidden
          aria-label="Picture file"
          onChange={(event) => {
            void choose(event.target.files?.[0])
            // The same file may be chosen again.
            event.target.value = ''
          }}
        />
      </div>
      <p id={wordsId} aria-live="polite" className="text-small text-ember empty:hidden">
        {words}
      </p>
    </div>
  )
}

const shrinkWords = (refusal: ShrinkRefusal): string =>
  refusal.kind === 'no-picture'
    ? 'This file is no picture that can be shown here. Choose a PNG, JPEG or WebP file.'
    : 'This file is too large for a picture. Choose a smaller one.'

import { Camera, ImageUp } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { Button } from '../parts/button.tsx'

const Scanner = lazy(() => import('./scanner.tsx').then((module) => ({ default: module.Scanner })))

type QrInputProps = {
  /** What the code says; the camera is off by then. */
  onText(text: string): void
}

/** Reads a QR code: from the camera, from a picture file, or from a picture that is dropped or pasted on the page. */
export const QrInput = ({ onText }: QrInputProps): ReactNode => {
  const file = useRef<HTMLInputElement>(null)
  const [scanning, setScanning] = useState(false)
  const [words, setWords] = useState<string>()
  const heard = (text: string): void => {
    setScanning(false)
    setWords(undefined)
    onText(text)
  }
  const read = async (picture: Blob | undefined): Promise<void> => {
    if (picture === undefined) return
    setWords('Looking for a QR code')
    const { readQrFile } = await import('./read-qr.ts')
    const text = await readQrFile(picture)
    if (text === undefined)
      setWords('No QR code was found in this picture. Take one that shows all of it, straight and sharp.')
    else heard(text)
  }
  const dragged = usePictures((picture) => void read(picture))
  return (
    <div
      className={`flex flex-col gap-3 rounded-2xl ${dragged ? 'outline-2 outline-offset-4 outline-pine outline-dashed' : ''}`}
    >
      {scanning ? (
        <Suspense fallback={<p className="text-small text-soft">Starting the camera</p>}>
          <Scanner
            onText={heard}
            onTrouble={(trouble) => {
              setScanning(false)
              setWords(trouble)
            }}
          />
        </Suspense>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setScanning(!scanning)}>
          <Camera size={17} strokeWidth={1.75} aria-hidden />
          {scanning ? 'Stop the camera' : 'Scan with the camera'}
        </Button>
        <Button onClick={() => file.current?.click()}>
          <ImageUp size={17} strokeWidth={1.75} aria-hidden />
          Choose a picture
        </Button>
        <input
          ref={file}
          type="file"
          accept="image/*"
          hidden
          aria-label="Picture with a QR code"
          onChange={(event) => {
            void read(event.target.files?.[0])
            event.target.value = ''
          }}
        />
      </div>
      <p role="status" className="text-small text-ember empty:hidden">
        {words}
      </p>
      {dragged ? (
        <p className="text-small text-soft">Let go to read the QR code in this picture.</p>
      ) : (
        <p className="text-small text-soft">A picture of the code can also be dropped or pasted on this page.</p>
      )}
    </div>
  )
}

/** Pictures that are dropped or pasted anywhere on the page. True while one hovers. */
const usePictures = (onPicture: (picture: Blob) => void): boolean => {
  const [dragged, setDragged] = useState(false)
  const told = useRef(onPicture)
  useEffect(() => {
    told.current = onPicture
  })
  useEffect(() => {
    const listening = new AbortController()
    const on = <Kind extends 'paste' | 'dragover' | 'dragleave' | 'drop'>(
      kind: Kind,
      act: (event: DocumentEventMap[Kind]) => void,
    ): void => document.addEventListener(kind, act, { signal: listening.signal })
    const take = (event: Event, files: FileList | undefined): void => {
      const picture = [...(files ?? [])].find(({ type }) => type.startsWith('image/'))
      if (picture === undefined) return
      event.preventDefault()
      told.current(picture)
    }
    on('paste', (event) => take(event, event.clipboardData?.files))
    on('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      event.preventDefault()
      setDragged(true)
    })
    on('dragleave', (event) => {
      if (event.relatedTarget === null) setDragged(false)
    })
    on('drop', (event) => {
      setDragged(false)
      // Without this the browser would leave the page for the file.
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
      take(event, event.dataTransfer?.files)
    })
    return () => listening.abort()
  }, [])
  return dragged
}

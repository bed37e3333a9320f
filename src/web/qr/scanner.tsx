import { useEffect, useRef, useState, type ReactNode } from 'react'
import { FRAME_MILLIS, readQr } from './read-qr.ts'

/** Between two looks at what the camera sees. */
const LOOK_MILLIS = 120

type ScannerProps = { onText(text: string): void; onTrouble(words: string): void }

/** What a camera sees, until there is a QR code in it. The camera is let go as soon as this is off the screen. */
export const Scanner = ({ onText, onTrouble }: ScannerProps): ReactNode => {
  const video = useRef<HTMLVideoElement>(null)
  const [seeing, setSeeing] = useState(false)
  const told = useRef({ onText, onTrouble })
  useEffect(() => {
    told.current = { onText, onTrouble }
  })
  useEffect(() => {
    const place = video.current
    if (place === null) return
    return watch(place, {
      onSeeing: () => setSeeing(true),
      onText: (text) => told.current.onText(text),
      onTrouble: (words) => told.current.onTrouble(words),
    })
  }, [])
  return (
    <div className="relative aspect-square w-full overflow-hidden rounded-2xl bg-[#000]">
      <video ref={video} muted playsInline aria-label="What the camera sees" className="size-full object-cover" />
      <div aria-hidden className="absolute inset-[14%] rounded-2xl border-2 border-[rgb(255_255_255/0.8)]" />
      <p role="status" className="sr-only">
        {seeing ? 'The camera is on. Hold the QR code before it.' : 'Waiting for the camera'}
      </p>
    </div>
  )
}

type Told = { onSeeing(): void; onText(text: string): void; onTrouble(words: string): void }

/** Shows the camera in `place` and looks for a code. Gives back how to stop both. */
const watch = (place: HTMLVideoElement, { onSeeing, onText, onTrouble }: Told): (() => void) => {
  let stopped = false
  let stream: MediaStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const canvas = document.createElement('canvas')
  const look = (): void => {
    const { videoWidth: width, videoHeight: height } = place
    const text = width === 0 ? undefined : readQr({ width, height, source: place }, FRAME_MILLIS, canvas)
    if (text !== undefined) onText(text)
    // Whoever wanted this text takes the scanner off the screen; who did not goes on looking.
    if (!stopped) timer = setTimeout(look, LOOK_MILLIS)
  }
  const begin = async (): Promise<void> => {
    const opened = await openCamera()
    if (typeof opened === 'string') return stopped ? undefined : onTrouble(opened)
    stream = opened
    if (stopped) return end(stream)
    place.srcObject = stream
    await place.play().catch(() => undefined)
    onSeeing()
    look()
  }
  void begin()
  return () => {
    stopped = true
    clearTimeout(timer)
    if (stream) end(stream)
  }
}

const end = (stream: MediaStream): void => {
  for (const track of stream.getTracks()) track.stop()
}

/** A camera, or words for why there is none. */
const openCamera = async (): Promise<MediaStream | string> => {
  // Absent where the page did not come from this machine or over TLS.
  if (!('mediaDevices' in navigator)) return 'This browser gives pages no camera. Choose a picture of the code instead.'
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false })
  } catch (error) {
    return cameraWords(error instanceof DOMException ? error.name : '')
  }
}

const cameraWords = (name: string): string => {
  switch (name) {
    case 'NotAllowedError':
      return 'The camera may not be used: you, your browser or your system said no. Allow it beside the address of this page, or choose a picture of the code instead.'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'This machine has no camera. Choose a picture of the code instead, or paste the text.'
    case 'NotReadableError':
      return 'Another program uses the camera. Close it and try again, or choose a picture of the code instead.'
    default:
      return 'The camera did not start. Choose a picture of the code instead, or paste the text.'
  }
}

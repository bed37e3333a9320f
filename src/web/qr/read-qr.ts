import { decodeQR } from 'qr/decode.js'

/** Pictures are read at most this wide and high: more costs time and finds nothing more. */
const READ_PIXELS_MAX = 1_600
/** Retries cost at most this long for one picture of a camera, of which there are many, and for a file. */
export const FRAME_MILLIS = 12
export const FILE_MILLIS = 1_500

type Drawable = { readonly width: number; readonly height: number; readonly source: CanvasImageSource }

const canvas = (): HTMLCanvasElement => document.createElement('canvas')

/** The text of a QR code in a picture; `undefined` where none is found. */
export const readQr = (
  { width, height, source }: Drawable,
  timeLimit: number,
  place: HTMLCanvasElement = canvas(),
): string | undefined => {
  const scale = Math.min(1, READ_PIXELS_MAX / Math.max(width, height))
  place.width = Math.max(1, Math.round(width * scale))
  place.height = Math.max(1, Math.round(height * scale))
  const context = place.getContext('2d', { willReadFrequently: true })
  if (context === null) return undefined
  context.fillStyle = '#fff'
  context.fillRect(0, 0, place.width, place.height)
  context.drawImage(source, 0, 0, place.width, place.height)
  try {
    return decodeQR(context.getImageData(0, 0, place.width, place.height), { timeLimit })
  } catch {
    // How the decoder says that it found none.
    return undefined
  }
}

/** The text of a QR code in a picture file. */
export const readQrFile = async (file: Blob): Promise<string | undefined> => {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (bitmap === undefined) return undefined
  const { width, height } = bitmap
  const text = readQr({ width, height, source: bitmap }, FILE_MILLIS)
  bitmap.close()
  return text
}

import { accept, refuse, type Result } from '../../core/bytes/result.ts'

/** What a group's picture may weigh; the peer refuses more. */
export const PICTURE_BYTES_MAX = 32 * 1024
/** A file beyond this is not even decoded. */
const FILE_BYTES_MAX = 64 * 1024 * 1024
/** Tried in this order until one is small enough. */
const SIDES_PIXELS = [256, 192, 128, 96, 64] as const
const QUALITIES = [0.85, 0.7, 0.5] as const

export type ShrinkRefusal = { readonly kind: 'no-picture' } | { readonly kind: 'file-too-large' }

/** The middle of a picture as a square of at most PICTURE_BYTES_MAX, in WebP, or in JPEG where that is not known. */
export const shrinkPicture = async (file: Blob): Promise<Result<string, ShrinkRefusal>> => {
  if (file.size > FILE_BYTES_MAX) return refuse({ kind: 'file-too-large' })
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (bitmap === undefined || bitmap.width === 0 || bitmap.height === 0) return refuse({ kind: 'no-picture' })
  try {
    for (const side of SIDES_PIXELS) {
      const canvas = squareOf(bitmap, side)
      for (const quality of QUALITIES) {
        const blob = await encoded(canvas, quality)
        if (blob !== null && blob.size <= PICTURE_BYTES_MAX) return accept(await urlOf(blob))
      }
    }
    return refuse({ kind: 'no-picture' })
  } finally {
    bitmap.close()
  }
}

const squareOf = (bitmap: ImageBitmap, side: number): HTMLCanvasElement => {
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')
  const length = Math.min(bitmap.width, bitmap.height)
  if (context !== null) {
    // What is clear in the picture must not come out black where there is no WebP.
    context.fillStyle = '#fff'
    context.fillRect(0, 0, side, side)
    context.imageSmoothingQuality = 'high'
    context.drawImage(
      bitmap,
      (bitmap.width - length) / 2,
      (bitmap.height - length) / 2,
      length,
      length,
      0,
      0,
      side,
      side,
    )
  }
  return canvas
}

const encoded = async (canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> => {
  const as = (type: string): Promise<Blob | null> => new Promise((resolve) => canvas.toBlob(resolve, type, quality))
  const webp = await as('image/webp')
  // A browser that does not know WebP gives a PNG instead.
  return webp?.type === 'image/webp' ? webp : as('image/jpeg')
}

const urlOf = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => {
      // It reads as a URL, which is a text.
      if (typeof reader.result === 'string') resolve(reader.result)
    })
    reader.addEventListener('error', () => reject(reader.error ?? new Error('a blob in memory could not be read')))
    reader.readAsDataURL(blob)
  })

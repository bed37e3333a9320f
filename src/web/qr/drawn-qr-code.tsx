import { useMemo, type ReactNode } from 'react'
import { encode } from 'uqr'

/** Empty modules around the code, without which it is hard to find (ISO/IEC 18004). */
const QUIET_MODULES = 4

export const DrawnQrCode = ({ text, label }: { readonly text: string; readonly label: string }): ReactNode => {
  const { size, path } = useMemo(() => drawn(text), [text])
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      className="size-full"
    >
      <path d={path} fill="#000" />
    </svg>
  )
}

/** One path over all dark modules, row by row. */
const drawn = (text: string): { readonly size: number; readonly path: string } => {
  const { size, data } = encode(text, { ecc: 'L', boostEcc: true, border: QUIET_MODULES })
  const runs = data.flatMap((row, y) =>
    row.flatMap((dark, x) => {
      if (!dark || row[x - 1]) return []
      const end = row.indexOf(false, x)
      return [`M${x} ${y}h${(end === -1 ? size : end) - x}v1H${x}z`]
    }),
  )
  return { size, path: runs.join('') }
}

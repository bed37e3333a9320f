import { lazy, Suspense, type ReactNode } from 'react'

const DrawnQrCode = lazy(() => import('./drawn-qr-code.tsx').then((module) => ({ default: module.DrawnQrCode })))

type QrCodeProps = { readonly text: string; readonly label: string }

/** A text as a QR code, dark on light in every theme: that is what cameras know. Drawn when it is first wanted. */
export const QrCode = ({ text, label }: QrCodeProps): ReactNode => (
  <div className="aspect-square w-full max-w-72 rounded-2xl bg-[#fff] p-1">
    <Suspense fallback={null}>
      <DrawnQrCode text={text} label={label} />
    </Suspense>
  </div>
)

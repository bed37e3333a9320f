import type { ReactNode } from 'react'

/** Two links of a chain, in two colours. */
export const Logo = ({ size }: { readonly size: number }): ReactNode => (
  <svg width={size} height={size} viewBox="0 0 32 32" fill="none" strokeWidth={3.4} strokeLinecap="round" aria-hidden>
    <path stroke="var(--pine)" d="M14 22.6a7.6 7.6 0 1 1 6.2-10" />
    <path stroke="var(--ember)" d="M18 9.4a7.6 7.6 0 1 1-6.2 10" />
  </svg>
)

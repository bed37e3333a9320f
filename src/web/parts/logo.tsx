import type { ReactNode } from 'react'

/** Two links of a chain, in two colours. */
export const Logo = ({ size }: { readonly size: number }): ReactNode => (
  <svg width={size} height={size} viewBox="0 0 32 32" fill="none" strokeWidth={3.4} aria-hidden>
    <circle cx={11.5} cy={16} r={7.8} stroke="var(--pine)" />
    <circle cx={20.5} cy={16} r={7.8} stroke="var(--ember)" />
    <path d="M11.5 8.2a7.8 7.8 0 0 1 7.72 6.7" stroke="var(--pine)" />
  </svg>
)

/** What somebody may still cause: so many at once, refilled evenly over a minute (a token bucket). */
export type Allowance = { readonly left: number; readonly at: number }

const MINUTE_MILLIS = 60_000

export const fullAllowance = (perMinute: number): Allowance => ({ left: perMinute, at: -Infinity })

/** Takes up to `wanted`; `granted` says how many there were. */
export const spend = (
  allowance: Allowance,
  wanted: number,
  perMinute: number,
  now: number,
): { readonly allowance: Allowance; readonly granted: number } => {
  const left = refilled(allowance, perMinute, now)
  const granted = Math.min(wanted, Math.floor(left))
  return { allowance: { left: left - granted, at: now }, granted }
}

export const isFull = (allowance: Allowance, perMinute: number, now: number): boolean =>
  refilled(allowance, perMinute, now) >= perMinute

const refilled = ({ left, at }: Allowance, perMinute: number, now: number): number =>
  at === -Infinity ? perMinute : Math.min(perMinute, left + (Math.max(0, now - at) * perMinute) / MINUTE_MILLIS)

import { createAllowance, type Allowance } from './allowance.ts'

/** How much of the relay somebody may use. */
export type QuotaLimits = {
  /** Relayed links that stand at once, of those that this one asked for. */
  readonly links: number
  readonly requestsPerSecond: number
  readonly requestsBurst: number
  readonly bytesPerSecond: number
  readonly bytesBurst: number
}

const MEBIBYTE = 1024 * 1024

export const DEVICE_QUOTA: QuotaLimits = {
  links: 32,
  requestsPerSecond: 4,
  requestsBurst: 64,
  bytesPerSecond: 4 * MEBIBYTE,
  bytesBurst: 16 * MEBIBYTE,
}

/** All devices at one address together, so that inventing devices gains nothing. A school behind one address fits. */
export const ADDRESS_QUOTA: QuotaLimits = {
  links: 512,
  requestsPerSecond: 32,
  requestsBurst: 512,
  bytesPerSecond: 16 * MEBIBYTE,
  bytesBurst: 64 * MEBIBYTE,
}

export type Quota = {
  links: number
  /** Takes one request, if there is one. */
  request(): boolean
  readonly bytes: Allowance
  readonly limits: QuotaLimits
}

export const createQuota = (limits: QuotaLimits, now: () => number): Quota => {
  const requests = createAllowance({ perSecond: limits.requestsPerSecond, burst: limits.requestsBurst, now })
  return {
    links: 0,
    // What is refused costs nothing: otherwise somebody who asks too often would have to rest for as long.
    request: () => requests.left() >= 1 && requests.use(1) === 0,
    bytes: createAllowance({ perSecond: limits.bytesPerSecond, burst: limits.bytesBurst, now }),
    limits,
  }
}

import type { Millis } from '../view/view.ts'

/** So much each second in the long run, and `burst` at once after a rest. */
export type Rate = { readonly perSecond: number; readonly burst: number }

/** A token bucket. It may go below zero: then nothing more is due until it is at zero again. */
export type Bucket = { tokens: number; at: Millis }

export const fullBucket = (rate: Rate, now: Millis): Bucket => ({ tokens: rate.burst, at: now })

/** Takes `cost`, whether it is there or not. Answers the milliseconds until the bucket is at zero again; 0: go on. */
export const take = (bucket: Bucket, rate: Rate, cost: number, now: Millis): Millis => {
  refill(bucket, rate, now)
  bucket.tokens -= cost
  return debt(bucket, rate)
}

/** The milliseconds until the bucket is at zero again; 0: now. */
export const wait = (bucket: Bucket, rate: Rate, now: Millis): Millis => {
  refill(bucket, rate, now)
  return debt(bucket, rate)
}

const refill = (bucket: Bucket, rate: Rate, now: Millis): void => {
  const elapsed = Math.max(0, now - bucket.at)
  bucket.tokens = Math.min(rate.burst, bucket.tokens + (elapsed * rate.perSecond) / 1000)
  bucket.at = now
}

const debt = (bucket: Bucket, rate: Rate): Millis =>
  bucket.tokens >= 0 ? 0 : Math.ceil((-bucket.tokens * 1000) / rate.perSecond)

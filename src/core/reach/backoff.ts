/** How long to wait before trying again: doubling from `least` to `most`. */
export type Backoff = { readonly leastMillis: number; readonly mostMillis: number }

/**
 * The wait after `failures` failures in a row (0: the first wait). `dice` is a random number in [0, 1): the wait is cut
 * by up to a quarter, so that devices that lost each other at one moment do not come back at one moment.
 */
export const waitMillis = (backoff: Backoff, failures: number, dice: number): number => {
  const whole = Math.min(backoff.mostMillis, backoff.leastMillis * 2 ** Math.min(failures, 30))
  return Math.round(whole * (0.75 + 0.25 * dice))
}

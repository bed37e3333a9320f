import type { Scheduler } from './port.ts'

/**
 * The same clock, but one that never goes back: when the system's clock is set back, what was due in a moment would
 * otherwise be due an hour later. From then on it is ahead by as much, which only shows in times of attempts.
 */
export const steady = (scheduler: Scheduler): Scheduler => {
  let ahead = 0
  let last = -Infinity
  return {
    now: () => {
      const now = scheduler.now()
      if (now + ahead < last) ahead = last - now
      return (last = now + ahead)
    },
    after: scheduler.after,
  }
}

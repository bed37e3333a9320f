import type { Scheduler } from '../peer/network/port.ts'

/** The longest wait of a system's timer, which holds 31 bits: one that is longer rings at once, and warns of it. */
const TIMER_MILLIS_MAX = 0x7fff_ffff

/** The clock and the timers of this machine. */
export const systemTime: Scheduler = {
  now: () => Date.now(),
  after: (millis, run) => {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      const millisNow = Math.min(left, TIMER_MILLIS_MAX)
      timer = setTimeout(() => (left > millisNow ? wait(left - millisNow) : run()), millisNow)
    }
    wait(millis)
    return () => clearTimeout(timer)
  },
}

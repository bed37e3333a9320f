import type { Millis } from '../../view/view.ts'
import type { Scheduler } from './port.ts'

/** One moment at which to be called, which may be moved. */
export type Alarm = {
  /** Rings at this time, instead of the one set before. Infinity: never. */
  set(time: Millis): void
}

export const createAlarm = (scheduler: Scheduler, ring: () => void): Alarm => {
  let at = Infinity
  let cancel = (): void => {}
  return {
    set: (time) => {
      if (time === at) return
      cancel()
      at = time
      cancel = (): void => {}
      if (time === Infinity) return
      // Timers of the system hold 31 bits, and a wait that is rung too early is only set again.
      const millis = Math.min(Math.max(0, Math.ceil(time - scheduler.now())), ALARM_MILLIS_MAX)
      cancel = scheduler.after(millis, () => {
        at = Infinity
        ring()
      })
    },
  }
}

const ALARM_MILLIS_MAX = 0x7fff_ffff

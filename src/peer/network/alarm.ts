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
      cancel = scheduler.after(Math.max(0, Math.ceil(time - scheduler.now())), () => {
        at = Infinity
        ring()
      })
    },
  }
}

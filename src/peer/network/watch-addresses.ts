import { ADDRESSES_POLL_MILLIS, ASLEEP_MILLIS_LEAST } from '../../core/reach/moved.ts'
import type { Endpoint } from '../../link/port.ts'
import type { Scheduler } from './port.ts'

/** Looks at this device's own addresses now and then, and tells when they changed or when the device was asleep. */
export const watchAddresses = (
  endpoint: Endpoint,
  scheduler: Scheduler,
  onMoved: (before: readonly string[], now: readonly string[]) => void,
): (() => void) => {
  let last = endpoint.addresses().toSorted()
  let looked = scheduler.now()
  const look = (): void => {
    cancel = scheduler.after(ADDRESSES_POLL_MILLIS, look)
    const before = last
    last = endpoint.addresses().toSorted()
    const slept = scheduler.now() - looked > ASLEEP_MILLIS_LEAST
    looked = scheduler.now()
    if (slept || last.join() !== before.join()) onMoved(before, last)
  }
  let cancel = scheduler.after(ADDRESSES_POLL_MILLIS, look)
  return () => cancel()
}

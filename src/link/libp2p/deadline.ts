/**
 * A signal that aborts after `millis`, or when `signal` does. To be cleared when what it bounds is over: a server that
 * takes thousands of logins would otherwise keep a timer and a signal for each long after.
 */
export type Deadline = {
  readonly signal: AbortSignal
  clear(): void
}

export const createDeadline = (millis: number, signal?: AbortSignal): Deadline => {
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal?.reason)
  const timer = setTimeout(() => controller.abort(new DOMException('it took too long', 'TimeoutError')), millis)
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    },
  }
}

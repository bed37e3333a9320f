import type { Calls } from '../../view/calls.ts'

/** A peer on the same machine answers within milliseconds; a slow disk may take longer, but not this long. */
export const SILENCE_MILLIS_MAX = 5_000

/**
 * The calls, and who is told when something has been asked and nothing was answered for as long as
 * `SILENCE_MILLIS_MAX`, and when an answer comes after all. A peer that is stopped keeps its connections open: nothing
 * else tells of it.
 */
export const watchSilence = (calls: Calls, tell: (silent: boolean) => void): Calls => {
  let waiting = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = (): void => {
    timer = waiting > 0 ? setTimeout(() => tell(true), SILENCE_MILLIS_MAX) : undefined
  }
  const answered = (): void => {
    waiting -= 1
    clearTimeout(timer)
    tell(false)
    wait()
  }
  const watched =
    (call: (input: unknown) => Promise<unknown>) =>
    (input: unknown): Promise<unknown> => {
      waiting += 1
      if (waiting === 1) wait()
      return call(input).finally(answered)
    }
  const { updates, ...asked } = calls
  const entries = Object.entries(asked).map(([name, call]) => [name, watched(call as Parameters<typeof watched>[0])])
  return { ...(Object.fromEntries(entries) as typeof asked), updates }
}

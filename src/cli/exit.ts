/** How a command ended. Scripts rely on these numbers; `kith help` tells them. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** A wrong option or argument, or a WHO that fits nobody or several. */
  unclear: 2,
  /** What was waited for did not happen in time; nothing is lost. */
  timedOut: 3,
} as const

export type Exit = (typeof EXIT)[keyof typeof EXIT]

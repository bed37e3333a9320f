/** How a command ended. Scripts rely on these numbers; `kith help` tells them. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** A wrong option or argument, or a WHO that fits nobody or several. */
  unclear: 2,
  /** What was waited for did not happen in time; nothing is lost. */
  timedOut: 3,
  /** The user ended it (Ctrl+C) before it was done: what a shell reports for a process ended by SIGINT. */
  interrupted: 130,
} as const

export type Exit = (typeof EXIT)[keyof typeof EXIT]

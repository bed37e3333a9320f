/** Dials to peers that run at once; more wait, oldest first. */
export const DIALS_MAX = 64

/** The places for dials, shared by all devices. */
export type Dials = {
  /** Runs the dial when there is a place. The returned function takes it back if it has not begun. */
  run(dial: () => Promise<void>): () => void
}

export const createDials = (most: number = DIALS_MAX): Dials => {
  const waiting = new Set<() => Promise<void>>()
  let running = 0

  const fill = (): void => {
    for (const dial of waiting) {
      if (running >= most) return
      waiting.delete(dial)
      running += 1
      void dial().finally(() => {
        running -= 1
        fill()
      })
    }
  }

  return {
    run: (dial) => {
      waiting.add(dial)
      fill()
      return () => void waiting.delete(dial)
    },
  }
}

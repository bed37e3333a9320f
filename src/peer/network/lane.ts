/** Lets at most `width` tasks run at once, the others wait in order. A task that fails lets the next one in. */
export const createLane = (width: number): (<Value>(task: () => Promise<Value>) => Promise<Value>) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      // Its place goes to the next one.
      if (next) next()
      else running -= 1
    }
  }
}

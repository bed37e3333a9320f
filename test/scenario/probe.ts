/** Loaded into a program before it starts, with `--expose-gc`: tells on a signal how much it keeps. */
let times = 0
process.on('SIGUSR2', () => {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  times += 1
  process.stdout.write(`kept ${heapUsed + external} bytes (${times})\n`)
})

/** One of many items, or the mark that some were lost and that what follows begins anew. */
export type Bounded<Item> = { readonly lost: false; readonly item: Item } | { readonly lost: true }

/**
 * Reads a stream as fast as it comes and hands it on as fast as the reader takes it. What waits in between weighs at
 * most `weightMax` by `weigh`; when it would weigh more, all of it is dropped, the stream is given up, the reader is
 * told `lost`, and only once it has taken that does a fresh stream begin. A single item heavier than the bound passes.
 *
 * `open` is called with a signal of its own, aborted when its stream is given up. Ends when `signal` aborts or when the
 * source ends; throws what the source throws.
 */
export const bounded = async function* <Item>(input: {
  readonly open: (signal: AbortSignal) => AsyncIterable<Item>
  readonly weigh: (item: Item) => number
  readonly weightMax: number
  readonly signal: AbortSignal
}): AsyncGenerator<Bounded<Item>, void, void> {
  while (!input.signal.aborted) {
    const queue = startReading(input)
    try {
      let more = true
      while (more) {
        yield* queue.take()
        more = await queue.next()
      }
    } finally {
      queue.stop()
    }
    if (queue.error !== undefined) throw queue.error.cause
    if (!queue.overflowed) return
    yield { lost: true }
  }
}

type Reading<Item> = {
  /** Takes what waits, item by item. */
  take(): Generator<Bounded<Item>, void, void>
  /** Resolves once something waits (true), or once nothing more can come (false). */
  next(): Promise<boolean>
  stop(): void
  readonly overflowed: boolean
  readonly error: { readonly cause: unknown } | undefined
}

const startReading = <Item>(input: Parameters<typeof bounded<Item>>[0]): Reading<Item> => {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort()
  let waiting: { readonly item: Item; readonly weight: number }[] = []
  let weight = 0
  let ended = false
  let overflowed = false
  let error: { readonly cause: unknown } | undefined
  let wake = (): void => undefined

  const read = async (): Promise<void> => {
    try {
      for await (const item of input.open(stopping.signal)) {
        if (stopping.signal.aborted) break
        const own = input.weigh(item)
        if (waiting.length > 0 && weight + own > input.weightMax) {
          overflowed = true
          break
        }
        waiting.push({ item, weight: own })
        weight += own
        wake()
      }
    } catch (cause) {
      if (!stopping.signal.aborted) error = { cause }
    }
    if (overflowed) waiting = []
    ended = true
    stop()
    wake()
  }

  input.signal.addEventListener('abort', stop, { once: true })
  stopping.signal.addEventListener('abort', () => {
    input.signal.removeEventListener('abort', stop)
    ended = true
    wake()
  })
  void read()

  return {
    *take() {
      // Taken singly: the reader may pause for long between two items, and what it has not taken must stay counted.
      for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
        weight -= first.weight
        yield { lost: false, item: first.item }
      }
    },
    next: async () => {
      while (waiting.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return waiting.length > 0
    },
    stop,
    get overflowed() {
      return overflowed
    },
    get error() {
      return error
    },
  }
}

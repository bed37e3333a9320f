import type { Update } from '../view/update.ts'

/** What a slow reader may leave unread before it has to start over with a new snapshot. */
export const UPDATES_QUEUED_MAX = 5_000

/** Everything that changed, told to everybody who watches. */
export class Updates {
  readonly #watchers = new Set<Watcher>()

  /** Whether anybody watches: making views for nobody is not worth it. */
  get watched(): boolean {
    return this.#watchers.size > 0
  }

  tell(update: Update): void {
    for (const watcher of this.#watchers) watcher.push(update)
  }

  /** Begins with the snapshot as it is when reading begins; ends when `signal` aborts. */
  async *watch(snapshot: () => Update, signal: AbortSignal): AsyncGenerator<Update, void, undefined> {
    const watcher = new Watcher()
    const stop = (): void => watcher.wake()
    signal.addEventListener('abort', stop)
    this.#watchers.add(watcher)
    try {
      yield snapshot()
      while (!signal.aborted) {
        const update = watcher.shift()
        if (update === 'lagged') {
          yield { kind: 'lagged' }
          yield snapshot()
        } else if (update) yield update
        else await watcher.more()
      }
    } finally {
      this.#watchers.delete(watcher)
      signal.removeEventListener('abort', stop)
    }
  }
}

class Watcher {
  #queue: Update[] = []
  #next = 0
  #lagged = false
  #wake: (() => void) | undefined

  push(update: Update): void {
    if (this.#lagged) return
    if (this.#queue.length - this.#next >= UPDATES_QUEUED_MAX) {
      this.#queue = []
      this.#next = 0
      this.#lagged = true
    } else this.#queue.push(update)
    this.wake()
  }

  shift(): Update | 'lagged' | undefined {
    if (this.#lagged) {
      this.#lagged = false
      return 'lagged'
    }
    const update = this.#queue[this.#next]
    if (update === undefined) {
      this.#queue = []
      this.#next = 0
    } else this.#next += 1
    return update
  }

  more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

/** Simulated time: what is due runs in order of time, and at one time in the order in which it was asked for. */
export class Time {
  now: number
  readonly #due: { readonly at: number; readonly order: number; readonly run: () => unknown }[] = []
  #order = 0

  constructor(start: number) {
    this.now = start
  }

  after(millis: number, run: () => unknown): void {
    const due = { at: this.now + millis, order: this.#order++, run }
    let [low, high] = [0, this.#due.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#due[middle]
      if (other && other.at <= due.at) low = middle + 1
      else high = middle
    }
    this.#due.splice(low, 0, due)
  }

  /** Runs everything that is due until then; each ends before the next begins. */
  async advance(millis: number): Promise<void> {
    const end = this.now + millis
    for (let next = this.#due[0]; next && next.at <= end; next = this.#due[0]) {
      this.#due.shift()
      this.now = next.at
      await next.run()
    }
    this.now = end
  }
}

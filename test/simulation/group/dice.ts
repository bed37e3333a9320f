import { seededRandom } from '../../core/reach/random.ts'

/** What falls by chance in one run, the same for the same seed. */
export class Dice {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#random() < probability
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1))
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.between(0, items.length - 1)]
  }

  shuffled<Item>(items: readonly Item[]): readonly Item[] {
    const left = [...items]
    const mixed: Item[] = []
    while (left.length > 0) mixed.push(...left.splice(this.between(0, left.length - 1), 1))
    return mixed
  }
}

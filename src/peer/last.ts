import { decode, encode } from '../core/bytes/cbor.ts'
import type { Hex } from '../core/bytes/hex.ts'
import { text, tuple, uint } from '../core/bytes/shape.ts'
import { readLine } from '../core/timeline/line.ts'
import type { Store, StoredLine } from '../store/port.ts'
import { compareOrders, type Millis, type Order } from '../view/view.ts'
import type { Kept } from './batches.ts'
import { AHEAD_MILLIS_MAX, isAhead, lastWordsOf } from './line-view.ts'
import type { RecordChange } from './record.ts'

type Shown = {
  readonly id: string
  readonly order: Order
  readonly text: string
  readonly person: Hex
  readonly at: Millis
}

/** Lines that are looked at for the last message among them. */
const LINES = 20

/**
 * What was said last in a conversation. A line that claims a time far ahead was said when it came, which is kept with it:
 * otherwise one wrong clock would have the last word for as long as it is ahead.
 */
export class Last {
  readonly #conversation: Hex
  #shown: Shown | undefined
  /** Whether what is shown is a message no more. */
  #isGone = false

  private constructor(conversation: Hex) {
    this.#conversation = conversation
  }

  static async load(store: Store, conversation: Hex, now: Millis): Promise<Last> {
    const last = new Last(conversation)
    const ahead = { time: now + AHEAD_MILLIS_MAX + 1, author: '', seq: 0 }
    last.#consider(await store.lines({ conversation, before: ahead, limit: LINES }), (line) => line.time)
    const came = readCame(await store.record('conversation', cameKey(conversation)))
    const line = came && (await store.line(conversation, came[0]))
    if (line) last.#consider([line], () => Math.min(came[1], line.time))
    // Where it is not known when any of them came: this clock has been set back, say.
    if (!last.#shown) last.#consider(await store.lines({ conversation, limit: LINES }), () => now)
    return last
  }

  get shown(): Omit<Shown, 'id'> | undefined {
    return this.#shown
  }

  /** Looks for what was said before, where what was said last is a message no more. */
  async findAgain(store: Store, now: Millis): Promise<void> {
    if (!this.#isGone) return
    const gone = this.#shown
    const found = await Last.load(store, this.#conversation, now)
    // Somebody may have said something meanwhile.
    if (this.#shown !== gone) return
    this.#shown = found.#shown
    this.#isGone = false
  }

  /** Takes in what a batch wrote; answers what to write of it. */
  note({ fresh, lines }: Pick<Kept, 'fresh' | 'lines'>, now: Millis): readonly RecordChange[] {
    const came = new Set(fresh.map(({ author, seq }) => `${author} ${seq}`))
    const before = this.#shown?.id
    this.#consider(lines, (line) => {
      if (line.id === this.#shown?.id) return this.#shown.at
      if (!isAhead(line.time, now)) return line.time
      // One that came before is not said anew by being changed, or reacted to.
      return came.has(`${line.author} ${line.seq}`) ? now : undefined
    })
    const shown = this.#shown
    if (!shown || shown.id === before || !isAhead(shown.order.time, now)) return []
    const value = encode([shown.id, shown.at])
    return [{ put: 'record', space: 'conversation', key: cameKey(this.#conversation), value }]
  }

  /** What to write when all of it is let go of. */
  forgetChange(): RecordChange {
    return { drop: 'record', space: 'conversation', key: cameKey(this.#conversation) }
  }

  forget(): void {
    this.#shown = undefined
  }

  #consider(lines: readonly StoredLine[], atOf: (line: StoredLine) => Millis | undefined): void {
    // The newest first: then nothing else needs to be read.
    for (const line of lines.toReversed()) {
      const { id, time, author, seq } = line
      const order = { time, author, seq }
      const at = atOf(line)
      if (at === undefined || (this.#shown && isBefore({ at, order }, this.#shown))) continue
      const read = readLine(line.bytes)
      const words = read && lastWordsOf(read)
      if (read && words !== undefined) {
        this.#shown = { id, order, text: words, person: read.person, at }
        this.#isGone = false
      } else if (id === this.#shown?.id) this.#isGone = true
    }
  }
}

const isBefore = (one: Pick<Shown, 'at' | 'order'>, other: Pick<Shown, 'at' | 'order'>): boolean =>
  one.at < other.at || (one.at === other.at && compareOrders(one.order, other.order) < 0)

const cameKey = (conversation: Hex): string => `${conversation}/came`

const cameShape = tuple(text(100), uint())

const readCame = (from: Uint8Array | undefined) => {
  const decoded = from && decode(from)
  return decoded?.ok ? cameShape(decoded.value) : undefined
}

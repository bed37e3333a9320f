import { concat } from '../core/bytes/concat.ts'
import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts'
import { HASH_BYTES, sha256 } from '../core/crypto/symmetric.ts'
import { ASKED_IN_FRAME_MAX } from '../core/sync/frame.ts'
import type { Bound, HeldBackTally } from './held-back-tally.ts'

/** What waits of one conversation at most, and of one that was not accepted. */
export const HELD_BACK_MAX: Bound = { events: 1_024, bytes: 8 * 1024 * 1024 }
export const HELD_BACK_OF_REQUEST_MAX: Bound = { events: 16, bytes: 64 * 1024 }

/** What is looked through for something to ask for. */
const NEEDS_LOOKED_AT_MAX = 1_024

/** An event that builds on control events which are not here: who may write cannot be judged yet. */
export type Waiting = {
  /** Of these bytes. */
  readonly id: Hex
  readonly from: Hex
  readonly bytes: Uint8Array
}

type Entry = Waiting & {
  /** The control events that were missing when it came, one id after the other: as text they take many times the room. */
  readonly needs: Uint8Array
  /** The place of the first of them that may still be missing: that one is waited for, behind the last for fewer heads. */
  next: number
  /** The same as of what is on disk. */
  settled: number
}

/**
 * The events of one conversation that wait; in memory alone, for they come again. Each waits for one control event at a
 * time: what comes is compared with that, and a control event costs little but for those that it was missing for.
 */
export class HeldBack {
  readonly #tally: HeldBackTally
  /** In the order in which they came. */
  readonly #events = new Map<Hex, Entry>()
  /** By the control event that they wait for. */
  readonly #waiting = new Map<Hex, Set<Entry>>()
  /** Those for whom nothing is missing, but that there are fewer heads. */
  readonly #crowded = new Set<Entry>()
  /** Those that wait for something else than on disk. */
  readonly #moved = new Set<Entry>()
  #bytes = 0

  constructor(tally: HeldBackTally) {
    this.#tally = tally
  }

  get size(): number {
    return this.#events.size
  }

  /** Whether it waits now. Where there is no room, whoever sent it will send it again. */
  add({ from, bytes, needs }: Omit<Waiting, 'id'> & { readonly needs: readonly Hex[] }, most: Bound): boolean {
    const id = toHex(sha256(bytes))
    if (this.#events.has(id)) return true
    const size = bytes.length + needs.length * HASH_BYTES
    if (this.#events.size >= most.events || this.#bytes + size > most.bytes) return false
    if (!this.#tally.take(from, size)) return false
    // A copy: what came is a part of its frame, all of which would stay in memory.
    const entry = { id, from, bytes: bytes.slice(), needs: concat(needs.map(fromHex)), next: 0, settled: 0 }
    this.#events.set(id, entry)
    this.#bytes += size
    this.#wait(entry)
    return true
  }

  delete(id: Hex): void {
    const entry = this.#events.get(id)
    if (!entry) return
    this.#unwait(entry)
    this.#moved.delete(entry)
    this.#events.delete(id)
    const size = entry.bytes.length + entry.needs.length
    this.#bytes -= size
    this.#tally.give(entry.from, size)
  }

  clear(): void {
    for (const id of this.#events.keys()) this.delete(id)
  }

  /** Control events that something waits for, the first that each needs before others; no more than are asked for at once. */
  needs(): readonly Hex[] {
    const needs = new Set(this.#waiting.keys())
    let looked = 0
    for (const entry of this.#events.values())
      for (let at = entry.next + 1; at < count(entry); at++) {
        if (needs.size >= ASKED_IN_FRAME_MAX || ++looked > NEEDS_LOOKED_AT_MAX) return [...needs]
        needs.add(needAt(entry, at))
      }
    return [...needs]
  }

  /**
   * Those for whom nothing is missing any more, in the order in which they came. They wait for nothing until `park` or
   * `settle`. `isNew`: whether a control event is in memory; `isHere`: whether it is held at all.
   */
  async ready(here: {
    readonly isNew: (control: Hex) => boolean
    readonly isHere: (control: Hex) => Promise<boolean>
    readonly hasRoom: boolean
  }): Promise<readonly Waiting[]> {
    const ready = new Set(here.hasRoom ? this.#crowded : [])
    for (const [control, entries] of this.#waiting)
      if (here.isNew(control))
        for (const entry of entries) {
          this.#unwait(entry)
          this.#moved.add(entry)
          do entry.next += 1
          while (entry.next < count(entry) && (await here.isHere(needAt(entry, entry.next))))
          if (entry.next < count(entry)) this.#wait(entry)
          else ready.add(entry)
        }
    for (const entry of ready) this.#crowded.delete(entry)
    for (const entry of ready) this.#moved.add(entry)
    return ready.size === 0 ? [] : [...this.#events.values()].filter((entry) => ready.has(entry))
  }

  /** One that was ready waits all the same. */
  park(id: Hex): void {
    const entry = this.#events.get(id)
    if (entry) this.#crowded.add(entry)
  }

  /** What came is on disk, or the disk refused it: then everything waits for what it waited for before. */
  settle(isKept: boolean): void {
    for (const entry of this.#moved) {
      if (isKept) entry.settled = entry.next
      else {
        this.#unwait(entry)
        entry.next = entry.settled
        this.#wait(entry)
      }
    }
    this.#moved.clear()
  }

  #wait(entry: Entry): void {
    if (entry.next >= count(entry)) return void this.#crowded.add(entry)
    const need = needAt(entry, entry.next)
    this.#waiting.set(need, (this.#waiting.get(need) ?? new Set()).add(entry))
  }

  #unwait(entry: Entry): void {
    this.#crowded.delete(entry)
    if (entry.next >= count(entry)) return
    const need = needAt(entry, entry.next)
    const entries = this.#waiting.get(need)
    entries?.delete(entry)
    if (entries?.size === 0) this.#waiting.delete(need)
  }
}

const count = ({ needs }: Entry): number => needs.length / HASH_BYTES

const needAt = ({ needs }: Entry, at: number): Hex => toHex(needs.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES))

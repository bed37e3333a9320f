import type { Hex } from '../core/bytes/hex.ts'
import { readEvent } from '../core/event/event.ts'
import type { Draft } from './draft.ts'

/** What is taken of a conversation that was not accepted, by whomever and in whatever place of a chain it was written. */
export const REQUEST_EVENTS_MAX = 64
export const REQUEST_BYTES_MAX = 1024 * 1024
/** What is kept beside the chain of one author who forked: more than a copy writes before it notices. */
export const BRANCH_EVENTS_MAX = 256
export const BRANCH_BYTES_MAX = 4 * 1024 * 1024

type Amount = { readonly events: number; readonly bytes: number }

/** How much of a conversation is held, as far as that has a bound. Counted when it is first asked for. */
export class Holdings {
  #all: Amount | undefined
  /** Beside the chains, by author. */
  #branches: Map<Hex, Amount> | undefined
  /** Something found no room: what comes behind it would only leave a gap. */
  #isFull = false

  /** Whether one more event fits into a request. */
  async fits(draft: Draft, size: number): Promise<boolean> {
    this.#all ??= await heldIn(draft)
    this.#isFull ||= this.#all.events >= REQUEST_EVENTS_MAX || this.#all.bytes + size > REQUEST_BYTES_MAX
    return !this.#isFull
  }

  /** Whether one more event of this author fits beside the chain. */
  async fitsBeside(draft: Draft, author: Hex, size: number): Promise<boolean> {
    this.#branches ??= await branchesIn(draft)
    const { events, bytes } = this.#branches.get(author) ?? NOTHING
    return events < BRANCH_EVENTS_MAX && bytes + size <= BRANCH_BYTES_MAX
  }

  /** An event was taken in. */
  add(size: number): void {
    this.#all &&= withOne(this.#all, size)
  }

  /** An event was taken in beside its author's chain. */
  addBeside(author: Hex, size: number): void {
    this.add(size)
    this.#branches?.set(author, withOne(this.#branches.get(author), size))
  }

  /** What was added is not held after all. */
  recount(): void {
    this.#all = undefined
    this.#branches = undefined
    this.#isFull = false
  }
}

const NOTHING: Amount = { events: 0, bytes: 0 }

const withOne = ({ events, bytes }: Amount = NOTHING, size: number): Amount => ({
  events: events + 1,
  bytes: bytes + size,
})

/** All that is on disk of a conversation; of one that has too many events, only that. */
const heldIn = async ({ store, before: { conversation, graph } }: Draft): Promise<Amount> => {
  let events = 0
  let bytes = 0
  for (const { seq, beyond } of graph.chains.values()) events += seq + beyond.size
  if (events >= REQUEST_EVENTS_MAX) return { events, bytes }
  for (const author of graph.chains.keys()) {
    const limits = { limit: REQUEST_EVENTS_MAX, bytes: REQUEST_BYTES_MAX }
    for (const event of await store.events({ conversation, author, from: 1, ...limits })) bytes += event.bytes.length
  }
  for (const prefix of [branchPrefix(conversation), forkPrefix(conversation)])
    for (const { value } of await store.records('conversation', prefix)) {
      events += 1
      bytes += value.length
    }
  return { events, bytes }
}

const branchesIn = async ({ store, before: { conversation } }: Draft): Promise<Map<Hex, Amount>> => {
  const branches = new Map<Hex, Amount>()
  for (const { value } of await store.records('conversation', branchPrefix(conversation))) {
    const read = readEvent(value)
    if (!read.ok) continue
    const { author } = read.value.event
    branches.set(author, withOne(branches.get(author), value.length))
  }
  return branches
}

/** Where a control event is kept that is not in its author's chain. */
export const branchKey = (conversation: Hex, id: Hex): string => branchPrefix(conversation) + id
const branchPrefix = (conversation: Hex): string => `${conversation}/branch/`

/** Where the second of two events with one sequence is kept, as evidence. */
export const forkKey = (conversation: Hex, author: Hex): string => forkPrefix(conversation) + author
const forkPrefix = (conversation: Hex): string => `${conversation}/fork/`

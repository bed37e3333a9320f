import type { Hex } from '../core/bytes/hex.ts'
import type { Result } from '../core/bytes/result.ts'

export type StoreRefusal = { readonly kind: 'full' } | { readonly kind: 'failed'; readonly detail: string }

/** Small values by key, each kind in a space of its own, read whole or one by one; ordered by code points. */
export type Space =
  | 'self'
  | 'setting'
  | 'person'
  | 'device'
  | 'conversation'
  | 'draft'
  /** What is known to be held by other devices: key `conversation/device`. */
  | 'held'
  /** What lies on a server for those who are away, and how far its mailboxes were read. */
  | 'mailbox'
  /** Invitations of mine, and the answers to them; those that I accepted. */
  | 'invitation'
  | 'joining'
  /** Key material that is wiped: epochs, chains, skipped keys, prekeys. Deleted and replaced bytes are overwritten. */
  | 'secret'

/** An event as it was signed, and the few facts by which it is looked up. */
export type StoredEvent = {
  readonly id: Hex
  readonly conversation: Hex
  readonly author: Hex
  readonly seq: number
  readonly bytes: Uint8Array
  /** The plaintext of a sealed event, canonical CBOR; its key is gone. */
  readonly content?: Uint8Array
  /** What this one edits, deletes, reacts to or says again. */
  readonly target?: Hex
}

/**
 * A line of a timeline, ready to show. Its `id` is that of its event, or a made one (gaps, forks). Lines are ordered by
 * time, author, sequence; those that are equal in these by id, made ids first.
 */
export type StoredLine = {
  readonly id: string
  readonly conversation: Hex
  readonly time: number
  readonly author: Hex
  readonly seq: number
  /** Whether it counts as unread until read. */
  readonly counts: boolean
  /** What search looks through; absent for lines that are not text. */
  readonly text?: string
  /** The line's content, canonical CBOR. */
  readonly bytes: Uint8Array
}

export type LineOrder = { readonly time: number; readonly author: Hex; readonly seq: number }

export type Change =
  | { readonly put: 'record'; readonly space: Space; readonly key: string; readonly value: Uint8Array }
  | { readonly drop: 'record'; readonly space: Space; readonly key: string }
  /** Putting an event again under an id that is stored changes nothing, but for content and target if it had none. */
  | { readonly put: 'event'; readonly event: StoredEvent }
  /** Replaces the line with the same id in the same conversation. */
  | { readonly put: 'line'; readonly line: StoredLine }
  | { readonly drop: 'line'; readonly conversation: Hex; readonly id: string }
  /** All lines of a conversation, and what its events say; the events themselves stay, without content and target. */
  | { readonly drop: 'texts'; readonly conversation: Hex }

/** What brings something into a store. */
export type Put = Extract<Change, { readonly put: string }>

/** Where a page of a dump ended: after a record or a secret, or after the event or line of that number. */
export type DumpPlace =
  | { readonly of: 'record'; readonly space: string; readonly key: string }
  | { readonly of: 'secret'; readonly key: string }
  | { readonly of: 'event' | 'line'; readonly number: number }

export type DumpPage = {
  readonly entries: readonly Put[]
  /** Where the next page begins; absent when there is nothing more. */
  readonly next?: DumpPlace
}

/**
 * Where everything that was said or heard is kept.
 *
 * `commit` is all or nothing, and when it answers `ok` the changes survive the process and the machine losing power.
 * Commits made while an earlier one is being written share one transaction and keep their order; if it fails, each of
 * them is refused and none is visible. Reads see every commit that has answered, and may see later ones. Bytes are copied
 * at the call and on the way out, so both sides may wipe theirs. Limits are whole numbers from 0 on.
 *
 * Promises reject for our own mistakes (an id that is not hexadecimal), and reads when the file cannot be read.
 */
export interface Store {
  commit(changes: readonly Change[]): Promise<Result<null, StoreRefusal>>
  record(space: Space, key: string): Promise<Uint8Array | undefined>
  /** All records of a space, or those whose key begins with `prefix`, by key. */
  records(space: Space, prefix?: string): Promise<readonly { readonly key: string; readonly value: Uint8Array }[]>
  event(id: Hex): Promise<StoredEvent | undefined>
  /**
   * One author's events from `from` on, by sequence, those of a fork by id. At most `limit`, and none after the one that
   * makes their `bytes` exceed the given number: so the last may exceed it, and there is always one.
   */
  events(input: {
    readonly conversation: Hex
    readonly author: Hex
    readonly from: number
    readonly limit: number
    readonly bytes: number
  }): Promise<readonly StoredEvent[]>
  /** The events that edit, delete or react to this one, by id: at most `limit`, those after `after` if that is given. */
  amendments(input: {
    readonly target: Hex
    readonly after?: Hex
    readonly limit: number
  }): Promise<readonly StoredEvent[]>
  line(conversation: Hex, id: string): Promise<StoredLine | undefined>
  /**
   * In order, oldest first: the last `limit` before `before`, the first `limit` after `after` (and before `before`, if
   * both are given), or the newest. Both bounds are exclusive.
   */
  lines(input: {
    readonly conversation: Hex
    readonly before?: LineOrder
    readonly after?: LineOrder
    readonly limit: number
  }): Promise<readonly StoredLine[]>
  /** How many lines that count lie after `after`; stops counting at `limit`. */
  unread(conversation: Hex, after: LineOrder | undefined, limit: number): Promise<number>
  /**
   * Newest stored first, where replacing a line does not make it newer; every word occurs, the last may be a beginning.
   * Words are letters and digits, any case, without accents; all other characters only part them.
   */
  search(input: {
    readonly text: string
    readonly conversation?: Hex
    readonly limit: number
  }): Promise<readonly StoredLine[]>
  /**
   * Everything that is kept, page by page: put into an empty store in this order, it gives one that answers every question
   * in the same way. Records come by space and key, then secrets by key, then events and lines in the order in which they
   * were stored. A page ends with the entry whose bytes make it exceed the given number. What is committed between two
   * pages may be missing.
   */
  dump(input: { readonly from?: DumpPlace; readonly bytes: number }): Promise<DumpPage>
  /** Waits for what is being written, then closes. */
  close(): Promise<void>
}

import type { Hex } from '../../core/bytes/hex.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import type { Outgoing, Want } from '../../core/sync/exchange.ts'
import type { Vector } from '../../core/sync/frame.ts'
import type { Store } from '../../store/port.ts'
import type { Mailboxes, Scheduler } from '../network/port.ts'
import type { Post } from './post.ts'
import type { Taken } from './reader.ts'

/** A conversation as its mailboxes see it. */
export type Subject = {
  readonly id: Hex
  readonly vector: () => Vector
  /** The other member devices. */
  readonly members: () => ReadonlyMap<Hex, Member>
  /** The sequences of the operations that this device wrote, in order. */
  readonly operations: () => readonly number[]
  /** The secrets of its mailboxes, the one in force first. */
  readonly secrets: () => readonly Uint8Array[]
  /**
   * Of each epoch that this device wrote after one own sequence and up to another, if it is the first for its members, in
   * order: the secrets of the mailboxes of those who do not have it yet, each with the control events that led to it and
   * that they lack.
   */
  readonly changes: (after: number, upTo: number) => Promise<readonly Bridge[]>
  /** Of the mailbox with which a member device came in, where it looks for what was before. */
  readonly firstSecretOf: (device: Hex) => Uint8Array | undefined
  /** Takes in events; `later` when some of them wait for others that are not here. */
  readonly receive: (events: readonly Uint8Array[]) => Promise<Taken>
  /** That member device holds at least this much; `at`: when it said so, by its own clock. */
  readonly learnt: (device: Hex, held: Vector, at: number) => void
}

export type Bridge = { readonly secret: Uint8Array; readonly events: readonly Outgoing[] }

export type Member = {
  /** What it is known to hold; nothing when it was never heard of. */
  readonly held: Vector
  /** What was written here up to this sequence is not waited for there. */
  readonly since: number
  /** The step that let it in. */
  readonly admission: { readonly id: Hex; readonly author: Hex; readonly seq: number }
}

/** Something was written here or came in, and is on disk. */
export type News = {
  readonly fresh: readonly Pick<Outgoing, 'author'>[]
  /** Who is in, or what the group is, may be another than before. */
  readonly isRegrouped: boolean
}

export type CorrespondencePorts = {
  readonly post: Post
  readonly store: Store
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly client: Mailboxes
  /** Where a device says that it reads what is left for it, as `HOST:PORT`; undefined where it never said. */
  readonly serversOf: (device: Hex) => readonly string[] | undefined
  readonly device: Hex
  readonly deviceSeed: () => Uint8Array
  readonly isLinked: (device: Hex) => boolean
  /** Events in an order in which none comes before what it builds on. */
  readonly load: (conversation: Hex, wants: readonly Want[]) => Promise<readonly Outgoing[]>
  /** What lies on the server has changed. */
  readonly onDeposit: (conversation: Hex) => void
}

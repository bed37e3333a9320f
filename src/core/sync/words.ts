import type { Hex } from '../bytes/hex.ts'
import type { Card } from '../identity/card.ts'
import type { Outgoing, Want } from './exchange.ts'
import type { Vector } from './frame.ts'

/** What the shell tells a session, and what a session has the shell do. */
export type Input =
  | { readonly kind: 'opened' }
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** What became of `verify`. */
  | { readonly kind: 'verified'; readonly card: Card | undefined }
  /**
   * Conversations with this device, and what this side holds of each. Said of one that is shared already, it asks them to
   * send once more what was refused here so far.
   */
  | { readonly kind: 'share'; readonly conversations: readonly Shared[] }
  /** Conversations that this device may ask for. Nothing is said of them until it does (`asked`). */
  | { readonly kind: 'know'; readonly conversations: readonly Hex[] }
  /**
   * A shared conversation grew and is on disk. `events` are what is new, as far as they are at hand, in order;
   * `fromThem` is what came over this link.
   */
  | (Shared & { readonly kind: 'grew'; readonly events: readonly Outgoing[]; readonly fromThem: Vector })
  /** What became of `load`: events in order, parents before children. */
  | { readonly kind: 'loaded'; readonly conversation: Hex; readonly events: readonly Outgoing[] }
  | { readonly kind: 'typing'; readonly conversation: Hex }
  /** Asks them for control events that something builds on and that do not come by themselves. */
  | { readonly kind: 'ask'; readonly conversation: Hex; readonly ids: readonly Hex[] }
  /** An event that they asked for. */
  | { readonly kind: 'serve'; readonly conversation: Hex; readonly event: Uint8Array }
  /** This side has a new card. */
  | { readonly kind: 'card'; readonly card: Uint8Array }
  /**
   * Passed on as it is, to be taken in by the shell of the other side. At most `REQUEST_BYTES_MAX`, of a `place` at most
   * `PLACE_BYTES_MAX`.
   */
  | { readonly kind: 'request' | 'answer' | 'place'; readonly bytes: Uint8Array }

/** `limit`: of each author no more than this is for them, and of the others nothing. It holds until `grew` says otherwise. */
export type Shared = { readonly conversation: Hex; readonly vector: Vector; readonly limit?: Vector }

export type Effect =
  | { readonly kind: 'send'; readonly frame: Uint8Array }
  | { readonly kind: 'verify'; readonly card: Uint8Array }
  /** They are who they are: share every conversation with this device. */
  | { readonly kind: 'greeted'; readonly card: Card }
  /** The same person with a new card. */
  | { readonly kind: 'renewed'; readonly card: Card }
  /** They speak of a conversation that is known here and not shared: share it, or leave them without an answer. */
  | { readonly kind: 'asked'; readonly conversation: Hex }
  | { readonly kind: 'load'; readonly conversation: Hex; readonly wants: readonly Want[] }
  | { readonly kind: 'deliver'; readonly conversation: Hex; readonly events: readonly Uint8Array[] }
  /** That device holds this much: what delivery is derived from. */
  | { readonly kind: 'learnt'; readonly conversation: Hex; readonly vector: Vector }
  | { readonly kind: 'typing'; readonly conversation: Hex }
  /** They ask for these control events: `serve` those that are held and for them. */
  | { readonly kind: 'wanted'; readonly conversation: Hex; readonly ids: readonly Hex[] }
  | { readonly kind: 'request' | 'answer' | 'place'; readonly bytes: Uint8Array }
  | { readonly kind: 'close'; readonly because: Because }

export type Because = 'version' | 'wrong-card' | 'malformed' | 'bye'

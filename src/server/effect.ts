import { encodeServerMessage, type ServerMessage } from '../core/rendezvous/messages.ts'
import type { Millis } from '../view/view.ts'
import type { MailboxEffect } from './mailbox-call.ts'
import type { Peer } from './rendezvous-state.ts'

export type Effect =
  | { readonly kind: 'send'; readonly peer: number; readonly frame: Uint8Array }
  /** Read nothing more of this peer for so long. */
  | { readonly kind: 'hold'; readonly peer: number; readonly millis: Millis }
  /** Close the link after what was sent on it; nothing more is said to or heard of this peer. */
  | { readonly kind: 'close'; readonly peer: number }
  /** Come back with `woken` at this time, and not at the time named before. */
  | { readonly kind: 'wake'; readonly at: Millis }
  | { readonly kind: 'mailbox'; readonly what: MailboxWork }

/** What is to be done with signatures and with the disk. */
export type MailboxWork = Exclude<MailboxEffect, { readonly do: 'answer' | 'hold' }>

export const say = (peer: Peer, message: ServerMessage, effects: Effect[]): void => {
  effects.push({ kind: 'send', peer: peer.number, frame: encodeServerMessage(message) })
}

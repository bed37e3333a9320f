import { toHex, type Hex } from '../core/bytes/hex.ts'
import { unreachable } from '../core/bytes/result.ts'
import type { Crypto } from '../core/crypto/port.ts'
import { openCard, type Card } from '../core/identity/card.ts'
import type { Outgoing } from '../core/sync/exchange.ts'
import { NONCE_BYTES, type Vector } from '../core/sync/frame.ts'
import { newSession, step, type Session } from '../core/sync/session.ts'
import type { Effect, Input, Shared } from '../core/sync/words.ts'
import type { Link } from '../link/port.ts'
import type { Scheduler } from './network/port.ts'

/** What a session on a link needs of its peer. */
export type SessionPorts = {
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly random: (bytes: number) => Uint8Array
  /** Own card, as bytes. */
  readonly card: Uint8Array
  readonly device: Hex
  /** They proved who they are; answer false to have nothing to do with them. */
  readonly onGreeted: (session: LinkSession, card: Card) => boolean
  readonly onRenewed: (card: Card) => void
  /** Keep these and say how many were refused, or that the disk refused all of them. */
  readonly onEvents: (conversation: Hex, events: readonly Uint8Array[]) => Promise<number | 'not-kept'>
  readonly onLearnt: (conversation: Hex, vector: Vector) => void
  readonly onTyping: (conversation: Hex) => void
  /** They speak of a conversation that they may ask for. */
  readonly onAsked: (session: LinkSession, conversation: Hex) => void
  /** They ask for control events of it, by id. */
  readonly onWanted: (session: LinkSession, conversation: Hex, ids: readonly Hex[]) => void
  readonly onSaid: (session: LinkSession, said: Said) => void
  /** They say where they can be reached: an offer, for the network. */
  readonly onPlace: (session: LinkSession, offer: Uint8Array) => void
  /** Their next events in an order in which none comes before what it builds on. */
  readonly load: (conversation: Hex, wants: readonly (readonly [Hex, number])[]) => Promise<readonly Outgoing[]>
}

/** Something about an invitation, which is none of the session's business. */
export type Said = { readonly kind: 'request' | 'answer'; readonly bytes: Uint8Array }

export const GREETING_MILLIS_MAX = 10_000
/** What was received and is not on disk yet, before the link is read no further. */
export const INTAKE_BYTES_MAX = 1024 * 1024
/** Who sends more than this that cannot be taken in is not listened to any longer. */
export const REFUSED_EVENTS_MAX = 256
/** What the disk did not take is asked for again after this, on a new link. */
export const KEEP_AGAIN_MILLIS = 10_000
export const CARDS_MAX = 64
/** Requests and answers that are listened to on one link. */
export const SAID_MAX = 64
export const TYPING_MILLIS_MIN = 1_000

/** Runs the sync session of one link: carries out its effects, and decides nothing. */
export class LinkSession {
  readonly link: Link
  readonly #ports: SessionPorts
  #session: Session
  #full = false
  #greeted = false
  #verifying: Promise<void> = Promise.resolve()
  #intakeBytes = 0
  #intakeRoom: (() => void) | undefined
  #refused = 0
  #cards = 0
  #said = 0
  #typed = 0
  /** Where they were told last that this device is. */
  #place: Hex | undefined

  constructor(link: Link, ports: SessionPorts) {
    this.link = link
    this.#ports = ports
    const me = { device: ports.device, nonce: ports.random(NONCE_BYTES), card: ports.card }
    this.#session = newSession(me, link.device)
  }

  /** Whether they sent something that was not taken in: they will not send it again on this link. */
  get hasTurnedAway(): boolean {
    return this.#refused > 0
  }

  get greeted(): boolean {
    return this.#greeted
  }

  /** Resolves when the link has ended and all that came over it is dealt with. */
  async run(): Promise<void> {
    const cancel = this.#ports.scheduler.after(GREETING_MILLIS_MAX, () => this.#greeted || this.link.close())
    this.#feed({ kind: 'opened' })
    for await (const bytes of this.link.frames) {
      this.#feed({ kind: 'frame', bytes })
      await this.#verifying
      while (this.#intakeBytes > INTAKE_BYTES_MAX) await new Promise<void>((resolve) => (this.#intakeRoom = resolve))
    }
    cancel()
    this.link.close()
  }

  share(conversations: readonly Shared[]): void {
    this.#feed({ kind: 'share', conversations })
  }

  /** They may ask for these; nothing is said of them until they do. */
  know(conversations: readonly Hex[]): void {
    if (conversations.length > 0) this.#feed({ kind: 'know', conversations })
  }

  grew(growth: Shared & { readonly events: readonly Outgoing[]; readonly fromThem: Vector }): void {
    // While the link is full, what is new waits in the store.
    this.#feed({ kind: 'grew', ...growth, events: this.#full ? [] : growth.events })
  }

  /** Passes something about an invitation on to them. */
  say(said: Said): void {
    this.#feed(said)
  }

  /** Tells them where this device can be reached, unless they know it from here. */
  place(offer: Uint8Array): void {
    const place = toHex(offer)
    if (place !== this.#place) this.#feed({ kind: 'place', bytes: offer })
    this.#place = place
  }

  /** Asks them for control events that do not come by themselves. */
  ask(conversation: Hex, ids: readonly Hex[]): void {
    if (ids.length > 0) this.#feed({ kind: 'ask', conversation, ids })
  }

  serve(conversation: Hex, event: Uint8Array): void {
    this.#feed({ kind: 'serve', conversation, event })
  }

  typing(conversation: Hex): void {
    if (!this.#full) this.#feed({ kind: 'typing', conversation })
  }

  renew(card: Uint8Array): void {
    this.#feed({ kind: 'card', card })
  }

  #feed(input: Input): void {
    const [next, effects] = step(this.#session, input)
    this.#session = next
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        if (!this.link.send(effect.frame)) this.#waitForRoom()
        return
      case 'verify':
        this.#verifying = this.#verify(effect.card)
        return
      case 'greeted':
        this.#greeted = true
        if (!this.#ports.onGreeted(this, effect.card)) this.link.close()
        return
      case 'renewed':
        return this.#ports.onRenewed(effect.card)
      case 'load':
        void this.#load(effect.conversation, effect.wants)
        return
      case 'deliver':
        void this.#deliver(effect.conversation, effect.events)
        return
      case 'learnt':
        return this.#ports.onLearnt(effect.conversation, effect.vector)
      case 'typing':
        return this.#hearTyping(effect.conversation)
      case 'wanted':
        return this.#ports.onWanted(this, effect.conversation, effect.ids)
      case 'asked':
        return this.#ports.onAsked(this, effect.conversation)
      case 'request':
      case 'answer':
        return this.#hearSaid({ kind: effect.kind, bytes: effect.bytes })
      case 'place':
        return this.#ports.onPlace(this, effect.bytes)
      case 'close':
        return this.link.close()
      default:
        unreachable(effect)
    }
  }

  #waitForRoom(): void {
    if (this.#full) return
    this.#full = true
    void this.link.room().then(() => (this.#full = false))
  }

  async #verify(bytes: Uint8Array): Promise<void> {
    this.#cards += 1
    if (this.#cards > CARDS_MAX) return this.link.close()
    const card = await openCard(this.#ports.crypto, bytes)
    this.#feed({ kind: 'verified', card: card.ok ? card.value : undefined })
  }

  async #load(conversation: Hex, wants: readonly (readonly [Hex, number])[]): Promise<void> {
    if (this.#full) await this.link.room()
    this.#feed({ kind: 'loaded', conversation, events: await this.#ports.load(conversation, wants) })
  }

  async #deliver(conversation: Hex, events: readonly Uint8Array[]): Promise<void> {
    const size = events.reduce((sum, { length }) => sum + length, 0)
    this.#intakeBytes += size
    const refused = await this.#ports.onEvents(conversation, events)
    this.#intakeBytes -= size
    this.#intakeRoom?.()
    if (refused === 'not-kept') return void this.#ports.scheduler.after(KEEP_AGAIN_MILLIS, () => this.link.close())
    this.#refused += refused
    if (this.#refused > REFUSED_EVENTS_MAX) this.link.close()
  }

  #hearSaid(said: Said): void {
    this.#said += 1
    if (this.#said > SAID_MAX) return this.link.close()
    this.#ports.onSaid(this, said)
  }

  #hearTyping(conversation: Hex): void {
    const now = this.#ports.scheduler.now()
    if (now - this.#typed < TYPING_MILLIS_MIN) return
    this.#typed = now
    this.#ports.onTyping(conversation)
  }
}

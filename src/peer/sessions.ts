import type { Hex } from '../core/bytes/hex.ts'
import type { Card } from '../core/identity/card.ts'
import type { Link } from '../link/port.ts'
import { LinkSession, type Said, type SessionPorts } from './session.ts'

/** What the sessions of a peer need of it: what one session needs, told which device it is about. */
export type SessionsPorts = Pick<SessionPorts, 'crypto' | 'scheduler' | 'random' | 'device' | 'load'> & {
  /** Undefined while this peer has no name: it talks to nobody. */
  readonly card: () => Uint8Array | undefined
  /** False to have nothing to do with them. */
  readonly admits: (card: Card) => boolean
  /** From now on this session is the one to speak on with its device: share with it what is theirs. */
  readonly onCurrent: (session: LinkSession, card: Card) => void
  /** The last session with this device has ended. */
  readonly onParted: (device: Hex) => void
  readonly onRenewed: (card: Card) => void
  readonly onEvents: (from: Hex, conversation: Hex, events: readonly Uint8Array[]) => Promise<number | 'not-kept'>
  readonly onLearnt: (from: Hex, conversation: Hex, vector: ReadonlyMap<Hex, number>) => void
  readonly onTyping: (from: Hex, conversation: Hex) => void
  readonly onAsked: SessionPorts['onAsked']
  readonly onWanted: SessionPorts['onWanted']
  readonly onSaid: (card: Card, said: Said) => void
  readonly onPlace: SessionPorts['onPlace']
}

type Greeted = { readonly session: LinkSession; readonly card: Card }

/**
 * The sessions that run now. While a link moves to a better path, two stand with one device: the newest is spoken on, and
 * when it ends first, the one before it again.
 */
export class Sessions {
  readonly #ports: SessionsPorts
  readonly #greeted = new Map<Hex, readonly Greeted[]>()

  constructor(ports: SessionsPorts) {
    this.#ports = ports
  }

  /** Runs a session on a link until it ends. */
  async run(link: Link): Promise<void> {
    const card = this.#ports.card()
    if (!card) return link.close()
    const { onEvents, onLearnt, onTyping } = this.#ports
    const session = new LinkSession(link, {
      ...this.#ports,
      card,
      onGreeted: (greeted, theirs) => this.#welcome(greeted, theirs),
      onEvents: (conversation, events) => onEvents(link.device, conversation, events),
      onLearnt: (conversation, vector) => onLearnt(link.device, conversation, vector),
      onTyping: (conversation) => onTyping(link.device, conversation),
      onSaid: (speaker, said) => this.#hear(speaker, said),
    })
    await session.run()
    this.#end(session)
  }

  /** The session to speak on with a device. */
  with(device: Hex): LinkSession | undefined {
    return this.#greeted.get(device)?.at(-1)?.session
  }

  /** One session for each linked device. */
  all(): readonly LinkSession[] {
    return [...this.#greeted.values()].flatMap((each) => each.at(-1)?.session ?? [])
  }

  hangUp(device: Hex): void {
    for (const { session } of this.#greeted.get(device) ?? []) session.link.close()
  }

  renew(card: Uint8Array): void {
    for (const session of this.all()) session.renew(card)
  }

  #hear(session: LinkSession, said: Said): void {
    const greeted = this.#greeted.get(session.link.device)?.find((each) => each.session === session)
    if (greeted) this.#ports.onSaid(greeted.card, said)
  }

  #welcome(session: LinkSession, card: Card): boolean {
    if (!this.#ports.admits(card)) return false
    const { device } = session.link
    this.#greeted.set(device, [...(this.#greeted.get(device) ?? []), { session, card }])
    this.#ports.onCurrent(session, card)
    return true
  }

  #end(session: LinkSession): void {
    const { device } = session.link
    const before = this.#greeted.get(device)
    if (!before?.some((each) => each.session === session)) return
    const left = before.filter((each) => each.session !== session)
    const current = left.at(-1)
    if (!current) {
      this.#greeted.delete(device)
      return this.#ports.onParted(device)
    }
    this.#greeted.set(device, left)
    if (before.at(-1)?.session === session) this.#ports.onCurrent(current.session, current.card)
  }
}

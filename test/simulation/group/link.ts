import type { Hex } from '../../../src/core/bytes/hex.ts'
import { encodeFrame, TAG_BYTES } from '../../../src/core/sync/frame.ts'
import { newSession, step, type Session } from '../../../src/core/sync/session.ts'
import { tagOf } from '../../../src/core/sync/talking.ts'
import type { Effect, Input, Shared } from '../../../src/core/sync/words.ts'
import type { Device, Growth } from './device.ts'
import type { Dice } from './dice.ts'
import type { Time } from './time.ts'

/** How a network is: the share of frames with which a link breaks, and how long a frame takes at most. */
export type Weather = { loss: number; delayMillisMax: number }

export const DISK_MILLIS_MAX = 10
/** Frames of a session that are not due to any event: hello, digests and everything that is held, on both sides. */
export const FRAMES_OF_SESSION = 6
/** And for each event that comes to one of its sides meanwhile: it is sent on, and acknowledged by either. */
export const FRAMES_OF_EVENT = 3

/** How many events a frame carries, read from its first bytes: `[3, tag, [event, ...]]` in CBOR. */
const eventsIn = (frame: Uint8Array): number => {
  if (frame[0] !== 0x83 || frame[1] !== 3) return 0
  const [head = 0, high = 0, low = 0] = frame.subarray(3 + TAG_BYTES)
  const length = head & 0x1f
  return length < 24 ? length : length === 24 ? high : high * 256 + low
}

export type LinkPorts = { readonly time: Time; readonly dice: Dice; readonly weather: Weather }

/** A link between two devices, and the session on each end of it. What one end sends arrives in order, or the link ends. */
export class Link {
  readonly ends: readonly [End, End]
  frames = 0
  /** Events that it carried, and that either side came to hold while it stood. */
  events = 0
  readonly #ports: LinkPorts
  #closed = false

  constructor(ports: LinkPorts, dialler: Device, other: Device) {
    this.#ports = ports
    this.ends = [
      new End(ports, this, { me: dialler, them: other, dialled: true }),
      new End(ports, this, { me: other, them: dialler, dialled: false }),
    ]
    for (const end of this.ends) end.feed({ kind: 'opened' })
  }

  /** Both programs still run that opened it, and it did not break. */
  get open(): boolean {
    return !this.#closed && this.ends.every(({ isAlive }) => isAlive)
  }

  close(): void {
    this.#closed = true
  }

  /** Whether it needed no more frames than its stated bound. */
  get isBounded(): boolean {
    return this.frames <= FRAMES_OF_SESSION + FRAMES_OF_EVENT * this.events
  }

  carry(from: End, frame: Uint8Array): void {
    const { time, dice, weather } = this.#ports
    if (!this.open) return
    this.frames += 1
    this.events += eventsIn(frame)
    const isLost = dice.chance(weather.loss)
    const to = this.ends[from === this.ends[0] ? 1 : 0]
    to.arrival = Math.max(to.arrival, time.now + dice.between(1, weather.delayMillisMax))
    time.after(to.arrival - time.now, () => (isLost ? this.close() : to.feed({ kind: 'frame', bytes: frame })))
  }
}

/** What one device says and does on a link. */
export class End {
  readonly me: Device
  readonly them: Device
  /** When the last frame that is on its way here arrives. */
  arrival = 0
  readonly #ports: LinkPorts
  readonly #link: Link
  readonly #dialled: boolean
  readonly #life: number
  #session: Session
  #written = 0
  #shares = false
  /** Whether they spoke of the group before it was shared here. */
  #asked = false

  constructor(ports: LinkPorts, link: Link, who: { me: Device; them: Device; dialled: boolean }) {
    this.#ports = ports
    this.#link = link
    this.me = who.me
    this.them = who.them
    this.#dialled = who.dialled
    this.#life = who.me.life
    const { device, cardBytes, random } = who.me.identity
    this.#session = newSession({ device, nonce: random(32), card: cardBytes }, who.them.id)
  }

  get isAlive(): boolean {
    return this.me.life === this.#life
  }

  get conversation(): Hex | undefined {
    return this.me.replica?.conversation
  }

  feed(input: Input): void {
    if (!this.#link.open) return
    const [next, effects] = step(this.#session, input)
    this.#session = next
    for (const effect of effects) this.#carryOut(effect)
  }

  /** Sends events on this link whether or not they want or lack them. */
  replay(events: readonly Uint8Array[]): void {
    const { conversation } = this
    if (this.#session.at !== 'talking' || conversation === undefined || events.length === 0 || !this.#link.open) return
    const tag = tagOf(this.#session.talk.binding, conversation)
    this.#link.carry(this, encodeFrame({ kind: 'events', tag, events }))
  }

  /** Its device holds more, or knows more of who the other is. */
  grew({ fresh, from, arrived }: Growth): void {
    this.#link.events += fresh.length
    const shared = this.#shared
    if (!this.#shares) return this.offer()
    if (shared)
      this.feed({ kind: 'grew', ...shared, events: fresh, fromThem: from === this.them ? arrived : new Map() })
  }

  /** Shares the group with them, where they are to have any of it; who was dialled waits to be asked. */
  offer(): void {
    const { conversation } = this
    if (conversation === undefined || this.#session.at !== 'talking' || this.#shares) return
    if (this.#dialled || this.#asked) this.#share()
    else this.feed({ kind: 'know', conversations: [conversation] })
  }

  #share(): void {
    const shared = this.#shared
    const { replica } = this.me
    if (!shared || !replica || this.#shares) return
    // Who was not let in themselves yet knows nobody, and has nothing to give away.
    if (replica.certificates.size > 0 && !replica.certificates.has(this.them.id)) return
    this.#shares = true
    this.feed({ kind: 'share', conversations: [shared] })
  }

  get #shared(): Shared | undefined {
    const { replica, vector } = this.me
    const limit = this.me.limitFor(this.them)
    return replica && { conversation: replica.conversation, vector, ...(limit && { limit }) }
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        return this.#link.carry(this, effect.frame)
      case 'verify':
        return this.feed({ kind: 'verified', card: this.them.identity.card })
      case 'greeted':
        return this.offer()
      case 'asked':
        this.#asked = true
        return this.#share()
      case 'load':
        return this.#later(() =>
          this.feed({ kind: 'loaded', conversation: effect.conversation, events: this.me.disk.load(effect.wants) }),
        )
      case 'deliver':
        return this.#later(() => this.me.takeIn(this.them, effect.events))
      case 'close':
        return this.#link.close()
      case 'learnt':
      case 'renewed':
      case 'typing':
      case 'wanted':
      case 'request':
      case 'answer':
      case 'place':
        return
    }
  }

  /** The disk does one thing after the other, and what a program that has died asked for is not done. */
  #later(run: () => unknown): void {
    const { time, dice } = this.#ports
    this.#written = Math.max(this.#written, time.now + dice.between(0, DISK_MILLIS_MAX))
    time.after(this.#written - time.now, () => (this.isAlive ? run() : undefined))
  }
}

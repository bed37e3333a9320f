import { toHex, type Hex } from '../../src/core/bytes/hex.ts'
import { openCard, signCard, type Card } from '../../src/core/identity/card.ts'
import { certify, personOf, type Certificate } from '../../src/core/identity/certificate.ts'
import type { Name } from '../../src/core/identity/name.ts'
import { type SignedEvent } from '../../src/core/event/event.ts'
import { vectorOf } from '../../src/core/event/graph.ts'
import { directId } from '../../src/core/group/founding.ts'
import { receive } from '../../src/core/group/receive.ts'
import { openEvent } from '../../src/core/event/event.ts'
import { emptyReplica, type Replica } from '../../src/core/group/replica.ts'
import { signWritten, type Pen } from '../../src/core/group/pen.ts'
import { found, write } from '../../src/core/group/write.ts'
import { encodeContent, type Content } from '../../src/core/timeline/content.ts'
import { encodeFrame, type Frame, type Vector } from '../../src/core/sync/frame.ts'
import { newSession, step, type Session } from '../../src/core/sync/session.ts'
import { tagOf } from '../../src/core/sync/talking.ts'
import type { Input } from '../../src/core/sync/words.ts'
import type { Link } from '../../src/link/port.ts'
import type { Home, Town } from './town.ts'
import { createDeterministicCrypto, createDice } from '../core/deterministic-crypto.ts'
import { signEvent } from '../core/signing.ts'

/**
 * A device that speaks the protocol by hand: it writes true events, and sends what a test tells it to and nothing else.
 * Its keys are in order; what it does with them need not be.
 */
export type Puppet = {
  readonly name: string
  readonly device: Hex
  readonly person: Hex
  /** The key of its person. */
  readonly rootSeed: Uint8Array
  readonly pen: () => Pen
  /** Its copy of the conversation with whom it met last. */
  replica: Replica
  /** Founds the conversation, if need be, and writes: the events in order, none of them sent. */
  write(content: Content): Promise<readonly SignedEvent[]>
  say(text: string): Promise<readonly SignedEvent[]>
  /** Signs anything as the next event of this author. */
  sign(event: Omit<SignedEvent, 'id' | 'bytes'>): Promise<SignedEvent>
  /** Links to somebody and greets them. */
  meet(home: Home): Promise<void>
  send(events: readonly (SignedEvent | Uint8Array)[], conversation?: Hex): void
  have(vector: Vector, conversation?: Hex): void
  /** The name of the conversation on this link. */
  readonly tag: Hex
  /** What it says of itself when it meets somebody. */
  card: Uint8Array
  /** Puts bytes on the link as one frame. */
  put(frame: Uint8Array): void
  /** What they sent of the conversation, as far as it was taken in. */
  readonly heard: readonly SignedEvent[]
  readonly link: Link
  readonly linked: boolean
}

/** `owner`: the number of the puppet whose person this one belongs to as well. */
export const createPuppet = async (town: Town, name: string, number = 1, owner = number): Promise<Puppet> => {
  const crypto = createDeterministicCrypto(77_000 + number)
  const random = createDice(77_000 + number)
  const [ownRoot, deviceSeed, cardSeed] = [random(32), random(32), random(32)]
  const rootSeed = owner === number ? ownRoot : createDice(77_000 + owner)(32)
  const device = toHex(await crypto.publicKey(deviceSeed))
  const now = (): number => Math.floor(town.time.now())
  const certificate: Certificate = await certify(crypto, { rootSeed, device, now: now() })
  const slotKey = await crypto.slotKey(cardSeed)
  const card = { certificate, name: name as Name, nameTime: now(), slotKey, slotTime: now() }
  const cardBytes = await signCard(crypto, deviceSeed, card)
  const endpoint = town.wires.peer({ device, address: `192.168.7.${number}:4001` })
  const person = personOf(certificate)
  const pen = (): Pen => ({ crypto, deviceSeed, certificate, now: now(), random })

  let link: Link | undefined
  let linked = false
  let them: Card | undefined
  let session: Session | undefined
  const heard: SignedEvent[] = []

  const feed = async (input: Input): Promise<void> => {
    if (!session) return
    const [next, effects] = step(session, input)
    session = next
    for (const effect of effects) {
      if (effect.kind === 'send') link?.send(effect.frame)
      else if (effect.kind === 'verify') {
        const opened = await openCard(crypto, effect.card)
        await feed({ kind: 'verified', card: opened.ok ? opened.value : undefined })
      } else if (effect.kind === 'greeted') {
        them = effect.card
        const conversation = directId(person, personOf(effect.card.certificate))
        if (puppet.replica.conversation !== conversation)
          puppet.replica = emptyReplica(conversation, { device, person })
        await feed({ kind: 'share', conversations: [{ conversation, vector: vectorOf(puppet.replica.graph) }] })
      } else if (effect.kind === 'deliver') for (const bytes of effect.events) await hear(bytes)
    }
  }

  const hear = async (bytes: Uint8Array): Promise<void> => {
    const opened = await openEvent(crypto, bytes)
    if (!opened.ok) return
    const received = await receive(crypto, puppet.replica, opened.value, {
      heldId: undefined,
      cardKeys: [],
      now: now(),
      isPassedOn: false,
    })
    if (!received.ok || received.value.kind === 'known') return
    puppet.replica = received.value.replica
    heard.push(opened.value)
  }

  const talking = (): Extract<Session, { at: 'talking' }> => {
    if (session?.at !== 'talking') throw new Error(`${name} is not linked`)
    return session
  }
  const frame = (value: Exclude<Frame, { kind: 'newer' }>): void => void link?.send(encodeFrame(value))
  const tag = (conversation: Hex | undefined): Hex =>
    tagOf(talking().talk.binding, conversation ?? puppet.replica.conversation)

  const puppet: Puppet = {
    name,
    device,
    person,
    rootSeed,
    pen,
    replica: emptyReplica('00'.repeat(32), { device, person }),
    heard,
    card: cardBytes,
    get tag() {
      return tag(undefined)
    },
    get link() {
      if (!link) throw new Error(`${name} met nobody`)
      return link
    },
    get linked() {
      return linked && session?.at === 'talking'
    },
    write: async (content) => {
      const events: SignedEvent[] = []
      if (puppet.replica.certificates.size === 0 && them) {
        const founded = await found(pen(), puppet.replica, { certificate: them.certificate, slotKey: them.slotKey })
        puppet.replica = founded.replica
        events.push(...(await signWritten(pen(), founded)))
      }
      const written = await write(pen(), puppet.replica, { content: encodeContent(content), speech: true })
      if (!written.ok) throw new Error(written.refusal.kind)
      puppet.replica = written.value.replica
      return [...events, ...(await signWritten(pen(), written.value))]
    },
    say: (text) => puppet.write({ kind: 'text', text, reply: null }),
    sign: (event) => signEvent(crypto, deviceSeed, event),
    meet: async (home) => {
      const signal = new AbortController().signal
      const dial = endpoint.dial({ device: home.device, address: home.address, signal })
      await town.time.advance(200)
      const dialled = await dial
      if (!dialled.ok) throw new Error(dialled.refusal.kind)
      link = dialled.value
      linked = true
      void link.closed.then(() => (linked = false))
      session = newSession({ device, nonce: random(32), card: puppet.card }, home.device)
      void (async () => {
        for await (const bytes of dialled.value.frames) await feed({ kind: 'frame', bytes })
      })()
      await feed({ kind: 'opened' })
      await town.time.advance(500)
    },
    send: (events, conversation) =>
      frame({
        kind: 'events',
        tag: tag(conversation),
        events: events.map((each) => (each instanceof Uint8Array ? each : each.bytes)),
      }),
    have: (vector, conversation) => frame({ kind: 'have', tag: tag(conversation), vector }),
    put: (bytes) => void link?.send(bytes),
  }
  return puppet
}

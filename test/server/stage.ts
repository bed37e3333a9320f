import { toHex, type Hex } from '../../src/core/bytes/hex.ts'
import {
  decodeServerMessage,
  encodePeerMessage,
  type PeerMessage,
  type ServerMessage,
} from '../../src/core/rendezvous/messages.ts'
import type { Effect, MailboxWork } from '../../src/server/effect.ts'
import { step, type Input } from '../../src/server/rendezvous.ts'
import { createRendezvous } from '../../src/server/rendezvous-state.ts'

/** A device of a test: the same number, the same device. */
export const device = (number: number): Hex => number.toString(16).padStart(64, '0')

export const hello = (number = 0, visible = true): PeerMessage => ({
  kind: 'hello',
  version: 1,
  visible,
  listing: Uint8Array.of(number & 255, number >> 8),
  card: Uint8Array.of(1, number & 255),
})

/** The key of the server of a test. */
export const SERVER = 'ee'.repeat(32)

/** A rendezvous in simulated time, and what each of its peers was told. */
export const createStage = (people: 'on' | 'off' = 'on', mailboxes: 'on' | 'off' = 'off') => {
  let now = 1_000
  let wakeAt = Infinity
  let peers = 0
  const state = createRendezvous({ people, mailboxesOf: mailboxes === 'on' ? SERVER : undefined }, now)
  const heard = new Map<number, ServerMessage[]>()
  const closed = new Set<number>()
  const held = new Map<number, number>()
  const work: MailboxWork[] = []
  const sent = { frames: 0, bytes: 0 }

  const perform = (effect: Effect): void => {
    if (effect.kind === 'wake') wakeAt = effect.at
    else if (effect.kind === 'close') closed.add(effect.peer)
    else if (effect.kind === 'hold') held.set(effect.peer, effect.millis)
    else if (effect.kind === 'mailbox') work.push(effect.what)
    else {
      sent.frames += 1
      sent.bytes += effect.frame.length
      const message = decodeServerMessage(effect.frame)
      if (!message.ok || message.value.kind === 'newer') throw new Error('the server said what a peer cannot read')
      heard.get(effect.peer)?.push(message.value)
    }
  }
  const feed = (input: Input): void => {
    for (const effect of step(state, input, now)) perform(effect)
  }
  const open = (number: number, group = `10.0.0.${number}`): number => {
    const peer = ++peers
    heard.set(peer, [])
    const nonce = new Uint8Array(32).fill(number)
    feed({ kind: 'opened', peer, device: device(number), address: `${group}:5000`, group, nonce })
    return peer
  }
  const hear = (peer: number, frame: Uint8Array): void => feed({ kind: 'heard', peer, frame })
  const say = (peer: number, message: PeerMessage): void => hear(peer, encodePeerMessage(message))

  return {
    state,
    feed,
    open,
    hear,
    say,
    /** Opens a link and says hello. */
    join: (number: number, { visible = true, group = `10.0.0.${number}` } = {}): number => {
      const peer = open(number, group)
      say(peer, hello(number, visible))
      return peer
    },
    /** Lets time pass, waking the server when it asked for it. */
    pass: (millis: number): void => {
      const end = now + millis
      while (wakeAt <= end) {
        now = Math.max(now, wakeAt)
        wakeAt = Infinity
        feed({ kind: 'woken' })
      }
      now = end
    },
    now: () => now,
    sent,
    /** What was to be done with signatures and the disk since last asked. */
    work: () => work.splice(0),
    closed: (peer: number) => closed.has(peer),
    /** The milliseconds for which this peer was to be left unread, since last asked. */
    held: (peer: number) => {
      const millis = held.get(peer) ?? 0
      held.delete(peer)
      return millis
    },
    messages: (peer: number): readonly ServerMessage[] => heard.get(peer) ?? [],
    /** What this peer was told since last asked, in words. */
    told: (peer: number): string => heard.get(peer)?.splice(0).map(inWords).join(', ') ?? '',
  }
}

const name = (hex: Hex): string => String(Number.parseInt(hex, 16))
const names = (devices: readonly Hex[]): string => devices.map(name).join(' ')

export const inWords = (message: ServerMessage): string => {
  switch (message.kind) {
    case 'welcome':
      return `welcome ${message.version} from ${message.observed}, people ${message.people}`
    case 'people':
      return `${message.reset ? 'people' : 'changed'} [${names(message.here.map(({ device }) => device))}] gone [${names(message.gone)}]`
    case 'card':
      return `card ${name(message.device)} ${message.card ? toHex(message.card) : 'none'}`
    case 'called':
      return `called by ${name(message.from)} ${toHex(message.offer)}`
    case 'absent':
      return `absent ${name(message.to)}`
    case 'unknown':
      return `unknown ${message.what}`
    case 'farewell':
      return `farewell ${message.because}`
    case 'done':
      return `done ${message.request}`
    case 'stored':
      return `stored ${message.request} at ${message.cursor}`
    case 'blobs':
      return `blobs ${message.request} [${message.pieces.map(({ cursor, size, bytes }) => `${cursor}:${bytes.length}/${size}`).join(' ')}]${message.end ? (message.end.more ? ' more' : ' end') : ''}`
    case 'refused':
      return `refused ${message.request} ${message.because}`
    case 'arrived':
      return `arrived ${message.cursor}`
  }
}

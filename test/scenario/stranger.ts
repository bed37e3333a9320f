import { randomBytes } from 'node:crypto'
import type { Hex } from '../../src/core/bytes/hex.ts'
import { emptyReplica } from '../../src/core/group/replica.ts'
import { directId } from '../../src/core/group/founding.ts'
import { signWritten } from '../../src/core/group/pen.ts'
import { found, write } from '../../src/core/group/write.ts'
import { openCard, type Card } from '../../src/core/identity/card.ts'
import { personOf } from '../../src/core/identity/certificate.ts'
import { parseName } from '../../src/core/identity/name.ts'
import { encodeFrame, NONCE_BYTES } from '../../src/core/sync/frame.ts'
import { newSession, step } from '../../src/core/sync/session.ts'
import { tagOf } from '../../src/core/sync/talking.ts'
import { encodeContent } from '../../src/core/timeline/content.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { createEndpoint } from '../../src/link/libp2p/endpoint.ts'
import type { Link } from '../../src/link/port.ts'
import { openSelf, ownCard } from '../../src/peer/self.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { done } from './peer.ts'

const crypto = createNodeCrypto()

/**
 * Somebody with true keys, a true card and a program of their own, which keeps to no rule of ours: it sends what it
 * likes, however much of it was refused or not yet acknowledged, and comes back whenever it is hung up on.
 */
export const createStranger = async (name: string) => {
  const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
  const drawn = done(await openSelf(openMemoryStore(), { crypto, now: Date.now(), random }))
  const self = { ...drawn, name: done(parseName(name)), nameTime: Date.now() }
  const card = (await ownCard(crypto, self))?.card ?? new Uint8Array()
  const endpoint = done(
    await createEndpoint({ privateKey: self.deviceSeed, listen: { port: 0, hosts: ['127.0.0.1'] } }),
  )
  const sent = { frames: 0, links: 0 }
  const ending = new AbortController()

  /** Greets as a peer does. What comes of it: their card, and the secret that names conversations on this link. */
  const greet = async (link: Link): Promise<{ readonly card: Card; readonly binding: Uint8Array } | undefined> => {
    const [opened, effects] = step(newSession({ device: self.device, nonce: random(NONCE_BYTES), card }, link.device), {
      kind: 'opened',
    })
    let session = opened
    for (const effect of effects) if (effect.kind === 'send') link.send(effect.frame)
    const first = await link.frames[Symbol.asyncIterator]().next()
    if (first.done === true) return undefined
    const [heard, asked] = step(session, { kind: 'frame', bytes: first.value })
    session = heard
    const verify = asked.find((effect) => effect.kind === 'verify')
    const theirs = verify && (await openCard(crypto, verify.card))
    if (!theirs?.ok) return undefined
    const [talking] = step(session, { kind: 'verified', card: theirs.value })
    return talking.at === 'talking' ? { card: theirs.value, binding: talking.talk.binding } : undefined
  }

  /** A conversation with somebody that holds so many messages of this stranger's: its events, all valid. */
  const writeTo = async (them: Card, count: number): Promise<readonly Uint8Array[]> => {
    const pen = { ...self, crypto, now: Date.now(), random }
    const conversation = directId(self.person, personOf(them.certificate))
    const founded = await found(pen, emptyReplica(conversation, { device: self.device, person: self.person }), them)
    let { replica } = founded
    const events = (await signWritten(pen, founded)).map(({ bytes }) => bytes)
    for (let number = 0; number < count; number += 1) {
      const content = encodeContent({ kind: 'text', text: `buy now, offer ${number}`, reply: null })
      const written = done(await write(pen, replica, { content, speech: true }))
      replica = written.replica
      events.push(...(await signWritten(pen, written)).map(({ bytes }) => bytes))
    }
    return events
  }

  const dial = async (device: Hex, address: string): Promise<Link | undefined> => {
    const dialled = await endpoint.dial({ device, address, signal: ending.signal })
    if (!dialled.ok) return undefined
    sent.links += 1
    return dialled.value
  }

  /** Sends valid events and broken ones as fast as they are taken, until `end`. */
  const flood = async (device: Hex, address: string, messages: number): Promise<void> => {
    let events: readonly Uint8Array[] | undefined
    while (!ending.signal.aborted) {
      const link = await dial(device, address)
      const greeted = link && (await greet(link))
      if (!link || !greeted) continue
      events ??= await writeTo(greeted.card, messages)
      const tag = tagOf(greeted.binding, directId(self.person, personOf(greeted.card.certificate)))
      const frames = batches(events).map((batch) => encodeFrame({ kind: 'events', tag, events: batch }))
      let over = false
      void link.closed.then(() => {
        over = true
      })
      while (!over && !ending.signal.aborted)
        for (const frame of frames) {
          if (!link.send(frame)) await link.room()
          // So that this process hears it when it is hung up on.
          await new Promise(setImmediate)
          sent.frames += 1
          if (over || ending.signal.aborted) break
        }
    }
  }

  return {
    person: self.person,
    sent,
    flood,
    end: async () => {
      ending.abort()
      await endpoint.close()
    },
  }
}

const BATCH_EVENTS = 64

/** Valid events in order, each batch followed by one of the same with a flipped bit somewhere. */
const batches = (events: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] => {
  const result: (readonly Uint8Array[])[] = []
  for (let at = 0; at < events.length; at += BATCH_EVENTS) {
    const batch = events.slice(at, at + BATCH_EVENTS)
    result.push(batch, batch.map(flipped))
  }
  return result
}

const flipped = (bytes: Uint8Array, index: number): Uint8Array => {
  const copy = bytes.slice()
  const at = (index * 37) % copy.length
  copy[at] = (copy[at] ?? 0) ^ (1 << (index % 8))
  return copy
}

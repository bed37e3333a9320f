import { encode } from '../../../src/core/bytes/cbor.ts'
import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../../src/core/bytes/result.ts'
import { readEvent, type SignedEvent } from '../../../src/core/event/event.ts'
import { isControl, KIND } from '../../../src/core/event/kinds.ts'
import type { Vector } from '../../../src/core/sync/frame.ts'
import { createSimulatedTime, type SimulatedTime } from '../../../src/link/memory-time.ts'
import { Mailboxes } from '../../../src/peer/mailboxes/mailboxes.ts'
import type { Subject } from '../../../src/peer/mailboxes/subject.ts'
import type { Mailboxes as Client, MailboxRefusal, ServerMailboxes } from '../../../src/peer/network/port.ts'
import { loadOutgoing } from '../../../src/peer/outgoing.ts'
import { openMemoryStore } from '../../../src/store/memory.ts'
import type { Store } from '../../../src/store/port.ts'
import { createDeterministicCrypto, createDice } from '../../core/deterministic-crypto.ts'
import { signEvent } from '../../core/signing.ts'

export const CONVERSATION = 'cc'.repeat(32)

/** A server that keeps mailboxes in memory, and what a test may do to it. */
export type Office = {
  readonly mailboxes: Map<Hex, { readonly cursor: number; readonly blob: Uint8Array }[]>
  /** What the next requests are refused with; undefined: nothing. */
  refusal: MailboxRefusal | undefined
  address: string | undefined
  /** Another one when it lost its disk. */
  life: Hex
  /** Of the newest blob. */
  last: number
  /** How often it was connected to anew. */
  connections: number
  readonly name: string
  /** What happens while the next blob is on its way there. */
  meanwhile: () => Promise<unknown>
  /** What it hands out instead of what is there. */
  tamper: (
    blobs: readonly { readonly cursor: number; readonly blob: Uint8Array }[],
  ) => readonly { readonly cursor: number; readonly blob: Uint8Array }[]
  /** Everything that was asked, by kind. */
  readonly asked: string[]
  /** One device's way to it; as whose server it is for that device. */
  client(as?: 'own' | 'guest'): Client
}

type Watcher = { readonly watched: Set<Hex>; tell: (mailbox: Hex) => void }

export const createOffice = (address = 'there:12345', name = 'There'): Office => {
  const handlers: Watcher[] = []
  const office: Office = {
    mailboxes: new Map(),
    refusal: undefined,
    meanwhile: () => Promise.resolve(),
    address,
    life: '5e'.repeat(32),
    last: 0,
    name,
    connections: 1,
    tamper: (blobs) => blobs,
    asked: [],
    client: (as = 'own') => {
      const me: Watcher = { watched: new Set(), tell: () => {} }
      handlers.push(me)
      const asked = <Value>(what: string, answer: () => Value): Promise<Result<Value, MailboxRefusal>> => {
        office.asked.push(what)
        if (office.address === undefined) return Promise.resolve(refuse({ kind: 'no-server' }))
        return Promise.resolve(office.refusal ? refuse(office.refusal) : accept(answer()))
      }
      const calls: Pick<ServerMailboxes, 'put' | 'read' | 'watch' | 'trim'> = {
        put: async ({ mailbox }, blob) => {
          const { meanwhile } = office
          office.meanwhile = () => Promise.resolve()
          await meanwhile()
          return asked('put', () => {
            office.last += 1
            const cursor = office.last
            office.mailboxes.set(mailbox, [...(office.mailboxes.get(mailbox) ?? []), { cursor, blob }])
            for (const other of handlers) if (other !== me && other.watched.has(mailbox)) other.tell(mailbox)
            return cursor
          })
        },
        read: ({ mailbox }, { after }) =>
          asked('read', () => {
            const blobs = office.tamper(office.mailboxes.get(mailbox) ?? []).filter(({ cursor }) => cursor > after)
            return { blobs: blobs.slice(0, 3), more: blobs.length > 3 }
          }),
        watch: ({ mailbox }, on) =>
          asked('watch', () => {
            if (on) me.watched.add(mailbox)
            else me.watched.delete(mailbox)
            return null
          }),
        trim: ({ mailbox }, gone) =>
          asked('trim', () => {
            const left = (office.mailboxes.get(mailbox) ?? []).filter(({ cursor }) => !gone.includes(cursor))
            office.mailboxes.set(mailbox, left)
            return null
          }),
      }
      let there: ServerMailboxes | undefined
      let connections = 0
      return {
        servers: () => {
          const { address } = office
          if (address === undefined) there = undefined
          else if (there?.address !== address || connections !== office.connections)
            there = { ...calls, name: office.name, address, life: office.life, as, isAt: (text) => text === address }
          connections = office.connections
          return there ? [there] : []
        },
        onArrived: (handler) => {
          me.tell = (mailbox) => handler({ server: office.address ?? '', mailbox })
        },
      }
    },
  }
  return office
}

/** One device with one conversation, whose inside a test decides about. */
export type Desk = {
  readonly device: Hex
  readonly mailboxes: Mailboxes
  readonly store: Store
  readonly linked: Set<Hex>
  readonly held: Map<Hex, Vector>
  /** Where others say that they read. */
  readonly servers: Map<Hex, readonly string[]>
  /** Since when a device is waited for, by own sequence; and by which own operation it was let in. */
  readonly since: Map<Hex, number>
  readonly admitted: Map<Hex, number>
  /** The sequences of its own operations. */
  readonly operations: number[]
  secrets: readonly Uint8Array[]
  /** What `receive` answers for events that it does not hold. */
  answer: 'taken' | 'later'
  /** Everything that came in from mailboxes, event by event. */
  readonly received: Uint8Array[]
  readonly learnt: (readonly [Hex, Vector])[]
  readonly vector: Map<Hex, number>
  /** By how much its clock is ahead. */
  aheadMillis: number
  /** Writes an own event down and tells the mailboxes. */
  write(kind?: number, size?: number): Promise<SignedEvent>
  /** As if this process had ended and begun again. */
  restart(): void
}

export const SECRET = new Uint8Array(32).fill(1)

export const createStage = (office: Office, start = 1_800_000_000_000) => {
  const time = createSimulatedTime({ start })
  const crypto = createDeterministicCrypto(7)

  /** `others`: the servers that this device is connected to besides, and as whose. */
  const createDesk = async (
    number: number,
    others: readonly (readonly [Office, 'own' | 'guest'])[] = [],
  ): Promise<Desk> => {
    const store = openMemoryStore()
    const seed = new Uint8Array(32).fill(number)
    const device = toHex(await crypto.publicKey(seed))
    const desk = {
      device,
      store,
      linked: new Set<Hex>(),
      held: new Map<Hex, Vector>(),
      servers: new Map<Hex, readonly string[]>(),
      since: new Map<Hex, number>(),
      admitted: new Map<Hex, number>(),
      operations: [],
      secrets: [SECRET] as readonly Uint8Array[],
      answer: 'taken' as const,
      received: [] as Uint8Array[],
      learnt: [] as (readonly [Hex, Vector])[],
      vector: new Map<Hex, number>(),
      aheadMillis: 0,
    } as unknown as Desk & { mailboxes: Mailboxes }

    const subject: Subject = {
      id: CONVERSATION,
      vector: () => new Map(desk.vector),
      members: () =>
        new Map(
          [...desk.held].map(([other, held]) => {
            const seq = desk.admitted.get(other)
            const admission = { id: other, author: seq === undefined ? other : device, seq: seq ?? 0 }
            return [other, { held, since: desk.since.get(other) ?? 0, admission }]
          }),
        ),
      operations: () => desk.operations,
      secrets: () => desk.secrets,
      changes: async (after, upTo) => {
        const own = await store.events({
          conversation: CONVERSATION,
          author: device,
          from: 1,
          limit: 1_000,
          bytes: 1_000_000,
        })
        const last = own.findLastIndex(({ bytes, seq }) => seq > after && seq <= upTo && kindIn(bytes) === KIND.epoch)
        const events = own.slice(0, last + 1).filter(({ bytes }) => isControl(kindIn(bytes)))
        if (events.length === 0) return []
        return desk.secrets.slice(1).map((secret) => ({ secret, events: events.map((each) => ({ ...each, size: 1 })) }))
      },
      firstSecretOf: () => desk.secrets[0],
      receive: (events) => {
        desk.received.push(...events)
        return Promise.resolve(desk.answer)
      },
      learnt: (other, vector) => {
        desk.learnt.push([other, vector])
        desk.held.set(other, vector)
      },
    }
    const open = (): void => {
      desk.mailboxes = new Mailboxes({
        store,
        crypto,
        scheduler: { now: () => time.now() + desk.aheadMillis, after: time.after },
        random: createDice(number),
        client: together([office.client(), ...others.map(([each, as]) => each.client(as))]),
        device,
        deviceSeed: () => seed,
        serversOf: (other) => desk.servers.get(other),
        isLinked: (other) => desk.linked.has(other),
        load: (conversation, wants) => loadOutgoing(store, conversation, wants),
        onDeposit: () => {},
        onFailure: () => {},
        onInvitationPlaced: () => {},
      })
      desk.mailboxes.follow(subject)
    }
    desk.write = async (kind = KIND.sealed, size = 200) => {
      const seq = (desk.vector.get(device) ?? 0) + 1
      const event = await signEvent(crypto, seed, {
        conversation: CONVERSATION,
        author: device,
        seq,
        prev: seq === 1 ? null : 'ab'.repeat(32),
        after: [],
        control: [],
        time: time.now(),
        kind,
        body: encode('x'.repeat(size)),
      })
      await store.commit([
        { put: 'event', event: { id: event.id, conversation: CONVERSATION, author: device, seq, bytes: event.bytes } },
      ])
      desk.vector.set(device, seq)
      if (kind === KIND.operation) desk.operations.push(seq)
      desk.mailboxes.kept(CONVERSATION, { fresh: [{ author: device }], isRegrouped: kind === KIND.operation })
      return event
    }
    desk.restart = () => {
      desk.mailboxes.close()
      open()
    }
    open()
    return desk
  }
  return { time, createDesk }
}

const together = (clients: readonly Client[]): Client => ({
  servers: () => clients.flatMap((each) => each.servers()),
  onArrived: (handler) => {
    for (const each of clients) each.onArrived(handler)
  },
})

/** Lets time pass, and whatever comes of it. */
export const pass = async (time: SimulatedTime, millis: number): Promise<void> => {
  await time.advance(millis)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export const blobsIn = (office: Office): number =>
  [...office.mailboxes.values()].reduce((sum, blobs) => sum + blobs.length, 0)

const kindIn = (bytes: Uint8Array): number => {
  const read = readEvent(bytes)
  return read.ok ? read.value.event.kind : -1
}

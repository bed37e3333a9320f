import { decode, encode } from '../../core/bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts'
import { hex, text, tuple, uint } from '../../core/bytes/shape.ts'
import { sha256 } from '../../core/crypto/symmetric.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Letter } from '../../core/mailbox/letter.ts'
import type { InvitationMailboxes } from '../invitations/port.ts'
import type { Arrived, Mailboxes, MailboxRefusal, Scheduler, ServerMailboxes } from '../network/port.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { Store } from '../../store/port.ts'
import { RENEW_MILLIS } from './deposit.ts'
import type { Post } from './post.ts'
import { MailboxReader } from './reader.ts'
import { delayAfter } from './refused.ts'

type Blob = Parameters<InvitationMailboxes['put']>[2]

/**
 * What was put under a name: at which server, and which bytes. `life`: that of what the server keeps; undefined in records
 * of before it was written down.
 */
type Placed = {
  readonly server: string
  readonly life: Hex | undefined
  readonly cursor: Cursor
  readonly hash: Hex
  readonly at: number
}

type Item = {
  readonly secret: Uint8Array
  blob: Blob
  /** By the address of the server. */
  readonly placed: Map<string, Placed>
}

/** Who wants to be told of what lies in a mailbox; its readers by the address of the server. */
type Watch = {
  readonly secret: Uint8Array
  readonly on: (blob: Blob) => void
  keys: MailboxKeys | undefined
  readonly readers: Map<string, MailboxReader>
}

export type InvitationMailPorts = {
  readonly post: Post
  readonly store: Store
  readonly scheduler: Scheduler
  readonly client: Mailboxes
  /** What `heldAt` answers may have changed. */
  readonly onPlaced: () => void
}

/** The mailboxes of invitations, at all servers at which they are: what is put there waits for them, and is put once. */
export class InvitationMail implements InvitationMailboxes {
  readonly #ports: InvitationMailPorts
  readonly #items = new Map<string, Item>()
  /** What is to be taken away, by name. */
  readonly #dropped = new Map<string, Uint8Array>()
  readonly #watches = new Map<symbol, Watch>()
  /** Where mailboxes of others are, by their secrets. */
  readonly #places = new Map<string, readonly string[]>()
  #running: Promise<void> | undefined
  #again = false
  #closed = false
  #cancel = (): void => undefined

  constructor(ports: InvitationMailPorts) {
    this.#ports = ports
  }

  at(secret: Uint8Array, servers: readonly string[]): void {
    this.#places.set(toHex(secret), servers)
  }

  put(secret: Uint8Array, key: string, blob: Blob): void {
    const name = nameOf(secret, key)
    const item = this.#items.get(name)
    if (item) item.blob = blob
    else this.#items.set(name, { secret, blob, placed: new Map() })
    this.#look()
  }

  watch(secret: Uint8Array, on: (blob: Blob) => void): () => void {
    const name = Symbol('watch')
    void this.#ports.post.keysOf(secret).then((keys) => {
      const watch = this.#watches.get(name)
      if (!watch || this.#closed) return
      watch.keys = keys
      this.#readAt(watch)
    })
    this.#watches.set(name, { secret, on, keys: undefined, readers: new Map() })
    return () => {
      for (const reader of this.#watches.get(name)?.readers.values() ?? []) reader.close()
      this.#watches.delete(name)
    }
  }

  drop(secret: Uint8Array, key: string): void {
    const name = nameOf(secret, key)
    this.#items.delete(name)
    this.#dropped.set(name, secret)
    this.#look()
  }

  heldAt(secret: Uint8Array, key: string): string | undefined {
    const item = this.#items.get(nameOf(secret, key))
    const holder = this.#serversOf(secret).find(({ address, life }) => {
      const placed = item?.placed.get(address)
      return item && placed?.life === life && placed.hash === hashOf(item.blob)
    })
    return holder?.name
  }

  /** Servers came or went. */
  connected(): void {
    for (const watch of this.#watches.values()) this.#readAt(watch)
    this.#look()
  }

  arrived({ server, mailbox }: Arrived): void {
    for (const { readers } of this.#watches.values()) {
      const reader = readers.get(server)
      if (reader?.keys.mailbox === mailbox) reader.look()
    }
  }

  async settled(): Promise<void> {
    while (this.#running) await this.#running
    for (const reader of this.#readers) await reader.settled()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    for (const reader of this.#readers) reader.close()
  }

  get #readers(): readonly MailboxReader[] {
    return [...this.#watches.values()].flatMap(({ readers }) => [...readers.values()])
  }

  /** Those at which this mailbox is: this person's own, unless the invitation named others. */
  #serversOf(secret: Uint8Array): readonly ServerMailboxes[] {
    const named = this.#places.get(toHex(secret)) ?? []
    const servers = this.#ports.client.servers()
    return named.length === 0
      ? servers.filter(({ as }) => as === 'own')
      : servers.filter((each) => named.some((address) => each.isAt(address)))
  }

  #readAt({ secret, on, keys, readers }: Watch): void {
    if (!keys) return
    const { client, scheduler } = this.#ports
    const onLetter = (letter: Letter): Promise<'taken'> => {
      const blob = blobOf(letter)
      if (blob) on(blob)
      return Promise.resolve('taken')
    }
    for (const { address } of this.#serversOf(secret))
      if (!readers.has(address)) readers.set(address, new MailboxReader(keys, address, { client, scheduler, onLetter }))
    for (const reader of readers.values()) reader.connected()
  }

  #look(): void {
    this.#again = true
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      await this.#placeAll()
    }
    this.#running = undefined
  }

  /** Awaited also when there is nothing to do: a run that ended before it was noted as running would never end. */
  async #placeAll(): Promise<void> {
    for (const [name, secret] of this.#dropped) await this.#takeAway(name, secret)
    for (const [name, item] of this.#items) await this.#place(name, item)
  }

  /** Forgets what was put under this name. A server that is not there now forgets it at the end of its lifetime. */
  async #takeAway(name: string, secret: Uint8Array): Promise<void> {
    const { client, post, store } = this.#ports
    this.#dropped.delete(name)
    const records = await store.records('mailbox', recordOf(name))
    await store.commit(records.map(({ key }) => ({ drop: 'record', space: 'mailbox', key })))
    const { mailbox } = await post.keysOf(secret)
    for (const { value } of records) {
      const placed = readPlaced(value)
      const server = client.servers().find(({ address }) => address === placed?.server)
      if (placed && server && mayHold(server, placed)) await post.takeAway(server, mailbox, [placed.cursor])
    }
  }

  /** Puts it where it is not yet, and takes away what lay there under its key before. */
  async #place(name: string, item: Item): Promise<void> {
    for (const server of this.#serversOf(item.secret)) await this.#placeAt(server, name, item)
  }

  async #placeAt(server: ServerMailboxes, name: string, item: Item): Promise<void> {
    const { post, scheduler, store } = this.#ports
    const { address } = server
    const known = item.placed.get(address)
    const before = known ?? (await this.#placedAt(address, name))
    const hash = hashOf(item.blob)
    if (before) item.placed.set(address, before)
    // A server that names another life than it did then lost it, or is another one.
    const isThere = before?.life === server.life
    const isFresh = isThere && scheduler.now() - before.at < RENEW_MILLIS
    if (isFresh && before.hash === hash) return known ? undefined : this.#ports.onPlaced()
    const keys = await post.keysOf(item.secret)
    const put = await post.send(server, keys, letterOf(item.blob))
    if (!put.ok) return this.#tryLater(put.refusal)
    const placed = { server: address, life: server.life, cursor: put.value, hash, at: scheduler.now() }
    item.placed.set(address, placed)
    const record = {
      put: 'record',
      space: 'mailbox',
      key: recordOf(name, address),
      value: encodePlaced(placed),
    } as const
    await store.commit([record])
    if (before && mayHold(server, before)) await post.takeAway(server, keys.mailbox, [before.cursor])
    this.#ports.onPlaced()
  }

  async #placedAt(address: string, name: string): Promise<Placed | undefined> {
    const { store } = this.#ports
    const record =
      (await store.record('mailbox', recordOf(name, address))) ?? (await store.record('mailbox', recordOf(name)))
    const placed = readPlaced(record)
    return placed?.server === address ? placed : undefined
  }

  #tryLater(refusal: MailboxRefusal): void {
    const millis = delayAfter(refusal)
    this.#cancel()
    if (millis !== undefined) this.#cancel = this.#ports.scheduler.after(millis, () => this.#look())
  }
}

/** In another life, its cursor is that of another blob, or of none. */
const mayHold = (server: ServerMailboxes, { life }: Placed): boolean => life === undefined || life === server.life

/** Where it is kept what was put under a name; before there could be several servers, without the server. */
const recordOf = (name: string, server?: string): string =>
  server === undefined ? `invitation/${name}` : `invitation/${name}/${server}`

const nameOf = (secret: Uint8Array, key: string): string => `${toHex(sha256(secret))}/${key}`

const hashOf = ({ kind, bytes }: Blob): Hex => toHex(sha256(encode([kind, bytes])))

const letterOf = ({ kind, bytes }: Blob): Exclude<Letter, { kind: 'newer' }> => {
  switch (kind) {
    case 'request':
      return { kind, request: bytes }
    case 'answer':
      return { kind, answer: bytes }
    case 'card':
      return { kind, card: bytes }
  }
}

const blobOf = (letter: Letter): Blob | undefined => {
  switch (letter.kind) {
    case 'request':
      return { kind: 'request', bytes: letter.request.slice() }
    case 'answer':
      return { kind: 'answer', bytes: letter.answer.slice() }
    case 'card':
      return { kind: 'card', bytes: letter.card.slice() }
    case 'events':
    case 'receipt':
    case 'newer':
      return undefined
  }
}

const lifeless = [text(300), uint(), hex(32), uint()] as const
const lifelessShape = tuple(...lifeless)
const placedShape = tuple(...lifeless, hex(32))

const encodePlaced = ({ server, life, cursor, hash, at }: Placed): Uint8Array =>
  encode([server, cursor, fromHex(hash), at, ...(life === undefined ? [] : [fromHex(life)])])

const readPlaced = (from: Uint8Array | undefined): Placed | undefined => {
  const decoded = from && decode(from)
  const fields = decoded?.ok ? (placedShape(decoded.value) ?? lifelessShape(decoded.value)) : undefined
  if (!fields) return undefined
  const [server, cursor, hash, at, life] = fields
  return { server, life, cursor, hash, at }
}

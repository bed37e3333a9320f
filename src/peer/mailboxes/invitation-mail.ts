import { decode, encode } from '../../core/bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../../core/bytes/hex.ts'
import { hex, text, tuple, uint } from '../../core/bytes/shape.ts'
import { sha256 } from '../../core/crypto/symmetric.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Letter } from '../../core/mailbox/letter.ts'
import type { InvitationMailboxes } from '../invitations/port.ts'
import type { MailboxRefusal, Scheduler, ServerMailboxes } from '../network/port.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { Store } from '../../store/port.ts'
import { RENEW_MILLIS } from './deposit.ts'
import type { Post } from './post.ts'
import { MailboxReader } from './reader.ts'
import { delayAfter } from './refused.ts'

type Blob = Parameters<InvitationMailboxes['put']>[2]

/** What was put under a key: at which server, and which bytes. */
type Placed = { readonly server: string; readonly cursor: Cursor; readonly hash: Hex; readonly at: number }

type Item = { readonly secret: Uint8Array; readonly key: string; blob: Blob; placed: Placed | undefined }

export type InvitationMailPorts = {
  readonly post: Post
  readonly store: Store
  readonly scheduler: Scheduler
  readonly client: ServerMailboxes
  /** What `heldAt` answers may have changed. */
  readonly onPlaced: () => void
}

/** The mailboxes of invitations: what is put there waits for a server, and is put once. */
export class InvitationMail implements InvitationMailboxes {
  readonly #ports: InvitationMailPorts
  readonly #items = new Map<string, Item>()
  /** What is to be taken away, by name. */
  readonly #dropped = new Map<string, Uint8Array>()
  readonly #readers = new Set<MailboxReader>()
  #running: Promise<void> | undefined
  #again = false
  #closed = false
  #cancel = (): void => undefined

  constructor(ports: InvitationMailPorts) {
    this.#ports = ports
  }

  put(secret: Uint8Array, key: string, blob: Blob): void {
    const name = nameOf(secret, key)
    const item = this.#items.get(name)
    if (item) item.blob = blob
    else this.#items.set(name, { secret, key, blob, placed: undefined })
    this.#look()
  }

  watch(secret: Uint8Array, on: (blob: Blob) => void): () => void {
    let stopped = false
    let reader: MailboxReader | undefined
    void this.#ports.post.keysOf(secret).then((keys) => {
      if (stopped || this.#closed) return
      reader = this.#readerOf(keys, on)
      this.#readers.add(reader)
      reader.look()
    })
    return () => {
      stopped = true
      reader?.close()
      if (reader) this.#readers.delete(reader)
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
    const server = this.#ports.client.server()
    if (!item?.placed || item.placed.server !== server?.address) return undefined
    return item.placed.hash === hashOf(item.blob) ? server.name : undefined
  }

  /** The server came or went. */
  connected(): void {
    for (const reader of this.#readers) reader.connected()
    this.#look()
  }

  arrived(mailbox: Hex): void {
    for (const reader of this.#readers) if (reader.keys.mailbox === mailbox) reader.look()
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

  #readerOf(keys: MailboxKeys, on: (blob: Blob) => void): MailboxReader {
    const { client, scheduler } = this.#ports
    const onLetter = (letter: Letter): Promise<'taken'> => {
      const blob = blobOf(letter)
      if (blob) on(blob)
      return Promise.resolve('taken')
    }
    return new MailboxReader(keys, { client, scheduler, onLetter })
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
    const record = `invitation/${name}`
    const placed = readPlaced(await store.record('mailbox', record))
    if (!placed) return
    await store.commit([{ drop: 'record', space: 'mailbox', key: record }])
    const { mailbox } = await post.keysOf(secret)
    if (client.server()?.address === placed.server) await post.takeAway(mailbox, [placed.cursor])
  }

  /** Puts it there unless it is there already, and takes away what lay there under its key before. */
  async #place(name: string, item: Item): Promise<void> {
    const { client, post, scheduler, store } = this.#ports
    const server = client.server()?.address
    if (server === undefined) return
    const key = `invitation/${name}`
    const before = item.placed ?? readPlaced(await store.record('mailbox', key))
    const hash = hashOf(item.blob)
    const isNews = item.placed === undefined
    item.placed = before
    const isFresh = before?.server === server && scheduler.now() - before.at < RENEW_MILLIS
    if (isFresh && before.hash === hash) return isNews ? this.#ports.onPlaced() : undefined
    const keys = await post.keysOf(item.secret)
    const put = await post.send(keys, letterOf(item.blob))
    if (!put.ok) return this.#tryLater(put.refusal)
    item.placed = { server, cursor: put.value, hash, at: scheduler.now() }
    await store.commit([{ put: 'record', space: 'mailbox', key, value: encodePlaced(item.placed) }])
    if (before?.server === server) await post.takeAway(keys.mailbox, [before.cursor])
    this.#ports.onPlaced()
  }

  #tryLater(refusal: MailboxRefusal): void {
    const millis = delayAfter(refusal)
    this.#cancel()
    if (millis !== undefined) this.#cancel = this.#ports.scheduler.after(millis, () => this.#look())
  }
}

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

const placedShape = tuple(text(300), uint(), hex(32), uint())

const encodePlaced = ({ server, cursor, hash, at }: Placed): Uint8Array => encode([server, cursor, fromHex(hash), at])

const readPlaced = (from: Uint8Array | undefined): Placed | undefined => {
  const decoded = from && decode(from)
  const fields = decoded?.ok ? placedShape(decoded.value) : undefined
  return fields && { server: fields[0], cursor: fields[1], hash: fields[2], at: fields[3] }
}

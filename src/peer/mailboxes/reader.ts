import { decode, encode } from '../../core/bytes/cbor.ts'
import { fromHex, type Hex } from '../../core/bytes/hex.ts'
import { hex, text, tuple, uint } from '../../core/bytes/shape.ts'
import { openBlob } from '../../core/mailbox/blob.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import { decodeLetter, type Letter } from '../../core/mailbox/letter.ts'
import type { Store } from '../../store/port.ts'
import type { Cursor, MailboxPage, Mailboxes, Scheduler, ServerMailboxes } from '../network/port.ts'
import { delayAfter } from './refused.ts'

/**
 * `later`: it could not be kept yet, and has to be read once more after a restart. `not-kept`: the disk refused it, and it
 * has to be read once more soon.
 */
export type Taken = 'taken' | 'later' | 'not-kept'

type Reading = ReturnType<ServerMailboxes['read']>

/** When what the disk did not take is read again. */
export const READ_AGAIN_MILLIS = 10_000

export type ReaderPorts = {
  readonly client: Mailboxes
  readonly scheduler: Scheduler
  /** Where the place is kept up to which everything was taken in; absent to read it all anew after a restart. */
  readonly store?: Store
  /** Called in order, for all letters of a page before the first of them answers. */
  readonly onLetter: (letter: Letter, cursor: Cursor) => Promise<Taken>
}

/**
 * Reads one mailbox at one server to its end, and again whenever something arrives. What a server hands out is never believed: blobs
 * that do not open are passed over, and those that come twice mean nothing new to who takes them in.
 */
export class MailboxReader {
  readonly keys: MailboxKeys
  readonly server: string
  readonly #ports: ReaderPorts
  /** The connection on which it is watched. */
  #watched: ServerMailboxes | undefined
  /** Read up to here on this server; kept on disk up to `#kept`. */
  #at: Cursor = 0
  #stuck = false
  #running: Promise<void> | undefined
  #again = false
  #closed = false
  #cancel = (): void => undefined

  /** `server`: its address. */
  constructor(keys: MailboxKeys, server: string, ports: ReaderPorts) {
    this.keys = keys
    this.server = server
    this.#ports = ports
  }

  /** Servers came or went: on a new connection, what was watched is watched no longer. */
  connected(): void {
    if (this.#there !== this.#watched) this.look()
  }

  /** There may be something new. */
  look(): void {
    this.#again = true
    this.#running ??= this.#run()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    void this.#watched?.watch(this.keys, false)
  }

  /** Resolves when it is not reading. */
  async settled(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      await this.#readAll()
    }
    this.#running = undefined
  }

  async #readAll(): Promise<void> {
    const server = this.#there
    if (server === undefined) {
      this.#watched = undefined
      return
    }
    if (server !== this.#watched) {
      const watched = await server.watch(this.keys, true)
      if (!watched.ok) return this.#tryLater(watched.refusal)
      this.#at = await this.#place(server.life)
      this.#stuck = false
      this.#watched = server
    }
    const readAfter = (after: Cursor): Reading => server.read(this.keys, { after })
    let reading: Reading | undefined = readAfter(this.#at)
    while (reading && !this.#closed) {
      const page: Awaited<Reading> = await reading
      if (!page.ok) {
        this.#watched = undefined
        return this.#tryLater(page.refusal)
      }
      const { blobs, more }: MailboxPage = page.value
      const last = blobs.at(-1)
      // The next page comes while this one is taken in.
      reading = more && last ? readAfter(last.cursor) : undefined
      // In order, but none waits for the one before to be on disk: what goes into one conversation is written together.
      const taken = await Promise.all(blobs.map(({ cursor, blob }) => this.#take(cursor, blob)))
      if (taken.includes('not-kept')) {
        // From the place that is on disk: nothing that was read since is lost.
        this.#watched = undefined
        return this.#lookIn(READ_AGAIN_MILLIS)
      }
      if (last && !this.#stuck) await this.#keepPlace(server.life)
    }
  }

  get #there(): ServerMailboxes | undefined {
    return this.#ports.client.servers().find(({ address }) => address === this.server)
  }

  async #take(cursor: Cursor, blob: Uint8Array): Promise<Taken> {
    this.#at = Math.max(this.#at, cursor)
    const plaintext = openBlob(this.keys, blob)
    const letter = plaintext.ok ? decodeLetter(plaintext.value) : plaintext
    if (!letter.ok) return 'taken'
    const taken = await this.#ports.onLetter(letter.value, cursor)
    // From here on the place on disk stays: after a restart, everything after it is read once more.
    if (taken === 'later') this.#stuck = true
    return taken
  }

  #tryLater(refusal: Parameters<typeof delayAfter>[0]): void {
    const millis = delayAfter(refusal)
    this.#cancel()
    if (millis !== undefined) this.#lookIn(millis)
  }

  #lookIn(millis: number): void {
    this.#cancel()
    if (!this.#closed) this.#cancel = this.#ports.scheduler.after(millis, () => this.look())
  }

  get #key(): string {
    return `read/${this.keys.mailbox}/${this.server}`
  }

  /** The place counts in what the server keeps now: where it lost that, its cursors may be less than they were. */
  async #place(life: Hex): Promise<Cursor> {
    const record = await this.#ports.store?.record('mailbox', this.#key)
    const decoded = record && decode(record)
    const place = decoded?.ok ? placeShape(decoded.value) : undefined
    return place?.[2] === life ? place[1] : 0
  }

  async #keepPlace(life: Hex): Promise<void> {
    const value = encode([this.server, this.#at, fromHex(life)])
    await this.#ports.store?.commit([{ put: 'record', space: 'mailbox', key: this.#key, value }])
  }
}

const placeShape = tuple(text(300), uint(), hex(32))

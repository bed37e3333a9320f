import type { Hex } from '../../core/bytes/hex.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Letter } from '../../core/mailbox/letter.ts'
import { verifyReceipt, type Receipt } from '../../core/mailbox/receipt.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { Arrived, ServerMailboxes } from '../network/port.ts'
import { DIRECT_MILLIS } from './depositor.ts'
import { Deposits } from './deposits.ts'
import { MailboxReader, type Taken } from './reader.ts'
import { Receipts } from './receipts.ts'
import { delayAfter } from './refused.ts'
import { stationsFor, type Station } from './stations.ts'
import type { CorrespondencePorts, News, Subject } from './subject.ts'

/** Lineages of epochs whose mailboxes are read: whoever was away longer than that many changes meets somebody first. */
export const LINEAGES_READ_MAX = 4

/** When a receipt is put once more, of several servers one of which refused it, at the latest. */
const RECEIPT_AGAIN_MILLIS = 60_000

/** What one conversation leaves on servers for those who are away, and finds there. */
export class Correspondence {
  readonly subject: Subject
  readonly #ports: CorrespondencePorts
  readonly #deposits: Deposits
  readonly #receipts: Receipts
  /** By server and mailbox. */
  readonly #readers = new Map<string, MailboxReader>()
  /** Servers that refused something, and until when they are left alone. */
  readonly #refusing = new Map<string, number>()
  #running: Promise<void> | undefined
  #again = false
  #closed = false
  #cancel = (): void => undefined
  #lookAt = Infinity

  constructor(subject: Subject, ports: CorrespondencePorts) {
    this.subject = subject
    this.#ports = ports
    this.#deposits = new Deposits(subject, ports)
    this.#receipts = new Receipts(subject, ports, this.#deposits)
  }

  get sealedUpTo(): number {
    return this.#deposits.sealedUpTo
  }

  get sealedAt(): string | undefined {
    return this.#deposits.sealedAt
  }

  kept({ fresh, isRegrouped }: News): void {
    const own = fresh.filter(({ author }) => author === this.#ports.device).length
    if (own > 0) this.#deposits.wrote()
    if (own < fresh.length) this.#receipts.owe()
    // Not at once: this comes with each message, and nothing is due before links had their time.
    if (isRegrouped) this.look()
    else this.#lookBy(this.#ports.scheduler.now() + DIRECT_MILLIS)
  }

  /** Servers came or went. */
  connected(): void {
    this.#refusing.clear()
    for (const reader of this.#readers.values()) reader.connected()
    this.look()
  }

  arrived({ server, mailbox }: Arrived): void {
    this.#readers.get(readerName(server, mailbox))?.look()
  }

  /** Does what is due now, and comes back for the rest. */
  look(): void {
    this.#again = true
    this.#running ??= this.#run()
  }

  /** Resolves when nothing is being read or put. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running
    for (const reader of this.#readers.values()) await reader.settled()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    for (const reader of this.#readers.values()) reader.close()
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      await this.#deposits.load()
      await this.#followLineages()
      const { client, serversOf } = this.#ports
      for (const lost of await this.#deposits.recognize(client.servers())) this.#receipts.oweAnew(lost)
      const isRefusing = (server: ServerMailboxes): boolean => this.#isRefusing(server)
      const devices = [...this.subject.members().keys()]
      const stations = stationsFor(devices, { servers: client.servers(), serversOf, isRefusing })
      this.#deposits.serve(stations)
      await this.#workAt(stations.filter(({ server }) => !isRefusing(server)))
      const resting = client.servers().filter((each) => !stations.some(({ server }) => server === each))
      await this.#deposits.trimAt(resting)
    }
    this.#running = undefined
  }

  async #workAt(stations: readonly Station[]): Promise<void> {
    const now = this.#ports.scheduler.now()
    const isReceiptDue = this.#receipts.due <= now
    if (isReceiptDue) this.#receipts.due = Infinity
    for (const station of stations) {
      const refusal =
        (await this.#deposits.at(station.server).work(station)) ??
        (isReceiptDue ? await this.#receipts.work(station) : undefined)
      if (!refusal) continue
      const until = now + (delayAfter(refusal) ?? Infinity)
      this.#refusing.set(station.server.address, until)
      if (isReceiptDue) this.#receipts.due = Math.min(until, now + RECEIPT_AGAIN_MILLIS)
      // Another server may take it.
      this.#again = true
    }
    const working = stations.filter(({ server }) => !this.#isRefusing(server))
    this.#comeBack(working)
  }

  #isRefusing({ address }: ServerMailboxes): boolean {
    return (this.#refusing.get(address) ?? 0) > this.#ports.scheduler.now()
  }

  /** Reads the mailboxes of the newest lineages at each server of this person's own, and no others. */
  async #followLineages(): Promise<void> {
    const wanted = new Map<Hex, MailboxKeys>()
    for (const secret of this.subject.secrets().slice(0, LINEAGES_READ_MAX)) {
      const keys = await this.#ports.post.keysOf(secret)
      wanted.set(keys.mailbox, keys)
    }
    for (const [name, reader] of this.#readers)
      if (!wanted.has(reader.keys.mailbox)) {
        reader.close()
        this.#readers.delete(name)
      }
    const own = this.#ports.client.servers().filter(({ as }) => as === 'own')
    for (const { address } of own)
      for (const keys of wanted.values()) {
        const name = readerName(address, keys.mailbox)
        if (this.#readers.has(name) || this.#closed) continue
        const reader = new MailboxReader(keys, address, {
          ...this.#ports,
          onLetter: (letter, cursor) => this.#take(reader, letter, cursor),
        })
        this.#readers.set(name, reader)
        reader.look()
      }
  }

  async #take({ server, keys }: MailboxReader, letter: Letter, cursor: Cursor): Promise<Taken> {
    if (this.#deposits.hasPlaced(server, keys.mailbox, cursor)) return 'taken'
    if (letter.kind === 'events') return this.subject.receive(letter.events)
    if (letter.kind === 'receipt') await this.#learn(letter.receipt)
    return 'taken'
  }

  async #learn(receipt: Receipt): Promise<void> {
    const isMember = this.subject.members().has(receipt.device)
    if (isMember && (await verifyReceipt(this.#ports.crypto, this.subject.id, receipt)))
      this.subject.learnt(receipt.device, new Map(receipt.vector), receipt.time)
  }

  /** `working`: the servers that have refused nothing. */
  #comeBack(working: readonly Station[]): void {
    const now = this.#ports.scheduler.now()
    const dues = working.map(({ server }) => this.#deposits.at(server).due)
    const receipts = working.length > 0 ? this.#receipts.due : Infinity
    const refusals = [...this.#refusing.values()].filter((until) => until > now)
    const due = Math.min(receipts, ...dues, ...refusals)
    this.#cancel()
    this.#lookAt = Infinity
    this.#lookBy(due)
  }

  /** Looks at this time, if not before. */
  #lookBy(at: number): void {
    if (at >= this.#lookAt || this.#closed) return
    this.#cancel()
    this.#lookAt = at
    this.#cancel = this.#ports.scheduler.after(Math.max(0, at - this.#ports.scheduler.now()), () => {
      this.#lookAt = Infinity
      this.look()
    })
  }
}

const readerName = (server: string, mailbox: Hex): string => `${server} ${mailbox}`

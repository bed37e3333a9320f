import type { Hex } from '../../core/bytes/hex.ts'
import type { MailboxKeys } from '../../core/mailbox/keys.ts'
import type { Letter } from '../../core/mailbox/letter.ts'
import { verifyReceipt, type Receipt } from '../../core/mailbox/receipt.ts'
import type { Cursor } from '../../core/rendezvous/mailbox-messages.ts'
import type { MailboxRefusal } from '../network/port.ts'
import { Depositor, DIRECT_MILLIS } from './depositor.ts'
import { MailboxReader, type Taken } from './reader.ts'
import { Receipts } from './receipts.ts'
import { delayAfter } from './refused.ts'
import type { CorrespondencePorts, News, Subject } from './subject.ts'

/** Lineages of epochs whose mailboxes are read: whoever was away longer than that many changes meets somebody first. */
export const LINEAGES_READ_MAX = 4

/** What one conversation leaves on a server for those who are away, and finds there. */
export class Correspondence {
  readonly subject: Subject
  readonly #ports: CorrespondencePorts
  readonly #depositor: Depositor
  readonly #receipts: Receipts
  readonly #readers = new Map<Hex, MailboxReader>()
  #running: Promise<void> | undefined
  #again = false
  #closed = false
  #cancel = (): void => undefined
  #lookAt = Infinity

  constructor(subject: Subject, ports: CorrespondencePorts) {
    this.subject = subject
    this.#ports = ports
    this.#depositor = new Depositor(subject, ports)
    this.#receipts = new Receipts(subject, ports, this.#depositor)
  }

  get sealedUpTo(): number {
    return this.#depositor.sealedUpTo
  }

  get sealedAt(): string | undefined {
    return this.#depositor.sealedAt
  }

  kept({ fresh, isRegrouped }: News): void {
    const own = fresh.filter(({ author }) => author === this.#ports.device).length
    if (own > 0) this.#depositor.wrote()
    if (own < fresh.length) this.#receipts.owe()
    // Not at once: this comes with each message, and nothing is due before links had their time.
    if (isRegrouped) this.look()
    else this.#lookBy(this.#ports.scheduler.now() + DIRECT_MILLIS)
  }

  /** The server came or went. */
  connected(): void {
    for (const reader of this.#readers.values()) reader.connected()
    this.look()
  }

  arrived(mailbox: Hex): void {
    this.#readers.get(mailbox)?.look()
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
      await this.#depositor.load()
      await this.#followLineages()
      const server = this.#ports.client.server()
      if (!server) continue
      this.#depositor.on(server)
      this.#comeBack((await this.#depositor.work()) ?? (await this.#receipts.work()))
    }
    this.#running = undefined
  }

  /** Reads the mailboxes of the newest lineages, and no others. */
  async #followLineages(): Promise<void> {
    const wanted = new Map<Hex, MailboxKeys>()
    for (const secret of this.subject.secrets().slice(0, LINEAGES_READ_MAX)) {
      const keys = await this.#ports.post.keysOf(secret)
      wanted.set(keys.mailbox, keys)
    }
    for (const [mailbox, reader] of this.#readers)
      if (!wanted.has(mailbox)) {
        reader.close()
        this.#readers.delete(mailbox)
      }
    for (const [mailbox, keys] of wanted) {
      if (this.#readers.has(mailbox) || this.#closed) continue
      const reader = new MailboxReader(keys, {
        ...this.#ports,
        onLetter: (letter, cursor) => this.#take(mailbox, letter, cursor),
      })
      this.#readers.set(mailbox, reader)
      reader.look()
    }
  }

  async #take(mailbox: Hex, letter: Letter, cursor: Cursor): Promise<Taken> {
    if (this.#depositor.hasPlaced(mailbox, cursor)) return 'taken'
    if (letter.kind === 'events') return this.subject.receive(letter.events)
    if (letter.kind === 'receipt') await this.#learn(letter.receipt)
    return 'taken'
  }

  async #learn(receipt: Receipt): Promise<void> {
    const isMember = this.subject.members().has(receipt.device)
    if (isMember && (await verifyReceipt(this.#ports.crypto, this.subject.id, receipt)))
      this.subject.learnt(receipt.device, new Map(receipt.vector), receipt.time)
  }

  #comeBack(refusal: MailboxRefusal | undefined): void {
    const delay = refusal && delayAfter(refusal)
    const due = refusal
      ? (delay ?? Infinity) + this.#ports.scheduler.now()
      : Math.min(this.#depositor.due, this.#receipts.due)
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

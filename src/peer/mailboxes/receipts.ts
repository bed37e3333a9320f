import type { Hex } from '../../core/bytes/hex.ts'
import { signReceipt } from '../../core/mailbox/receipt.ts'
import type { Vector } from '../../core/sync/frame.ts'
import type { MailboxRefusal } from '../network/port.ts'
import type { Depositor } from './depositor.ts'
import type { CorrespondencePorts, Subject } from './subject.ts'

/** How long what came in is collected before a receipt says so. */
export const RECEIPT_MILLIS = 5_000

/** Says on the server what is held here, to those who wrote it and are not linked. */
export class Receipts {
  readonly #subject: Subject
  readonly #ports: CorrespondencePorts
  readonly #depositor: Depositor
  #said: Vector = new Map()
  /** When the next one is due, in milliseconds since 1970. */
  due = Infinity

  constructor(subject: Subject, ports: CorrespondencePorts, depositor: Depositor) {
    this.#subject = subject
    this.#ports = ports
    this.#depositor = depositor
  }

  /** Something of somebody else's came in. */
  owe(): void {
    this.due = Math.min(this.due, this.#ports.scheduler.now() + RECEIPT_MILLIS)
  }

  async work(): Promise<MailboxRefusal | undefined> {
    const { crypto, device, deviceSeed, isLinked, post, scheduler } = this.#ports
    const now = scheduler.now()
    if (now < this.due) return undefined
    this.due = Infinity
    const vector = this.#subject.vector()
    const waits = (author: Hex): boolean =>
      !isLinked(author) && (vector.get(author) ?? 0) > (this.#said.get(author) ?? 0)
    const [secret] = this.#subject.secrets()
    if (!secret || ![...this.#subject.members().keys()].some(waits)) return undefined
    const content = { conversation: this.#subject.id, device, vector: [...vector], time: now }
    const receipt = await signReceipt(crypto, deviceSeed(), content)
    const keys = await post.keysOf(secret)
    const put = await post.send(keys, { kind: 'receipt', receipt })
    if (!put.ok) {
      this.due = now
      return put.refusal
    }
    this.#said = vector
    await this.#depositor.placeReceipt({ mailbox: keys.mailbox, cursor: put.value })
    return undefined
  }
}

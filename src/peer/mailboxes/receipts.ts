import type { Hex } from '../../core/bytes/hex.ts'
import { signReceipt } from '../../core/mailbox/receipt.ts'
import type { Vector } from '../../core/sync/frame.ts'
import type { MailboxRefusal, ServerMailboxes } from '../network/port.ts'
import type { Deposits } from './deposits.ts'
import type { Station } from './stations.ts'
import type { CorrespondencePorts, Subject } from './subject.ts'

/** How long what came in is collected before a receipt says so. */
export const RECEIPT_MILLIS = 5_000

/** Says on servers what is held here, to those who wrote it, look there and are not linked. */
export class Receipts {
  readonly #subject: Subject
  readonly #ports: CorrespondencePorts
  readonly #deposits: Deposits
  /** By the address of the server. */
  readonly #said = new Map<string, Vector>()
  /** When the next one is due, in milliseconds since 1970. */
  due = Infinity

  constructor(subject: Subject, ports: CorrespondencePorts, deposits: Deposits) {
    this.#subject = subject
    this.#ports = ports
    this.#deposits = deposits
  }

  /** Something of somebody else's came in. */
  owe(): void {
    this.due = Math.min(this.due, this.#ports.scheduler.now() + RECEIPT_MILLIS)
  }

  /** What was said there is there no longer. */
  oweAnew({ address }: ServerMailboxes): void {
    this.#said.delete(address)
    this.owe()
  }

  async work({ server, devices }: Station): Promise<MailboxRefusal | undefined> {
    const { crypto, device, deviceSeed, isLinked, post, scheduler } = this.#ports
    const said = this.#said.get(server.address)
    const vector = this.#subject.vector()
    const waits = (author: Hex): boolean => !isLinked(author) && (vector.get(author) ?? 0) > (said?.get(author) ?? 0)
    const [secret] = this.#subject.secrets()
    if (!secret || ![...devices].some(waits)) return undefined
    const content = { conversation: this.#subject.id, device, vector: [...vector], time: scheduler.now() }
    const receipt = await signReceipt(crypto, deviceSeed(), content)
    const keys = await post.keysOf(secret)
    const put = await post.send(server, keys, { kind: 'receipt', receipt })
    if (!put.ok) return put.refusal
    this.#said.set(server.address, vector)
    await this.#deposits.at(server).placeReceipt(server, { mailbox: keys.mailbox, cursor: put.value })
    return undefined
  }
}

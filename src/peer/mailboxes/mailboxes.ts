import type { Hex } from '../../core/bytes/hex.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import type { Store } from '../../store/port.ts'
import type { StatusView } from '../../view/view.ts'
import type { Mailboxes as Client, MailboxRefusal, Scheduler, ServerMailboxes } from '../network/port.ts'
import type { Sealing } from '../sealing.ts'
import { Correspondence } from './correspondence.ts'
import { InvitationMail } from './invitation-mail.ts'
import { Post } from './post.ts'
import { failureOf } from './refused.ts'
import type { CorrespondencePorts, News, Subject } from './subject.ts'

export type MailboxesPorts = Pick<CorrespondencePorts, 'device' | 'deviceSeed' | 'isLinked' | 'load' | 'serversOf'> & {
  readonly store: Store
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly random: (bytes: number) => Uint8Array
  readonly client: Client
  /** What of this conversation lies on the server has changed. */
  readonly onDeposit: (conversation: Hex) => void
  readonly onFailure: () => void
  readonly onInvitationPlaced: () => void
}

/** Everything that this peer leaves on servers for those who are away, and finds there. */
export class Mailboxes implements Sealing {
  readonly invitations: InvitationMail
  readonly #ports: MailboxesPorts
  readonly #post: Post
  readonly #correspondence = new Map<Hex, Correspondence>()
  #failure: StatusView['mailboxFailure']

  constructor(ports: MailboxesPorts) {
    this.#ports = ports
    this.#post = new Post({ ...ports, onRefused: (refusal, server) => this.#refused(refusal, server) })
    this.invitations = new InvitationMail({ ...ports, post: this.#post, onPlaced: ports.onInvitationPlaced })
    ports.client.onArrived((arrived) => {
      this.invitations.arrived(arrived)
      for (const each of this.#correspondence.values()) each.arrived(arrived)
    })
  }

  follows(conversation: Hex): boolean {
    return this.#correspondence.has(conversation)
  }

  /** From now on this conversation is kept up with. */
  follow(subject: Subject): void {
    const correspondence = new Correspondence(subject, { ...this.#ports, post: this.#post })
    this.#correspondence.set(subject.id, correspondence)
    correspondence.look()
  }

  unfollow(conversation: Hex): void {
    this.#correspondence.get(conversation)?.close()
    this.#correspondence.delete(conversation)
  }

  kept(conversation: Hex, news: News): void {
    this.#correspondence.get(conversation)?.kept(news)
  }

  /** Servers came or went. */
  connected(): void {
    if (this.#ports.client.servers().length === 0) this.#refused(undefined, undefined)
    this.invitations.connected()
    for (const each of this.#correspondence.values()) each.connected()
  }

  sealedUpTo(conversation: Hex): number {
    return this.#correspondence.get(conversation)?.sealedUpTo ?? 0
  }

  sealedAt(conversation: Hex): string | undefined {
    return this.#correspondence.get(conversation)?.sealedAt
  }

  failure(): StatusView['mailboxFailure'] {
    return this.#failure
  }

  /** Resolves when nothing is being read or put. */
  async settled(): Promise<void> {
    await this.invitations.settled()
    for (const each of this.#correspondence.values()) await each.settled()
  }

  close(): void {
    this.invitations.close()
    for (const each of this.#correspondence.values()) each.close()
  }

  #refused(refusal: MailboxRefusal | undefined, server: ServerMailboxes | undefined): void {
    const failure = refusal && server && failureOf(refusal, server.name)
    if (failure?.kind === this.#failure?.kind && failure?.server === this.#failure?.server) return
    this.#failure = failure
    this.#ports.onFailure()
  }
}

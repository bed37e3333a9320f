import { toHex, type Hex } from '../../core/bytes/hex.ts'
import type { Result } from '../../core/bytes/result.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import { BLOB_SALT_BYTES, sealBlob } from '../../core/mailbox/blob.ts'
import { mailboxKeys, type MailboxKeys } from '../../core/mailbox/keys.ts'
import { encodeLetter, type Letter } from '../../core/mailbox/letter.ts'
import type { Store } from '../../store/port.ts'
import type { Cursor, MailboxRefusal, Scheduler, ServerMailboxes } from '../network/port.ts'

export type PostPorts = {
  readonly store: Store
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly random: (bytes: number) => Uint8Array
  /** A server refused something, or (undefined) took it. */
  readonly onRefused: (refusal: MailboxRefusal | undefined, server: ServerMailboxes) => void
}

/** Seals letters for mailboxes and puts them on a server; knows the keys of each mailbox that was used. */
export class Post {
  readonly #ports: PostPorts
  readonly #keys = new Map<string, MailboxKeys>()

  constructor(ports: PostPorts) {
    this.#ports = ports
  }

  async keysOf(secret: Uint8Array): Promise<MailboxKeys> {
    const name = toHex(secret)
    const known = this.#keys.get(name) ?? (await mailboxKeys(this.#ports.crypto, secret))
    this.#keys.set(name, known)
    return known
  }

  async send(
    server: ServerMailboxes,
    keys: MailboxKeys,
    letter: Exclude<Letter, { kind: 'newer' }>,
  ): Promise<Result<Cursor, MailboxRefusal>> {
    const blob = sealBlob(keys, encodeLetter(letter), this.#ports.random(BLOB_SALT_BYTES))
    const put = await server.put(keys, blob)
    this.#ports.onRefused(put.ok ? undefined : put.refusal, server)
    return put
  }

  /** False when it has to be tried again. What no key is left for ends with its lifetime. */
  async takeAway(server: ServerMailboxes, mailbox: Hex, cursors: readonly Cursor[]): Promise<boolean> {
    const keys = [...this.#keys.values()].find((each) => each.mailbox === mailbox)
    return !keys || (await server.trim(keys, cursors)).ok
  }
}

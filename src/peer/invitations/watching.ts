import type { Hex } from '../../core/bytes/hex.ts'
import { invitationMailbox } from '../../core/invitation/secret.ts'
import type { InvitationView } from '../../view/invitation-view.ts'
import type { InvitationsPorts } from './port.ts'

/** How long after its end whoever comes with an invitation is still told why it does not let them in. */
export const TOLD_MILLIS = 7 * 24 * 60 * 60 * 1000
/** Under which name the inviter's card lies in the mailbox of an invitation. */
export const CARD_NAME = 'card'
/** A timer of a computer takes no more: look again then. */
export const ALARM_MILLIS_MAX = 2 ** 31 - 1

/** The mailboxes of invitations, as whoever lets people in uses them: the inviter's card lies there, requests come. */
export class Watching {
  readonly #ports: InvitationsPorts
  readonly #onRequest: (request: Uint8Array) => void
  readonly #watched = new Map<Hex, () => void>()

  constructor(ports: InvitationsPorts, onRequest: (request: Uint8Array) => void) {
    this.#ports = ports
    this.#onRequest = onRequest
  }

  /** From now on these are watched, and no others. `isOwn`: it was made here, so its card is this device's. */
  keep(all: readonly { readonly view: InvitationView; readonly secret: Uint8Array; readonly isOwn: boolean }[]): void {
    const now = this.#ports.scheduler.now()
    const wanted = all.filter(({ view }) => now < view.expires + TOLD_MILLIS)
    for (const { view, secret, isOwn } of wanted) {
      const mailbox = invitationMailbox(secret)
      this.#watch(view.id, mailbox)
      if (isOwn) this.#placeCard(mailbox, view.state === 'open')
    }
    const ids = new Set(wanted.map(({ view }) => view.id))
    for (const [id, stop] of this.#watched) {
      if (ids.has(id)) continue
      stop()
      this.#watched.delete(id)
    }
  }

  close(): void {
    for (const stop of this.#watched.values()) stop()
    this.#watched.clear()
  }

  #watch(id: Hex, mailbox: Uint8Array): void {
    if (this.#watched.has(id)) return
    const stop = this.#ports.mailboxes.watch(mailbox, ({ kind, bytes }) => {
      if (kind === 'request') this.#onRequest(bytes)
    })
    this.#watched.set(id, stop)
  }

  #placeCard(mailbox: Uint8Array, isOpen: boolean): void {
    const card = this.#ports.card()
    if (!isOpen) this.#ports.mailboxes.drop(mailbox, CARD_NAME)
    else if (card) this.#ports.mailboxes.put(mailbox, CARD_NAME, { kind: 'card', bytes: card })
  }
}

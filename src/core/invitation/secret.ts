import { toHex, type Hex } from '../bytes/hex.ts'
import { domain, hkdfExpand, hkdfExtract, KEY_BYTES, sha256 } from '../crypto/symmetric.ts'

/** What an invitation is: whoever has it may ask to be let in, and may read what is answered. Only its link holds it. */
export const INVITATION_SECRET_BYTES = 16

/** What others may know of an invitation: a hash that does not lead back to the secret. */
export const invitationId = (secret: Uint8Array): Hex => toHex(sha256(domain('kith invitation 1', secret)))

/** The secret of the mailbox in which request and answer wait, see `core/mailbox/keys`. */
export const invitationMailbox = (secret: Uint8Array): Uint8Array => derive(secret, 'kith invitation mailbox 1')

/** With what a newcomer shows that they hold the link, and whoever answers likewise. */
export const requestKey = (secret: Uint8Array): Uint8Array => derive(secret, 'kith invitation request 1')
export const answerKey = (secret: Uint8Array): Uint8Array => derive(secret, 'kith invitation answer 1')

/** HKDF whole: the secret is shorter than what can be expanded by itself. */
const derive = (secret: Uint8Array, label: string): Uint8Array =>
  hkdfExpand(hkdfExtract(new Uint8Array(KEY_BYTES), secret), label)

import { encode } from '../bytes/cbor.ts'
import { fromHex, toHex, type Hex } from '../bytes/hex.ts'
import type { Crypto } from '../crypto/port.ts'
import { domain, hkdfExpand } from '../crypto/symmetric.ts'

export const MAILBOX_SECRET_BYTES = 32
/** What a server sends with its welcome, for `signOpen`. */
export const NONCE_BYTES = 32
/** What tells what a server keeps in its mailboxes from what it kept before it lost that. */
export const LIFE_BYTES = 32

/**
 * All that there is to one mailbox. Whoever has the secret has all of it: may put, read and take away, and can open what
 * is in it. A server knows `mailbox` alone.
 */
export type MailboxKeys = {
  /** The mailbox's name: an Ed25519 public key. */
  readonly mailbox: Hex
  /** The private half, with which one shows the server that one may use the mailbox. */
  readonly seed: Uint8Array
  /** What blobs are sealed with. */
  readonly secret: Uint8Array
}

/** The keys of the mailbox of a 32-byte secret. The same secret, the same mailbox, on every server. */
export const mailboxKeys = async (crypto: Crypto, secret: Uint8Array): Promise<MailboxKeys> => {
  const seed = hkdfExpand(secret, 'kith mailbox key 1')
  return { mailbox: toHex(await crypto.publicKey(seed)), seed, secret }
}

/** One connection to one server: its key as the link has proved it, and the nonce that it welcomed this device with. */
export type Connection = { readonly server: Hex; readonly nonce: Uint8Array }

/** Shows on this connection, and on no other, that one has the private half. 64 bytes. */
export const signOpen = async (
  crypto: Crypto,
  keys: Pick<MailboxKeys, 'mailbox' | 'seed'>,
  connection: Connection,
): Promise<Uint8Array> => crypto.sign(keys.seed, openMessage(keys.mailbox, connection))

/**
 * What `signOpen` signs. It names the server, so that a server cannot show another one what it was shown, and use the
 * mailbox there.
 */
export const openMessage = (mailbox: Hex, { server, nonce }: Connection): Uint8Array =>
  domain('kith mailbox open 1', encode([fromHex(server), nonce, fromHex(mailbox)]))

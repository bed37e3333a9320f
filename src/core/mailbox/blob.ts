import { fromHex } from '../bytes/hex.ts'
import { Bug, refuse, accept, type Result } from '../bytes/result.ts'
import { hkdfExpand, openOnce, sealOnce } from '../crypto/symmetric.ts'
import type { MailboxKeys } from './keys.ts'

const KIB = 1024
/** A blob has one of these sizes, whatever is in it: all that a server learns of its length. In bytes. */
export const BLOB_SIZES = [1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB] as const
export const BLOB_BYTES_MAX = 1024 * KIB
export const BLOB_SALT_BYTES = 32
const TAG_BYTES = 16
const LENGTH_BYTES = 4
/** What a blob has beyond what is said in it and the padding. */
export const BLOB_OVERHEAD_BYTES = BLOB_SALT_BYTES + TAG_BYTES + LENGTH_BYTES
export const BLOB_PLAINTEXT_BYTES_MAX = BLOB_BYTES_MAX - BLOB_OVERHEAD_BYTES

export type BlobRefusal =
  /** Its length is none of a blob, so it was cut or put together. */
  | { readonly kind: 'wrong-size'; readonly size: number }
  /** Not sealed for this mailbox, or changed since. */
  | { readonly kind: 'not-ours' }

/**
 * The plaintext, padded and sealed for one mailbox: salt, then ChaCha20-Poly1305 with a key made from salt and secret.
 * `salt` is BLOB_SALT_BYTES of fresh randomness. At most BLOB_PLAINTEXT_BYTES_MAX of plaintext.
 */
export const sealBlob = (keys: MailboxKeys, plaintext: Uint8Array, salt: Uint8Array): Uint8Array => {
  const needed = plaintext.length + BLOB_OVERHEAD_BYTES
  const size = BLOB_SIZES.find((each) => each >= needed)
  if (size === undefined || salt.length !== BLOB_SALT_BYTES) throw new Bug(`a blob of ${needed} bytes`)
  const padded = new Uint8Array(size - BLOB_SALT_BYTES - TAG_BYTES)
  new DataView(padded.buffer).setUint32(0, plaintext.length)
  padded.set(plaintext, LENGTH_BYTES)
  const blob = new Uint8Array(size)
  blob.set(salt)
  blob.set(sealOnce(blobKey(keys, salt), padded, fromHex(keys.mailbox)), BLOB_SALT_BYTES)
  return blob
}

/**
 * What was sealed. Refuses, never throws, whatever a server hands out: a blob that opens was sealed for this mailbox by
 * somebody who has its secret, and is whole. It may still have been handed out twice, late or in another order.
 */
export const openBlob = (keys: MailboxKeys, blob: Uint8Array): Result<Uint8Array, BlobRefusal> => {
  if (!(BLOB_SIZES as readonly number[]).includes(blob.length)) return refuse({ kind: 'wrong-size', size: blob.length })
  const salt = blob.subarray(0, BLOB_SALT_BYTES)
  const padded = openOnce(blobKey(keys, salt), blob.subarray(BLOB_SALT_BYTES), fromHex(keys.mailbox))
  if (!padded) return refuse({ kind: 'not-ours' })
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0)
  if (length > padded.length - LENGTH_BYTES) return refuse({ kind: 'not-ours' })
  return accept(padded.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
}

const blobKey = (keys: MailboxKeys, salt: Uint8Array): Uint8Array => hkdfExpand(keys.secret, 'kith blob 1', salt)

import { encode, type Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, list, tuple, uint } from '../bytes/shape.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Crypto } from '../crypto/port.ts'
import { domain } from '../crypto/symmetric.ts'

/**
 * A device's word that it holds, without a gap, this much of a conversation. It stays true for ever, so a server that
 * repeats an old one or holds back a new one can delay what others know, and never make them believe too much: join
 * several by the greatest number for each author.
 */
export type Receipt = {
  readonly device: Hex
  readonly vector: Vector
  /** When it was written by that device's clock, in milliseconds since 1970. */
  readonly time: number
  readonly signature: Uint8Array
}

/** By device of the author, the greatest sequence up to which nothing is missing. */
export type Vector = readonly (readonly [device: Hex, seq: number])[]

export const RECEIPT_AUTHORS_MAX = 2_000

type Unsigned = Omit<Receipt, 'signature'>

/** `deviceSeed` is the private half of the device's own key. At most RECEIPT_AUTHORS_MAX authors. */
export const signReceipt = async (
  crypto: Crypto,
  deviceSeed: Uint8Array,
  { conversation, ...receipt }: Unsigned & { readonly conversation: Hex },
): Promise<Receipt> => ({ ...receipt, signature: await crypto.sign(deviceSeed, toSign(conversation, receipt)) })

/** Whether its device said it of this conversation. Whether that device is a member is for the caller to know. */
export const verifyReceipt = async (crypto: Crypto, conversation: Hex, receipt: Receipt): Promise<boolean> =>
  crypto.verify(fromHex(receipt.device), toSign(conversation, receipt), receipt.signature)

export const plainReceipt = ({ device, vector, time, signature }: Receipt): Plain => [
  fromHex(device),
  plainVector(vector),
  time,
  signature,
]

export const readReceipt = (plain: Plain): Receipt | undefined => {
  const fields = receiptShape(plain)
  if (!fields) return undefined
  const [device, vector, time, signature] = fields
  return { device, vector, time, signature: signature.slice() }
}

const plainVector = (vector: Vector): Plain => vector.map(([device, seq]) => [fromHex(device), seq])

const toSign = (conversation: Hex, { device, vector, time }: Unsigned): Uint8Array =>
  domain('kith receipt 1', encode([fromHex(conversation), fromHex(device), plainVector(vector), time]))

const receiptShape = tuple(
  hex(PUBLIC_KEY_BYTES),
  list(tuple(hex(PUBLIC_KEY_BYTES), uint()), RECEIPT_AUTHORS_MAX),
  uint(),
  bytes(SIGNATURE_BYTES),
)

import type { Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, hex, tuple, type Shaped } from '../bytes/shape.ts'
import { SLOT_KEY_BYTES } from '../crypto/port.ts'
import { HASH_BYTES } from '../crypto/symmetric.ts'

/** "I cannot open this epoch; seal to this key from now on." `[epoch, author's new slot key]`. */
export type UnopenedBody = Shaped<typeof unopenedShape>

export const readUnopened = (body: Plain): UnopenedBody | undefined => unopenedShape(body)

export const unopenedBody = (epoch: Hex, slotKey: Uint8Array): Plain => [fromHex(epoch), slotKey]

const unopenedShape = tuple(hex(HASH_BYTES), bytes(SLOT_KEY_BYTES))

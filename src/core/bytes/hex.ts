import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** Bytes as lower-case hexadecimal text: how keys and ids appear as map keys, in the store's API and on screens. */
export type Hex = string

export const toHex: (bytes: Uint8Array) => Hex = bytesToHex

/** @throws RangeError or Error on text that is not hexadecimal: for text of our own only. */
export const fromHex: (hex: Hex) => Uint8Array = hexToBytes

/** Whether the text is exactly `bytes` bytes of lower-case hexadecimal: the check before `fromHex` on foreign text. */
export const isHex = (text: unknown, bytes: number): text is Hex =>
  typeof text === 'string' && text.length === bytes * 2 && /^[0-9a-f]*$/.test(text)

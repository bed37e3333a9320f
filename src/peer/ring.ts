import { fromHex, toHex, type Hex } from '../core/bytes/hex.ts'
import { domain, sha256 } from '../core/crypto/symmetric.ts'

/**
 * Devices in the order of a ring that is another for each conversation, from behind the own place on: when each device
 * keeps links to the next few, all are connected, and nobody has more to do than others.
 */
export const ringFrom = (own: Hex, conversation: Hex, devices: readonly Hex[]): readonly Hex[] => {
  const start = placeOf(own, conversation)
  const placed = [...new Set(devices)]
    .filter((device) => device !== own)
    .map((device) => ({ device, place: placeOf(device, conversation) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
  const behind = placed.filter(({ place }) => place > start)
  const before = placed.filter(({ place }) => place <= start)
  return [...behind, ...before].map(({ device }) => device)
}

const placeOf = (device: Hex, conversation: Hex): Hex =>
  toHex(sha256(domain('kith ring 1', fromHex(conversation + device))))

import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import { openCard, signCard, type Card } from '../../../src/core/identity/card.ts'
import { certify } from '../../../src/core/identity/certificate.ts'
import type { Name } from '../../../src/core/identity/name.ts'
import type { InvitationLink } from '../../../src/core/invitation/link.ts'

export const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

export const SECRET = Uint8Array.from({ length: 16 }, (_, index) => index)
export const NOW = 1_800_000_000_000

/** Somebody with one device: keys of equal bytes, so that they are the same in every run. */
export type Somebody = {
  readonly person: Hex
  readonly device: Hex
  readonly deviceSeed: Uint8Array
  readonly cardSeed: Uint8Array
  readonly card: Card
  readonly cardBytes: Uint8Array
}

export const somebody = async (crypto: Crypto, name: string, first: number): Promise<Somebody> => {
  const [rootSeed, deviceSeed, cardSeed] = [seed(first), seed(first + 1), seed(first + 2)]
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed, device, now: NOW - 5_000 })
  const slotKey = Uint8Array.from(await crypto.slotKey(cardSeed))
  const times = { nameTime: NOW - 4_000, slotTime: NOW - 3_000 }
  const cardBytes = await signCard(crypto, deviceSeed, { certificate, name: name as Name, slotKey, ...times })
  const card = await openCard(crypto, cardBytes)
  if (!card.ok) throw new Error('a card of ours')
  return { person: certificate[0], device, deviceSeed, cardSeed, card: card.value, cardBytes }
}

export const linkBy = (
  inviter: Pick<Somebody, 'person' | 'device'>,
  input: Partial<InvitationLink> = {},
): InvitationLink => ({
  inviter: { person: inviter.person, device: inviter.device, name: 'Ann' as Name },
  servers: ['example.org:12345'],
  addresses: ['192.168.1.7:4001', '[2001:db8::7]:4001'],
  secret: SECRET,
  expires: NOW + 1_000,
  group: null,
  ...input,
})

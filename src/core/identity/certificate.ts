import { encode } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { hex, tuple, uint, bytes, type Shaped } from '../bytes/shape.ts'
import type { Crypto } from '../crypto/port.ts'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto/port.ts'
import { domain } from '../crypto/symmetric.ts'

/** A person's word that a device is theirs: signed by the root key. `[person, device, time, signature]`. */
export type Certificate = Shaped<typeof certificateShape>

export const certificateShape = tuple(hex(PUBLIC_KEY_BYTES), hex(PUBLIC_KEY_BYTES), uint(), bytes(SIGNATURE_BYTES))

export const personOf = (certificate: Certificate): Hex => certificate[0]
export const deviceOf = (certificate: Certificate): Hex => certificate[1]

export const certify = async (
  crypto: Crypto,
  input: { readonly rootSeed: Uint8Array; readonly device: Hex; readonly now: number },
): Promise<Certificate> => {
  const person = await crypto.publicKey(input.rootSeed)
  const signature = await crypto.sign(input.rootSeed, toSign(person, fromHex(input.device), input.now))
  return certificateShape([person, fromHex(input.device), input.now, signature]) as Certificate
}

export const verifyCertificate = async (crypto: Crypto, certificate: Certificate): Promise<boolean> => {
  const [person, device, time, signature] = certificate
  return crypto.verify(fromHex(person), toSign(fromHex(person), fromHex(device), time), signature)
}

/** As it stands in the messages that carry it. */
export const plainCertificate = ([person, device, time, signature]: Certificate) =>
  [fromHex(person), fromHex(device), time, signature] as const

const toSign = (person: Uint8Array, device: Uint8Array, time: number): Uint8Array =>
  domain('kith device 1', encode([person, device, time]))

import { toHex, type Hex } from '../../../src/core/bytes/hex.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import type { Entry } from '../../../src/core/group/founding.ts'
import { slotKeyId } from '../../../src/core/group/epoch.ts'
import type { OwnSlotKey } from '../../../src/core/group/keyring.ts'
import { signCard, type Card } from '../../../src/core/identity/card.ts'
import { certify, type Certificate } from '../../../src/core/identity/certificate.ts'
import type { Name } from '../../../src/core/identity/name.ts'
import { createDice } from '../../core/deterministic-crypto.ts'

/** A device with its keys, certified by its person. */
export type Identity = {
  /** As it is called in what is printed: `Bob 2` is the second device of Bob. */
  readonly name: string
  readonly person: Hex
  readonly device: Hex
  readonly deviceSeed: Uint8Array
  readonly certificate: Certificate
  readonly card: Card
  readonly cardBytes: Uint8Array
  readonly cardKey: OwnSlotKey
  readonly entry: Entry
  readonly random: (bytes: number) => Uint8Array
}

export type Person = { readonly name: string; readonly person: Hex; readonly devices: readonly Identity[] }

/** When the stories begin: a Monday in 2026. */
export const START = Date.UTC(2026, 5, 1, 9)

const NAMES = 'Ann Bob Cleo Dan Eve Finn Gus Hana Ivo Jon Kim Lea Max Nina'.split(' ')

/** So many people, each with so many devices. The same seed gives the same keys. */
export const createPeople = async (crypto: Crypto, seed: number, devices: readonly number[]): Promise<Person[]> => {
  const people: Person[] = []
  for (const [at, count] of devices.entries()) {
    const name = NAMES[at] ?? `Person ${at}`
    const rootSeed = createDice(seed * 1_000 + at * 10)(32)
    const person = toHex(await crypto.publicKey(rootSeed))
    const owned: Identity[] = []
    for (let number = 1; number <= count; number++) {
      const random = createDice(seed * 1_000 + at * 10 + number)
      owned.push(await createIdentity(crypto, { name: `${name} ${number}`, person, rootSeed, random }))
    }
    people.push({ name, person, devices: owned })
  }
  return people
}

const createIdentity = async (
  crypto: Crypto,
  who: Pick<Identity, 'name' | 'person' | 'random'> & { readonly rootSeed: Uint8Array },
): Promise<Identity> => {
  const { name, person, rootSeed, random } = who
  const deviceSeed = random(32)
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed, device, now: START })
  const seed = random(32)
  const slotKey = Uint8Array.from(await crypto.slotKey(seed))
  const card = { certificate, name: name as Name, nameTime: START, slotKey, slotTime: START }
  const cardBytes = await signCard(crypto, deviceSeed, card)
  const cardKey = { id: toHex(slotKeyId(slotKey)), seed, made: START }
  const entry = { certificate, slotKey }
  return { name, person, random, deviceSeed, device, certificate, card, cardBytes, cardKey, entry }
}

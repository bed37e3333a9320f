import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { openEpoch, readEpoch } from '../../../src/core/group/epoch.ts'
import { epochOf, ownSlotKeyId, takeMessageKey, withEpoch, type Keyring } from '../../../src/core/group/keyring.ts'
import { membershipAt, type Replica } from '../../../src/core/group/replica.ts'
import { openContent, readSealed } from '../../../src/core/group/sealed.ts'
import { textIn } from './device.ts'

/**
 * What somebody can read who recorded every event and stole a device's replica with all its keys: opens every slot with
 * every stolen seed, every epoch with every chaining secret found on the way, and turns every ratchet.
 */
export const readableBy = async (
  crypto: Crypto,
  stolen: Replica,
  recorded: readonly SignedEvent[],
): Promise<readonly string[]> => {
  const rings: Keyring[] = [stolen.keyring]
  for (const event of recorded) {
    const epoch = event.kind === KIND.epoch ? await broken(crypto, stolen, { event, rings }) : undefined
    if (epoch) rings.push(epoch)
  }
  return recorded.flatMap((event) => {
    const text = event.kind === KIND.sealed ? rings.map((ring) => unsealed(ring, event)).find(Boolean) : undefined
    return text === undefined ? [] : [text]
  })
}

/** A keyring with the epoch as it was when it was made, when a stolen seed opens its slot. */
const broken = async (
  crypto: Crypto,
  stolen: Replica,
  input: { readonly event: SignedEvent; readonly rings: readonly Keyring[] },
): Promise<Keyring | undefined> => {
  const { event, rings } = input
  const body = readEpoch(event.body)
  const members = membershipAt(stolen, event.control)?.members
  if (!body || !members) return undefined
  const [depth, parent] = body
  const place = { ...event, depth, parent, members }
  for (const slot of body[5])
    for (const chaining of chainings(rings, parent)) {
      const own = ownSlotKeyId(stolen.keyring, slot[1])
      const input = { body, slot, seed: own?.seed ?? new Uint8Array(32), parent: chaining }
      const secrets = await openEpoch(crypto, place, input)
      const epoch = { id: event.id, depth, author: event.author, members: members.digest, made: 0, unopenedBy: [] }
      if (secrets) return withEpoch({ ...stolen.keyring, epochs: [] }, { ...epoch, secrets })
    }
  return undefined
}

const chainings = (rings: readonly Keyring[], parent: Hex | null) => {
  if (parent === null) return [undefined]
  return rings.flatMap((ring) => {
    const { members, secrets } = epochOf(ring, parent) ?? {}
    return members !== undefined && secrets ? [{ id: parent, members, ...secrets }] : []
  })
}

const unsealed = (ring: Keyring, event: SignedEvent): string | undefined => {
  const body = readSealed(event.body)
  if (!body) return undefined
  const [epoch, index] = body
  const taken = takeMessageKey(ring, { epoch, device: event.author, index }, 0)
  const plaintext = taken.ok && openContent(taken.value.messageKey, { ...event, epoch, index }, body)
  return plaintext ? textIn(plaintext) : undefined
}

import { fromHex, type Hex } from '../../../src/core/bytes/hex.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import { openEpoch, readEpoch, type EpochSecrets } from '../../../src/core/group/epoch.ts'
import type { Members } from '../../../src/core/group/members.ts'
import type { Replica } from '../../../src/core/group/replica.ts'

/** Every key that a device ever had, for what a thief could do who wiped none of them. */
export class Archive {
  readonly epochs = new Map<Hex, { readonly members: Hex; readonly secrets: EpochSecrets }>()
  readonly #seeds = new Map<Hex, Uint8Array>()

  keep({ keyring }: Replica): void {
    for (const { id, seed } of keyring.own) this.#seeds.set(id, seed)
    for (const { id, members, secrets } of keyring.epochs)
      if (secrets && !this.epochs.has(id)) this.epochs.set(id, { members, secrets })
  }

  /** Tries each key at each slot of an epoch, whoever it is for. True when one of them opens it. */
  async opens(crypto: Crypto, event: SignedEvent, members: Members): Promise<boolean> {
    if (this.epochs.has(event.id)) return true
    const body = readEpoch(event.body)
    if (!body) return false
    const [depth, parent, , , , slots] = body
    const known = parent === null ? undefined : this.epochs.get(parent)
    const above = parent !== null && known ? { id: parent, members: known.members, ...known.secrets } : undefined
    const place = { ...event, depth, parent, members }
    for (const slot of slots)
      for (const [id, seed] of this.#seeds) {
        if (!startsAs(slot[1], id)) continue
        const secrets = await openEpoch(crypto, place, { body, slot, seed, parent: above })
        if (!secrets) continue
        this.epochs.set(event.id, { members: members.digest, secrets })
        return true
      }
    return false
  }
}

const startsAs = (bytes: Uint8Array, id: Hex): boolean => Buffer.compare(bytes, fromHex(id)) === 0

import type { Hex } from '../../../src/core/bytes/hex.ts'
import type { SignedEvent } from '../../../src/core/event/event.ts'
import type { Received } from '../../../src/core/group/receive.ts'
import type { Replica } from '../../../src/core/group/replica.ts'
import { contentIn, readSealed } from '../../../src/core/group/sealed.ts'
import { readContent, type Content } from '../../../src/core/timeline/content.ts'
import type { Disk } from './disk.ts'

/** Which epochs a device still has to complain about or to say again, each of them once in a life. */
export class Repairs {
  readonly #complained = new Set<Hex>()
  readonly #repeated = new Set<Hex>()
  readonly #toComplain = new Set<Hex>()
  readonly #toRepeat = new Set<Hex>()

  note(event: SignedEvent, received: Received): void {
    if (received.kind === 'epoch' && !received.opened && received.why !== 'not-for-us') this.#toComplain.add(event.id)
    if (received.kind === 'unopened') this.#toRepeat.add(received.epoch)
    if (received.kind !== 'sealed') return
    const { kind } = received.why
    const body = kind === 'unknown-epoch' || kind === 'key-gone' ? readSealed(event.body) : undefined
    if (body) this.#toComplain.add(body[0])
  }

  complaints({ keyring, me }: Replica): readonly Hex[] {
    for (const { id, secrets, unopenedBy } of keyring.epochs)
      if (!secrets && !unopenedBy.includes(me.device)) this.#toComplain.add(id)
    return taken(this.#toComplain, this.#complained)
  }

  /** What this device said under epochs that somebody could not open. */
  repetitions(device: Hex, disk: Disk): readonly Content[] {
    const epochs = new Set(taken(this.#toRepeat, this.#repeated))
    if (epochs.size === 0) return []
    return disk.of(device).flatMap(({ id, body }): readonly Content[] => {
      const sealed = readSealed(body)
      const plaintext = disk.plaintexts.get(id)
      const inside = plaintext && contentIn(plaintext)
      const isText = inside && readContent(inside)?.kind === 'text'
      return sealed && epochs.has(sealed[0]) && isText ? [{ kind: 'again', target: id, plaintext }] : []
    })
  }
}

const taken = (wanted: Set<Hex>, done: Set<Hex>): readonly Hex[] => {
  const fresh = [...wanted].filter((id) => !done.has(id))
  for (const id of fresh) done.add(id)
  wanted.clear()
  return fresh
}

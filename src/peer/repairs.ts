import type { Hex } from '../core/bytes/hex.ts'
import type { Draft } from './draft.ts'

/** Complaints about epochs that one batch writes at most: each costs a new key. What is left waits for the next. */
export const COMPLAINTS_MAX = 4
/** Epochs about which it is remembered that they were dealt with, until the peer restarts. */
export const REPAIRED_MAX = 1_024

/** Which epochs this conversation still has to complain about or to say again, each of them once. */
export class Repairs {
  readonly #complained = new Set<Hex>()
  readonly #repeated = new Set<Hex>()
  /** For when this device may write again. */
  readonly #putOff = { complaints: new Set<Hex>(), repetitions: new Set<Hex>() }
  /** What is remembered of the batch that is being written. */
  #pending: readonly (readonly [Set<Hex>, Hex])[] = []

  /** Remembers what a draft has to say and must not say now. */
  putOff({ toComplain, toRepeat }: Draft): void {
    remember(this.#putOff.complaints, [...toComplain])
    remember(this.#putOff.repetitions, [...toRepeat])
  }

  /** Epochs that cannot be opened here and about which nothing was said yet. */
  complaints({ replica, toComplain }: Draft): readonly Hex[] {
    const closed = replica.keyring.epochs.filter(
      (epoch) => !epoch.secrets && !epoch.unopenedBy.includes(replica.me.device),
    )
    const all = new Set([...this.#putOff.complaints, ...toComplain, ...closed.map(({ id }) => id)])
    return this.#remember(this.#complained, [...all].filter((id) => !this.#complained.has(id)).slice(0, COMPLAINTS_MAX))
  }

  /** Epochs that somebody else could not open. */
  repetitions({ toRepeat }: Draft): readonly Hex[] {
    return this.#remember(
      this.#repeated,
      [...new Set([...this.#putOff.repetitions, ...toRepeat])].filter((id) => !this.#repeated.has(id)),
    )
  }

  /** The batch was written, or the disk refused it: then all of it is still to be done. */
  settle(isKept: boolean): void {
    if (!isKept) for (const [set, id] of this.#pending) set.delete(id)
    this.#pending = []
  }

  #remember(set: Set<Hex>, ids: readonly Hex[]): readonly Hex[] {
    this.#pending = [...this.#pending, ...ids.map((id) => [set, id] as const)]
    remember(set, ids)
    return ids
  }
}

const remember = (set: Set<Hex>, ids: readonly Hex[]): void => {
  for (const id of ids) set.add(id)
  while (set.size > REPAIRED_MAX) set.delete(set.values().next().value ?? '')
}

import type { Hex } from '../core/bytes/hex.ts'
import type { Scheduler } from './network/port.ts'
import type { People } from './people.ts'
import { deviceChange, personChange } from './people-records.ts'
import type { RecordChange } from './record.ts'

/** How long what a list says of people may be known in memory alone. */
export const UNWRITTEN_MILLIS_MAX = 1_000
/** How many records of theirs may be. */
export const UNWRITTEN_RECORDS_MAX = 500

/** What keeping record of the unwritten needs of the peer. */
export type UnwrittenPorts = {
  readonly people: People
  readonly scheduler: Scheduler
  readonly keep: (changes: readonly RecordChange[]) => Promise<unknown>
}

/**
 * Which records of people met in passing are still to be written. Strangers say how often these change, so they are
 * written together, at the latest with whatever the peer writes next. Who loses them in a crash loses nothing that was
 * promised: the list that they came from tells of these people again.
 */
export class Unwritten {
  readonly #ports: UnwrittenPorts
  readonly #people = new Set<Hex>()
  readonly #devices = new Set<Hex>()
  #cancel: (() => void) | undefined
  #closed = false

  constructor(ports: UnwrittenPorts) {
    this.#ports = ports
  }

  note(changes: readonly RecordChange[]): void {
    if (this.#closed) return
    for (const { space, key } of changes) (space === 'person' ? this.#people : this.#devices).add(key)
    if (this.#people.size + this.#devices.size >= UNWRITTEN_RECORDS_MAX) void this.settle()
    else this.#cancel ??= this.#ports.scheduler.after(UNWRITTEN_MILLIS_MAX, () => void this.settle())
  }

  /** What to write of them, as they are known now; they are unwritten no longer. */
  take(): readonly RecordChange[] {
    this.#cancel?.()
    this.#cancel = undefined
    const { people } = this.#ports
    const changes: RecordChange[] = []
    for (const key of this.#people) {
      const person = people.person(key)
      changes.push(person ? personChange(person) : { drop: 'record', space: 'person', key })
    }
    for (const key of this.#devices) {
      const device = people.device(key)
      changes.push(device ? deviceChange(device) : { drop: 'record', space: 'device', key })
    }
    this.#people.clear()
    this.#devices.clear()
    return changes
  }

  /** All that is unwritten is on disk afterwards, if the disk takes it. */
  async settle(): Promise<void> {
    const changes = this.take()
    if (changes.length > 0) await this.#ports.keep(changes)
  }

  /** Writes what is left. What is learnt from now on is not kept. */
  async close(): Promise<void> {
    this.#closed = true
    await this.settle()
  }
}

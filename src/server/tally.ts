import { BECAUSES, type Because } from '../core/rendezvous/messages.ts'

/** What the rendezvous has done since it started. Counts alone: no device, no address, no listing. */
export type Tally = {
  /** Links that were opened. */
  opened: number
  /** Links on which a first hello came. */
  hellos: number
  /** Calls brought to the called. */
  calls: number
  /** Calls to somebody who was not here. */
  absent: number
  /** Cards asked for. */
  cards: number
  /** Messages with changes of the people list, and their bytes. */
  pushes: number
  pushedBytes: number
  /** Times that a peer said too much and was read more slowly. */
  held: number
  /** Links that the server ended, by reason. */
  readonly farewells: Record<Because, number>
}

export const emptyTally = (): Tally => ({
  opened: 0,
  hellos: 0,
  calls: 0,
  absent: 0,
  cards: 0,
  pushes: 0,
  pushedBytes: 0,
  held: 0,
  farewells: Object.fromEntries([...BECAUSES, 'other'].map((because) => [because, 0])) as Record<Because, number>,
})

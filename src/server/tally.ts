import { REASONS, type Reason } from '../core/rendezvous/mailbox-messages.ts'
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
  readonly mailboxes: MailboxTally
}

/** What was done with mailboxes, in numbers of blobs and bytes. */
export type MailboxTally = {
  stored: number
  storedBytes: number
  read: number
  readBytes: number
  /** Told of something that was put. */
  arrived: number
  /** Requests that were refused, by reason. */
  readonly refused: Record<Reason, number>
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
  farewells: noneOf([...BECAUSES, 'other']),
  mailboxes: { stored: 0, storedBytes: 0, read: 0, readBytes: 0, arrived: 0, refused: noneOf([...REASONS, 'other']) },
})

const noneOf = <Word extends string>(words: readonly Word[]): Record<Word, number> =>
  Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>

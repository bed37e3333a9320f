import type { Candidate as ReachCandidate } from '../core/reach/known.ts'
import type { Shown } from '../core/reach/state.ts'
import type { Failure, Millis, Path, Presence } from './view.ts'

/** One try to reach somebody over one path. */
export type AttemptView = {
  readonly path: Path
  readonly address: string
  readonly started: Millis
  readonly outcome:
    | { readonly at: 'trying' }
    | { readonly at: 'connected'; readonly after: Millis }
    | { readonly at: 'failed'; readonly after: Millis; readonly failure: Failure }
}

export const ATTEMPTS_SHOWN_MAX = 50

/** An address at which somebody may be reached directly. `from`: how it is known. */
export type Candidate = ReachCandidate

/** "Why can't I reach them?" */
export type ReachView = {
  readonly person: string
  readonly presence: Presence
  readonly link?: {
    readonly path: Path
    readonly address: string
    readonly since: Millis
    /** What the server calls itself that carries it, or else its address; absent where none does. */
    readonly server?: string
    /** As last measured; absent while it was not. */
    readonly roundTrip?: Millis
  }
  /** Where this device shows itself to them. */
  readonly shown: Shown
  /** Empty for strangers: their addresses are nobody's business. */
  readonly candidates: readonly Candidate[]
  /** Newest first, at most ATTEMPTS_SHOWN_MAX. Addresses of strangers are left out. */
  readonly attempts: readonly AttemptView[]
  /** When this person was last linked or seen. */
  readonly lastSeen?: Millis
  /** When the next try starts by itself; absent while linked as well as possible, or when nothing is known to try. */
  readonly next?: Millis
  /** Messages of mine that wait for this person. */
  readonly waiting: number
}

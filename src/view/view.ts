import type { Failure as ReachFailure, Path as ReachPath } from '../core/reach/path.ts'

/**
 * What a screen may know: plain values, made by the peer, sent as they are through the local door. A screen never
 * touches an event or a key. Ids are opaque text; times are milliseconds since 1970 by the clock of this machine.
 */

export type Millis = number

/** How a link to somebody runs, best first. `direct` reaches beyond this network without anybody in between. */
export type Path = ReachPath

export type Presence =
  | { readonly at: 'here'; readonly path: Path; readonly since: Millis }
  | { readonly at: 'away'; readonly since?: Millis }

/** Where this person can be found although no conversation was opened with them yet. */
export type FoundBy = 'nearby' | 'server'

/** What I decided about this person. `new`: nothing yet, a first message from them is a request. */
export type Standing = 'new' | 'accepted' | 'ignored' | 'blocked'

export type PersonView = {
  readonly id: string
  /** The nickname they chose; untrusted text, 1 to 40 characters, checked (see `core/identity/name`). */
  readonly name: string
  /** The name I gave them, mine alone. */
  readonly privateName?: string
  /** Six letters and digits made from the key, like `k7wq2f`. */
  readonly tag: string
  /** True while another person known here has the same or a look-alike name: show the tag beside the name. */
  readonly ambiguous: boolean
  readonly presence: Presence
  readonly foundBy: readonly FoundBy[]
  readonly standing: Standing
}

/**
 * A place in the order everyone agrees on. Compare with `compareOrders`; `time` may lie ahead of any real clock, so
 * never show it: show the line's `at`.
 */
export type Order = { readonly time: number; readonly author: string; readonly seq: number }

/** What one person is known to hold and to have read of the messages that one of my devices wrote, as its sequence. */
export type Progress = {
  readonly device: string
  readonly person: string
  readonly delivered: number
  readonly read: number
}

export type ConversationView = {
  readonly id: string
  readonly kind: 'direct'
  /** The other person. */
  readonly person: string
  /** `request`: they wrote first and I have not answered, accepted, ignored or blocked yet. */
  readonly at: 'open' | 'request' | 'ignored' | 'blocked'
  readonly last?: { readonly text: string; readonly at: Millis; readonly mine: boolean }
  /** 0 to 999; 999 means that many or more. */
  readonly unread: number
  /** When something last happened here, for the order of the list. */
  readonly active: Millis
  readonly draft: string
  readonly progress: readonly Progress[]
  /** The order up to which I have read, for the line "new messages"; absent: nothing yet. */
  readonly readUpTo?: Order
}

export type Reaction = { readonly emoji: string; readonly people: readonly string[] }

/** A line of a conversation. `id` is stable; a line with the same id replaces the one before (edited, reacted to). */
export type LineView = {
  readonly id: string
  readonly order: Order
  readonly at: Millis
  /** The person who wrote it. */
  readonly person: string
  readonly mine: boolean
} & LineContent

export type LineContent =
  | {
      readonly kind: 'message'
      readonly text: string
      readonly reply?: { readonly id: string; readonly person?: string; readonly text: string }
      readonly edited: boolean
      readonly reactions: readonly Reaction[]
    }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'joined' }
  /** `count` messages of this person before this line have not arrived; known from the messages that did. */
  | { readonly kind: 'gap'; readonly count: number }
  /** Two different events with one sequence: somebody changed this person's history, or runs it twice. */
  | { readonly kind: 'forked' }
  /** It arrived and could not be opened: its key is gone or never came. */
  | { readonly kind: 'sealed' }
  /** A newer version of Kith wrote something that this one does not know. It is kept. */
  | { readonly kind: 'newer'; readonly what: string }

/** Where one of my messages is. */
export type Delivery = 'kept' | 'delivered' | 'read'

export type ServerState =
  | { readonly at: 'none' }
  | { readonly at: 'connecting'; readonly address: string }
  | { readonly at: 'connected'; readonly address: string; readonly since: Millis; readonly people: 'on' | 'off' }
  | {
      readonly at: 'unreachable'
      readonly address: string
      readonly since: Millis
      readonly failure: Failure
      readonly next: Millis
    }

/** Why connecting did not work. `detail` is the system's code (ECONNREFUSED) or a short technical sentence. */
export type Failure = ReachFailure

export type StatusView = {
  readonly version: string
  readonly profile: string
  readonly folder: string
  /** Absent until the naming step was answered. */
  readonly me?: { readonly id: string; readonly device: string; readonly name: string; readonly tag: string }
  /** What to prefill the naming step with. */
  readonly suggestedName: string
  readonly server: ServerState
  readonly nearby: { readonly at: 'on' | 'off' } | { readonly at: 'failed'; readonly failure: Failure }
  /** Where this peer listens for others, as text. */
  readonly addresses: readonly string[]
  readonly settings: SettingsView
  /** Set while the disk refuses to keep anything (full, read-only): nothing can be said or received. */
  readonly storeFailure?: { readonly kind: 'full' | 'other'; readonly detail: string }
}

export type SettingsView = {
  readonly readMarkers: boolean
  readonly seenNearby: boolean
  readonly seenOnServer: boolean
}

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

/** "Why can't I reach them?" */
export type ReachView = {
  readonly person: string
  readonly presence: Presence
  readonly link?: { readonly path: Path; readonly address: string; readonly since: Millis }
  /** Newest first, at most ATTEMPTS_SHOWN_MAX. */
  readonly attempts: readonly AttemptView[]
  /** When this person was last linked or seen. */
  readonly lastSeen?: Millis
  /** When the next try starts by itself; absent while linked or when nothing is known to try. */
  readonly next?: Millis
  /** Messages of mine that wait for this person. */
  readonly waiting: number
}

/** What changed, in order. The stream opens with one `snapshot`; everything after it builds on it. */
export type Update =
  | {
      readonly kind: 'snapshot'
      readonly status: StatusView
      readonly people: readonly PersonView[]
      readonly conversations: readonly ConversationView[]
    }
  | { readonly kind: 'status'; readonly status: StatusView }
  | { readonly kind: 'person'; readonly person: PersonView }
  /** A person who is no longer found anywhere and with whom there is no conversation. */
  | { readonly kind: 'person-gone'; readonly person: string }
  | { readonly kind: 'conversation'; readonly conversation: ConversationView }
  | { readonly kind: 'line'; readonly conversation: string; readonly line: LineView }
  /** A line that no longer stands: a gap that was filled. */
  | { readonly kind: 'line-gone'; readonly conversation: string; readonly line: string }
  /** They are typing now; holds for six seconds unless repeated, ends at once with their message. */
  | { readonly kind: 'typing'; readonly conversation: string; readonly person: string }
  /** This subscriber was too slow and lost updates: drop everything and take the next snapshot. */
  | { readonly kind: 'lagged' }

/** Earlier first; by time, then author, then sequence. The same on every device. */
export const compareOrders = (a: Order, b: Order): number =>
  a.time - b.time || (a.author < b.author ? -1 : a.author > b.author ? 1 : a.seq - b.seq)

/** How far a line of mine got: the least of what is known of each other person. */
export const deliveryOf = (line: { readonly order: Order }, progress: readonly Progress[]): Delivery => {
  const mine = progress.filter((each) => each.device === line.order.author)
  if (mine.length > 0 && mine.every((each) => each.read >= line.order.seq)) return 'read'
  if (mine.length > 0 && mine.every((each) => Math.max(each.delivered, each.read) >= line.order.seq)) return 'delivered'
  return 'kept'
}

/** The name to show: "Bobby (Bob)" when I gave them a name, with the tag when somebody else's name looks the same. */
export const shownName = (person: Pick<PersonView, 'name' | 'privateName' | 'tag' | 'ambiguous'>): string => {
  const name = person.privateName === undefined ? person.name : `${person.privateName} (${person.name})`
  return person.ambiguous ? `${name} ·${person.tag}` : name
}

import type { NetworkView } from './network-view.ts'
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
  readonly verified: Verified
}

/**
 * Whether I compared safety numbers with this person. `changed`: I did, and then their keys changed: a device was added
 * that I did not see. `lookalike`: nobody verified, whose name looks like that of somebody I verified.
 */
export type Verified =
  | { readonly at: 'no' }
  | { readonly at: 'yes'; readonly since: Millis }
  | { readonly at: 'changed'; readonly since: Millis; readonly changed: Millis }
  /** `of`: the id of the one I verified. */
  | { readonly at: 'lookalike'; readonly of: string }

/**
 * A place in the order everyone agrees on. Compare with `compareOrders`; `time` may lie ahead of any real clock, so
 * never show it: show the line's `at`.
 */
export type Order = { readonly time: number; readonly author: string; readonly seq: number }

/**
 * How far the messages that one of my devices wrote got, as its sequence: up to `sealed` they lie on a server for who is
 * away; up to `delivered` and `read` everybody else in the conversation has them, and has read them.
 */
export type Progress = {
  readonly device: string
  readonly sealed: number
  readonly delivered: number
  readonly read: number
}

export type Role = 'admin' | 'member'

/** Two people, or a group. The members of a group are asked for (`members`): there may be 250 of them. */
export type Talk =
  | {
      readonly kind: 'direct'
      /** The other person. */
      readonly person: string
    }
  | {
      readonly kind: 'group'
      readonly title: string
      /** Changes with the picture, which is asked for (`picture`). Absent: it has none. */
      readonly picture?: string
      /** What I am in it. `gone`: I left or was removed; nothing can be said any more. */
      readonly role: Role | 'gone'
      /** Nothing of it has reached this device yet: until then nothing can be said in it. */
      readonly arriving?: true
      /** People in it, me included. */
      readonly size: number
      /** Up to four others, for the list and the header. */
      readonly some: readonly string[]
      /** Who brought me in. */
      readonly by?: string
      /** False above 64 devices: traffic that is recorded now might be opened by a future quantum computer. */
      readonly postQuantum: boolean
    }

export type ConversationView = Talk & {
  readonly id: string
  /**
   * `request`: they wrote first, or added me to a group, and I have not answered, accepted, ignored or blocked yet. A
   * group is accepted, ignored or blocked with `answer`.
   */
  readonly at: 'open' | 'request' | 'ignored' | 'blocked'
  readonly muted: boolean
  /** Events that arrived and wait for others that they build on. */
  readonly heldBack: number
  /** What people call the server on which messages lie for who is away. */
  readonly sealedAt?: string
  /** `person`: who wrote it, in a group. */
  readonly last?: { readonly text: string; readonly at: Millis; readonly mine: boolean; readonly person?: string }
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

/** The line that a message answers, as it stands. */
export type Quote = { readonly id: string } & (
  | { readonly kind: 'message'; readonly person: string; readonly text: string }
  | { readonly kind: 'deleted'; readonly person: string }
  /** It is not here, or cannot be read. */
  | { readonly kind: 'unknown' }
)

export type LineContent =
  | {
      readonly kind: 'message'
      readonly text: string
      readonly reply?: Quote
      readonly edited: boolean
      readonly reactions: readonly Reaction[]
    }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'joined' }
  /** Something about the group changed. `person` of the line is who did it. */
  | { readonly kind: 'change'; readonly change: GroupChange }
  /** History from before `with` joined was shared with them; `days` absent: all of it. */
  | { readonly kind: 'shared'; readonly with: string; readonly days?: number; readonly count: number }
  /** They brought me into this group (a line of the direct conversation with them). */
  | { readonly kind: 'introduced'; readonly group: string; readonly title: string }
  /** Written by somebody who was removed by then, and whose removal the others knew: it does not count. */
  | { readonly kind: 'void' }
  /** They gave this device another key than the others, or a broken one: what they say may not be the same for all. */
  | { readonly kind: 'split' }
  /** They speak from a device that was not known before. */
  | { readonly kind: 'device' }
  /** `count` messages of this person before this line have not arrived; known from the messages that did. */
  | { readonly kind: 'gap'; readonly count: number }
  /** Two different events with one sequence: somebody changed this person's history, or runs it twice. */
  | { readonly kind: 'forked' }
  /** It arrived and could not be opened: its key is gone or never came. */
  | { readonly kind: 'sealed' }
  /** A newer version of Kith wrote something that this one does not know. It is kept. */
  | { readonly kind: 'newer'; readonly what: string }

export type GroupChange =
  | { readonly kind: 'founded'; readonly title: string }
  | { readonly kind: 'added'; readonly person: string; readonly role: Role }
  | { readonly kind: 'removed'; readonly person: string }
  | { readonly kind: 'left'; readonly person: string }
  | { readonly kind: 'role'; readonly person: string; readonly role: Role }
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'picture' }

/** Where one of my messages is: on this device alone, sealed on a server as well, with everybody, read by everybody. */
export type Delivery = 'kept' | 'sealed' | 'delivered' | 'read'

export type MemberView = {
  readonly person: string
  readonly role: Role
  readonly me: boolean
  readonly devices: number
}

/** Where a message of mine is for one person. */
export type DeliveryTo = { readonly person: string; readonly delivery: Delivery }

/** How much of what was said before is shared with somebody new. */
export type History =
  | { readonly share: 'none' }
  | { readonly share: 'days'; readonly days: number }
  | { readonly share: 'all' }

/** The safety number that I share with somebody. */
export type SafetyView = {
  readonly person: string
  /** 60 digits. */
  readonly digits: string
  /** What the QR code says. */
  readonly code: string
  readonly verified: Verified
}

/** How it stands with one of the servers that I use. */
export type ServerState =
  | { readonly at: 'connecting'; readonly address: string }
  | {
      readonly at: 'connected'
      readonly address: string
      readonly since: Millis
      readonly people: 'on' | 'off'
      /** What the server calls itself. */
      readonly name?: string
      /** Whether it keeps sealed messages for who is away. */
      readonly mailboxes: 'on' | 'off'
    }
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
  /** The servers that I use, the preferred one first. */
  readonly servers: readonly ServerState[]
  readonly nearby: { readonly at: 'on' | 'off' } | { readonly at: 'failed'; readonly failure: Failure }
  /** Where this peer listens for others, as text. */
  readonly addresses: readonly string[]
  readonly network: NetworkView
  readonly settings: SettingsView
  /** Whether everything here is encrypted with a passphrase that is asked for at the start. */
  readonly passphrase: boolean
  /** Set while messages for who is away cannot be left on the server: they stay kept here. */
  readonly mailboxFailure?: { readonly kind: 'full' | 'slow' | 'other'; readonly server: string }
  /** Set while the disk refuses to keep anything (full, read-only): nothing can be said or received. */
  readonly storeFailure?: { readonly kind: 'full' | 'other'; readonly detail: string }
}

export type SettingsView = {
  readonly readMarkers: boolean
  readonly seenNearby: boolean
  readonly seenOnServer: boolean
  /** Whether anybody but servers may learn where this device is: off, all goes through servers. */
  readonly directly: boolean
  /** Whether the router is asked to pass a port on, so that others reach this device from outside. */
  readonly mapPorts: boolean
}

/** Earlier first; by time, then author, then sequence. The same on every device. */
export const compareOrders = (a: Order, b: Order): number =>
  a.time - b.time || (a.author < b.author ? -1 : a.author > b.author ? 1 : a.seq - b.seq)

/** How far a line of mine got. */
export const deliveryOf = (line: { readonly order: Order }, progress: readonly Progress[]): Delivery => {
  const { author, seq } = line.order
  const mine = progress.find((each) => each.device === author)
  if (!mine) return 'kept'
  if (mine.read >= seq) return 'read'
  if (mine.delivered >= seq) return 'delivered'
  return mine.sealed >= seq ? 'sealed' : 'kept'
}

/** The name to show: "Bobby (Bob)" when I gave them a name, with the tag when somebody else's name looks the same. */
export const shownName = (person: Pick<PersonView, 'name' | 'privateName' | 'tag' | 'ambiguous'>): string => {
  const name = person.privateName === undefined ? person.name : `${person.privateName} (${person.name})`
  return person.ambiguous ? `${name} ·${person.tag}` : name
}

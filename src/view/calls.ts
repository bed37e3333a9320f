import type { Result } from '../core/bytes/result.ts'
import type { InvitationOffer, InvitationView } from './invitation-view.ts'
import type { Update } from './update.ts'
import type { ReachView } from './reach-view.ts'
import type {
  DeliveryTo,
  History,
  LineView,
  MemberView,
  Order,
  Role,
  SafetyView,
  SettingsView,
  StatusView,
} from './view.ts'

/** Why a call did nothing. The words for people are in `refusal-words.ts`. */
export type Refusal =
  | { readonly kind: 'name-needed' }
  | { readonly kind: 'name-empty' }
  | { readonly kind: 'name-too-long'; readonly length: number; readonly limit: number }
  | { readonly kind: 'name-forbidden'; readonly character: string }
  | { readonly kind: 'text-empty' }
  | { readonly kind: 'text-too-long'; readonly bytes: number; readonly limit: number }
  | { readonly kind: 'unknown-person'; readonly who: string }
  /** `who` on a command line fits several people: the tags tell them apart. */
  | { readonly kind: 'unclear-person'; readonly who: string; readonly people: readonly string[] }
  | { readonly kind: 'unknown-conversation' }
  | { readonly kind: 'unknown-line' }
  /** Nothing is known yet of this person's keys, so nothing can be sealed for them; they must be met once. */
  | { readonly kind: 'not-met' }
  | { readonly kind: 'blocked' }
  /** Only an admin of the group may do this. */
  | { readonly kind: 'not-admin' }
  /** I left this group, or was removed. */
  | { readonly kind: 'gone' }
  /** I was let into this group, and nothing of it has reached this device yet. */
  | { readonly kind: 'arriving' }
  /** The profile was restored, and how far it had written here is still to be heard: from this person, or a member. */
  | { readonly kind: 'restoring'; readonly name: string | null }
  | { readonly kind: 'not-a-member'; readonly who: string }
  | { readonly kind: 'member-already'; readonly who: string }
  /** This call is about groups, or about two people, and this conversation is the other. */
  | { readonly kind: 'not-a-group' }
  | { readonly kind: 'group-full'; readonly limit: number }
  | { readonly kind: 'title-empty' }
  | { readonly kind: 'title-too-long'; readonly length: number; readonly limit: number }
  | { readonly kind: 'title-forbidden'; readonly character: string }
  | { readonly kind: 'picture-too-large'; readonly bytes: number; readonly limit: number }
  | { readonly kind: 'picture-unknown' }
  | { readonly kind: 'unknown-invitation' }
  /** The text is no invitation: it was cut, changed, or never was one. */
  | { readonly kind: 'invitation-mangled' }
  /** Made by a later version of Kith. */
  | { readonly kind: 'invitation-newer' }
  | { readonly kind: 'invitation-expired'; readonly at: number }
  | { readonly kind: 'invitation-own' }
  /** So many invitations are open, or waited for, as this peer keeps at one time. */
  | { readonly kind: 'invitations-full'; readonly limit: number }
  /** What was scanned is not the safety number that we share: `other` is true when it is somebody else's code. */
  | { readonly kind: 'safety-mismatch'; readonly other: boolean }
  | { readonly kind: 'safety-unreadable' }
  | { readonly kind: 'not-yours' }
  /** The message that was to be changed or reacted to was deleted meanwhile. */
  | { readonly kind: 'message-deleted' }
  | { readonly kind: 'server-address'; readonly text: string }
  /** More servers than one person uses. */
  | { readonly kind: 'servers-full'; readonly limit: number }
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'disk-failed'; readonly detail: string }
  | { readonly kind: 'outdated'; readonly detail: string }
  /** What was passed breaks a length, range or form that every caller must keep; said by the local door. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /** The peer behind this connection cannot be asked any more; said by the door's client. Whether it was done is open. */
  | { readonly kind: 'disconnected' }

export type Answer<Value> = Promise<Result<Value, Refusal>>

export type Said = { readonly conversation: string; readonly line: string; readonly order: Order }

export type HistoryPage = {
  /** In order, oldest first. */
  readonly lines: readonly LineView[]
  readonly more: boolean
}

/**
 * The calls of a peer: the same for a window, a terminal and a bot. Every call answers a `Result`; none throws for
 * anything that a caller can pass. A call that reports something as said or changed does so once it is on disk.
 */
export interface Calls {
  /** Ends when `signal` aborts. The first update is a snapshot. What a slow reader may queue is bounded (`lagged`). */
  updates(signal: AbortSignal): AsyncIterable<Update>
  status(): Promise<StatusView>
  /** The conversation with this person; makes one when there is none. Sends nothing yet. */
  open(input: { readonly person: string }): Answer<{ readonly conversation: string }>
  /**
   * A page of the conversation that ends before `before` (exclusive), or starts after `after` (exclusive), or, with
   * neither, the newest. `limit` is 1 to 500.
   */
  history(input: {
    readonly conversation: string
    readonly before?: Order
    readonly after?: Order
    readonly limit: number
  }): Answer<HistoryPage>
  /** Answers once the message is on disk here; delivery shows in the conversation's `progress`. */
  say(input: { readonly conversation: string; readonly text: string; readonly reply?: string }): Answer<Said>
  edit(input: { readonly conversation: string; readonly line: string; readonly text: string }): Answer<Said>
  /** Takes a message of mine back: it shows as deleted on both sides. */
  unsay(input: { readonly conversation: string; readonly line: string }): Answer<Said>
  react(input: {
    readonly conversation: string
    readonly line: string
    readonly emoji: string
    readonly on: boolean
  }): Answer<Said>
  /** I have seen everything up to here. */
  read(input: { readonly conversation: string; readonly upTo: Order }): Answer<null>
  /** I am typing; call at most every three seconds. Never stored, dropped first. */
  typing(input: { readonly conversation: string }): Answer<null>
  draft(input: { readonly conversation: string; readonly text: string }): Answer<null>
  /** Accept or ignore a request, block somebody, or unblock them (`accepted`). */
  decide(input: { readonly person: string; readonly standing: 'accepted' | 'ignored' | 'blocked' }): Answer<null>
  /** Choose or change my nickname. Trims and normalises (NFC). */
  rename(input: { readonly name: string }): Answer<{ readonly name: string }>
  /** Give somebody a name of my own, or take it away with the empty text. */
  namePrivately(input: { readonly person: string; readonly name: string }): Answer<null>
  configure(input: Partial<SettingsView>): Answer<null>
  /** Each `HOST` or `HOST:PORT`, the preferred one first; none for no server. */
  useServers(input: { readonly addresses: readonly string[] }): Answer<null>
  reach(input: { readonly person: string }): Answer<ReachView>
  /** Try all paths to this person now. */
  tryNow(input: { readonly person: string }): Answer<null>
  /** Ask the servers and the router anew about this network; what they say shows in the status. */
  lookAgain(): Answer<null>
  /** Newest first. Every word must occur, the last may be a beginning. */
  search(input: {
    readonly text: string
    readonly conversation?: string
    readonly limit: number
  }): Answer<readonly { readonly conversation: string; readonly line: LineView }[]>

  /** Makes a group with me as its admin, and adds these people to it. */
  found(input: {
    readonly title: string
    readonly people: readonly string[]
  }): Answer<{ readonly conversation: string }>
  /** Everybody in a group; admins first, then by name as it is shown. */
  members(input: { readonly conversation: string }): Answer<readonly MemberView[]>
  add(input: {
    readonly conversation: string
    readonly person: string
    readonly role: Role
    readonly history: History
  }): Answer<null>
  remove(input: { readonly conversation: string; readonly person: string }): Answer<null>
  leave(input: { readonly conversation: string }): Answer<null>
  setRole(input: { readonly conversation: string; readonly person: string; readonly role: Role }): Answer<null>
  retitle(input: { readonly conversation: string; readonly title: string }): Answer<null>
  /** A `data:` URL of a PNG, JPEG or WebP of at most 32 KiB; empty for none. */
  setPicture(input: { readonly conversation: string; readonly picture: string }): Answer<null>
  /** The group's picture as a `data:` URL; empty when it has none. */
  picture(input: { readonly conversation: string }): Answer<{ readonly picture: string }>
  /** Accept, ignore or block a group that somebody added me to. */
  answer(input: { readonly conversation: string; readonly standing: 'accepted' | 'ignored' | 'blocked' }): Answer<null>
  /** Where a message of mine is, for each other person; who needs it longest first. */
  delivery(input: { readonly conversation: string; readonly line: string }): Answer<readonly DeliveryTo[]>
  mute(input: { readonly conversation: string; readonly on: boolean }): Answer<null>
  /** Deletes what was said from this device, for good. Others keep theirs. A group is left first. */
  forget(input: { readonly conversation: string }): Answer<null>

  /** Makes an invitation to talk to me, or into a group. `days` until it expires: 1 to 365. */
  invite(input: {
    readonly conversation?: string
    readonly role: Role
    readonly uses: number
    readonly days: number
    readonly history: History
  }): Answer<InvitationView>
  revoke(input: { readonly invitation: string }): Answer<null>
  /** Reads the text of an invitation. */
  examine(input: { readonly link: string }): Answer<InvitationOffer>
  /** Accepts an invitation; what becomes of it shows in `joining` updates. */
  join(input: { readonly link: string }): Answer<{ readonly joining: string }>
  /** Takes a joining off the list, and gives it up if nobody has answered. */
  forgetJoining(input: { readonly joining: string }): Answer<null>

  safety(input: { readonly person: string }): Answer<SafetyView>
  /** I compared the digits (`scanned` absent), or scanned this code from their screen. */
  verify(input: { readonly person: string; readonly scanned?: string }): Answer<null>
  unverify(input: { readonly person: string }): Answer<null>
}

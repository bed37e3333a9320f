import type { Hex } from '../../core/bytes/hex.ts'
import type { Result } from '../../core/bytes/result.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import type { Card } from '../../core/identity/card.ts'
import type { InvitationLink } from '../../core/invitation/link.ts'
import type { ServerAddress } from '../../core/reach/server-address.ts'
import type { Store } from '../../store/port.ts'
import type { Calls, Refusal } from '../../view/calls.ts'
import type { InvitationView, JoiningView } from '../../view/invitation-view.ts'
import type { Update } from '../../view/update.ts'
import type { History, Role, ServerState } from '../../view/view.ts'
import type { Scheduler } from '../network/port.ts'
import type { Self } from '../self.ts'

/** The invitations of a peer, and those that it accepted: the calls about them, and what the peer tells of the world. */
export type Invitations = Pick<Calls, 'invite' | 'revoke' | 'examine' | 'join' | 'forgetJoining'> & {
  /** Those of mine, and those of groups in which I am an admin. */
  list(): readonly InvitationView[]
  joinings(): readonly JoiningView[]
  /** Whether this person asked to be let into this group, and has no answer yet. */
  isAwaited(group: Hex): boolean
  /** A device is linked and proved who it is: requests for it can go out. */
  linked(card: Card): void
  /** A linked device, whose card is this, sent a request (as the newcomer) or an answer (as who lets in). */
  heard(card: Card, said: { readonly kind: 'request' | 'answer'; readonly bytes: Uint8Array }): void
  /** The invitations of this group, or my part in it, may have changed. Called for every group at the start, too. */
  groupChanged(conversation: Hex): void
  /** Forgets everything about a group that was deleted here. */
  groupForgotten(conversation: Hex): void
  /** The server came or went: what waits in mailboxes can be read and written, or no longer. */
  serverChanged(): void
  /** What `mailboxes.heldAt` answers may have changed. */
  placed(): void
  close(): void
}

/** What the invitations need of their peer. */
export type InvitationsPorts = {
  readonly store: Store
  readonly crypto: Crypto
  readonly scheduler: Scheduler
  readonly random: (bytes: number) => Uint8Array
  readonly self: () => Self
  /** Own card as bytes; undefined while this peer has no name. */
  readonly card: () => Uint8Array | undefined
  readonly servers: () => readonly ServerState[]
  readonly chosenServers: {
    /** As `HOST:PORT`, none when I want none; undefined when I never chose. */
    readonly own: readonly string[] | undefined
    /** Whether servers of others are visited to find them there. */
    readonly visits: boolean
    /** Uses these, as I never chose. */
    adopt(servers: readonly ServerAddress[]): Promise<void>
  }
  /** Where this device can be dialled. */
  readonly addresses: () => readonly string[]
  /** Tells every screen: `invitation`, `joining`, `joining-gone`. */
  readonly tell: (update: Update) => void
  readonly people: {
    name(person: Hex): string | undefined
    isBlocked(person: Hex): boolean
    /** Learns a card whose signatures were verified, and reaches for its device from now on. */
    meet(card: Card, addresses: readonly string[]): Promise<void>
    /** Reaches for a device of whose person nothing but the key is known: the inviter named it in the link. */
    seek(device: Hex, link: Pick<InvitationLink, 'addresses' | 'servers'>): void
    /**
     * They are a contact from now on, and the conversation with them is open on this side. `meeting` is the secret of a
     * mailbox for the two, until they have heard from each other: the one that was given, that was there, or a new one.
     */
    accept(
      person: Hex,
      meeting?: Uint8Array,
    ): Promise<Result<{ readonly conversation: Hex; readonly meeting: Uint8Array }, Refusal>>
  }
  readonly groups: {
    /** Undefined for what is no group here. */
    of(conversation: Hex): { readonly title: string; readonly role: Role | 'gone' } | undefined
    isIn(conversation: Hex, person: Hex): boolean
    /** Whether they ever were in it: whoever left or was removed does not come in again by an invitation. */
    wasIn(conversation: Hex, person: Hex): boolean
    /** Whether a removal of theirs stands, or they left. */
    wasRemoved(conversation: Hex, person: Hex): boolean
    /** Those that this group has, whoever made them; those that were taken back, too. */
    invitations(conversation: Hex): readonly GroupInvitation[]
    /** Writes the operation, and says the secret in the group so that every admin can let people in. */
    invite(conversation: Hex, invitation: NewGroupInvitation): Promise<Result<null, Refusal>>
    uninvite(conversation: Hex, invitation: Hex): Promise<Result<null, Refusal>>
    /**
     * Lets somebody in, who showed that they hold the secret: the operation, an epoch, and the history that the
     * invitation promises; nothing of it for whoever is in already. Answers the introduction, to be sealed for them and
     * put into the answer.
     */
    admit(
      conversation: Hex,
      newcomer: { readonly card: Card; readonly invitation: Hex },
    ): Promise<Result<Uint8Array, Refusal>>
    /**
     * Takes an introduction into this conversation that answers a request of mine: the group is accepted, and its
     * members are reached for. Refused as `invitation-mangled` when it is none, or leads elsewhere.
     */
    enter(conversation: Hex, introduction: Uint8Array, by: Hex): Promise<Result<null, Refusal>>
  }
  /** Says it to a linked device; false when it is not linked. */
  readonly say: (device: Hex, said: { readonly kind: 'request' | 'answer'; readonly bytes: Uint8Array }) => boolean
  readonly mailboxes: InvitationMailboxes
}

/** The mailboxes of invitations, each named by a secret that only its invitation's link holds. */
export type InvitationMailboxes = {
  /** Where this mailbox is, as `HOST:PORT`, of an invitation that named servers. Otherwise it is at my own. */
  at(mailbox: Uint8Array, servers: readonly string[]): void
  /** Puts it there once a server is reached, and says which one took it. Replaces what waits under this key. */
  put(
    mailbox: Uint8Array,
    key: string,
    blob: { readonly kind: 'request' | 'answer' | 'card'; readonly bytes: Uint8Array },
  ): void
  /** Calls back with everything that lies there and that comes from now on; again after a restart of this peer. */
  watch(
    mailbox: Uint8Array,
    on: (blob: { readonly kind: 'request' | 'answer' | 'card'; readonly bytes: Uint8Array }) => void,
  ): () => void
  /** Takes away what was put under this key, and puts it no more. */
  drop(mailbox: Uint8Array, key: string): void
  /** What people call the server that holds what was put under this key; undefined while it lies on none. */
  heldAt(mailbox: Uint8Array, key: string): string | undefined
}

/** An invitation as the members of a group know it. */
export type GroupInvitation = {
  /** Hash of the secret. */
  readonly id: Hex
  /** Absent when it was not said to this device. */
  readonly secret?: Uint8Array
  readonly by: Hex
  readonly role: Role
  readonly history: History
  readonly made: number
  readonly expires: number
  readonly uses: number
  readonly used: number
  readonly revoked: boolean
}

export type NewGroupInvitation = {
  readonly id: Hex
  readonly secret: Uint8Array
  readonly role: Role
  readonly history: History
  readonly expires: number
  readonly uses: number
}

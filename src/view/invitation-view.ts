import type { Millis, Role, History } from './view.ts'

/** An invitation of mine, or of a group in which I am an admin. */
export type InvitationView = {
  readonly id: string
  /** The text to give away: a `kith:` link. Absent when another admin made it and it has not arrived here. */
  readonly link?: string
  /** The group it leads into; absent: to me. */
  readonly conversation?: string
  readonly role: Role
  readonly history: History
  readonly made: Millis
  readonly expires: Millis
  readonly uses: number
  readonly used: number
  readonly state: 'open' | 'used' | 'expired' | 'revoked'
  /** Whether somebody who answers while I am away can leave the answer on a server. */
  readonly waitsAt?: string
}

/** What the text of an invitation says, before anything is done with it. All of it is the word of who made it. */
export type InvitationOffer = {
  readonly id: string
  readonly inviter: { readonly person: string; readonly name: string; readonly tag: string }
  readonly group?: { readonly title: string; readonly role: Role }
  readonly expires: Millis
  /** Where answers can wait for the inviter. They become mine when I never chose any. */
  readonly servers: readonly string[]
  /**
   * `mine`: one of them is mine, or becomes mine. `visited`: none is, and Kith visits one to leave the answer there.
   * `apart`: none is, and Kith visits none, since it is to connect to my servers alone; or there is none.
   */
  readonly way: 'mine' | 'visited' | 'apart'
}

/** An invitation that I accepted. */
export type JoiningView = {
  readonly id: string
  readonly inviter: { readonly person: string; readonly name: string; readonly tag: string }
  readonly group?: { readonly title: string }
  readonly since: Millis
  readonly state:
    /** Nobody who could let me in has answered. `left`: where my answer waits for them. */
    | { readonly at: 'waiting'; readonly left?: string }
    | { readonly at: 'in'; readonly conversation: string }
    | { readonly at: 'refused'; readonly because: JoinRefusal }
}

export type JoinRefusal = 'used' | 'expired' | 'revoked' | 'not-allowed'

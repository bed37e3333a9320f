import type { Hex } from '../core/bytes/hex.ts'
import type { Conversation, Kept } from './conversation.ts'
import type { People } from './people.ts'
import type { Room } from './room.ts'
import type { LinkSession } from './session.ts'
import type { Sessions } from './sessions.ts'

/** Which conversations are spoken of with which devices, and what is said when they grow. */
export class Sharing {
  readonly #people: People
  readonly #sessions: Sessions

  constructor(input: { readonly people: People; readonly sessions: Sessions }) {
    this.#people = input.people
    this.#sessions = input.sessions
  }

  /** The sessions on which a conversation is spoken of. */
  sessionsOf(room: Room): readonly LinkSession[] {
    return this.sessionsWith(room.person)
  }

  sessionsWith(person: Hex): readonly LinkSession[] {
    return this.#people.devicesOf(person).flatMap((device) => this.#sessions.with(device.id) ?? [])
  }

  share(session: LinkSession, { id, vector }: Conversation): void {
    session.share(id, vector)
    // For a session that is current again: what happened while another was.
    session.grew(id, vector, [], NOTHING)
  }

  /** What is new goes to everybody who lacks it. */
  grew(room: Room, kept: Kept): void {
    for (const session of this.sessionsOf(room)) {
      const fromThem = kept.arrivals.get(session.link.device) ?? NOTHING
      session.grew(room.conversation.id, kept.vector, kept.fresh, fromThem)
    }
  }
}

const NOTHING: ReadonlyMap<Hex, number> = new Map()

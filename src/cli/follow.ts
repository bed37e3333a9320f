import { unreachable } from '../core/bytes/result.ts'
import type { Calls } from '../view/calls.ts'
import type { InvitationView, JoiningView } from '../view/invitation-view.ts'
import type { Update } from '../view/update.ts'
import type { ConversationView, PersonView, StatusView } from '../view/view.ts'
import type { World } from './command.ts'

/** What a peer has told so far. */
export type Seen = {
  readonly status: StatusView | undefined
  readonly people: ReadonlyMap<string, PersonView>
  readonly conversations: ReadonlyMap<string, ConversationView>
  readonly invitations: ReadonlyMap<string, InvitationView>
  readonly joinings: ReadonlyMap<string, JoiningView>
}

export type Outcome<Value> =
  | { readonly at: 'found'; readonly value: Value }
  | { readonly at: 'late' }
  /** The peer, or the user, ended it. */
  | { readonly at: 'over' }

/** One reading of a peer's updates. Read it in one place at a time. */
export type Following = {
  readonly seen: Seen
  /** Waits for the first snapshot. False when there will be none. */
  begun(): Promise<boolean>
  /** The next update, already part of `seen`; nothing when there are no more. */
  next(): Promise<Update | undefined>
  /** Reads on until `test` gives something; asks it first about what is seen already. Without `within`, for good. */
  until<Value>(
    test: () => Value | undefined,
    within?: { readonly world: Pick<World, 'wait'>; readonly millis: number },
  ): Promise<Outcome<Value>>
  end(): Promise<void>
}

const NOTHING_SEEN: Seen = {
  status: undefined,
  people: new Map(),
  conversations: new Map(),
  invitations: new Map(),
  joinings: new Map(),
}

/** Follows a peer's updates from now on until `signal` aborts, they end, or `end` is called. */
export const followPeer = (calls: Calls, signal: AbortSignal): Following => {
  const ending = new AbortController()
  const iterator = calls.updates(AbortSignal.any([signal, ending.signal]))[Symbol.asyncIterator]()
  let seen: Seen = NOTHING_SEEN
  // One request for the next update at a time: an `until` that comes too late leaves its own for the next reader.
  let asked: Promise<IteratorResult<Update>> | undefined

  const take = (result: IteratorResult<Update>): Update | undefined => {
    asked = undefined
    if (result.done === true) return undefined
    seen = withUpdate(seen, result.value)
    return result.value
  }
  const ask = (): Promise<IteratorResult<Update>> => (asked ??= iterator.next())
  const next = async (): Promise<Update | undefined> => take(await ask())

  return {
    get seen() {
      return seen
    },
    begun: async () => {
      while (seen.status === undefined) if ((await next()) === undefined) return false
      return true
    },
    next,
    until: async (test, within) => {
      const done = new AbortController()
      const late = within?.world.wait(within.millis, done.signal).then(() => 'late' as const)
      try {
        for (;;) {
          const value = test()
          if (value !== undefined) return { at: 'found', value }
          const result = await (late === undefined ? ask() : Promise.race([ask(), late]))
          if (result === 'late') return { at: 'late' }
          if (take(result) === undefined) return { at: 'over' }
        }
      } finally {
        done.abort()
      }
    },
    end: async () => {
      ending.abort()
      await iterator.return?.()
    },
  }
}

const withUpdate = (seen: Seen, update: Update): Seen => {
  switch (update.kind) {
    case 'snapshot':
      return {
        status: update.status,
        people: new Map(update.people.map((each) => [each.id, each])),
        conversations: new Map(update.conversations.map((each) => [each.id, each])),
        invitations: new Map(update.invitations.map((each) => [each.id, each])),
        joinings: new Map(update.joinings.map((each) => [each.id, each])),
      }
    case 'status':
      return { ...seen, status: update.status }
    case 'person':
      return { ...seen, people: new Map(seen.people).set(update.person.id, update.person) }
    case 'person-gone':
      return { ...seen, people: without(seen.people, update.person) }
    case 'conversation':
      return { ...seen, conversations: new Map(seen.conversations).set(update.conversation.id, update.conversation) }
    case 'conversation-gone':
      return { ...seen, conversations: without(seen.conversations, update.conversation) }
    case 'invitation':
      return { ...seen, invitations: new Map(seen.invitations).set(update.invitation.id, update.invitation) }
    case 'joining':
      return { ...seen, joinings: new Map(seen.joinings).set(update.joining.id, update.joining) }
    case 'joining-gone':
      return { ...seen, joinings: without(seen.joinings, update.joining) }
    case 'members':
    case 'line':
    case 'line-gone':
    case 'typing':
    case 'lagged':
      return seen
    default:
      return unreachable(update)
  }
}

const without = <Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> => {
  const left = new Map(map)
  left.delete(key)
  return left
}

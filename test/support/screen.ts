import type { Calls } from '../../src/view/calls.ts'
import type { InvitationView, JoiningView } from '../../src/view/invitation-view.ts'
import type { Update } from '../../src/view/update.ts'
import type { ConversationView, LineView, PersonView, StatusView } from '../../src/view/view.ts'

/** What a window would show: the last word of the updates on everything. */
export type Screen = {
  readonly people: Map<string, PersonView>
  readonly conversations: Map<string, ConversationView>
  readonly invitations: Map<string, InvitationView>
  readonly joinings: Map<string, JoiningView>
  /** Conversations whose members have to be asked for again, in order. */
  readonly membersChanged: string[]
  /** Lines that came as updates, by conversation and id. */
  readonly lines: Map<string, Map<string, LineView>>
  /** Names of the kinds of updates, in order. */
  readonly kinds: string[]
  status: StatusView | undefined
  typing: number
  close(): void
}

/** The other person of a direct conversation. */
export const otherIn = (conversation: ConversationView | undefined): string =>
  conversation?.kind === 'direct' ? conversation.person : ''

/** Watches a peer's updates from now on. */
export const openScreen = (calls: Calls): Screen => {
  const stop = new AbortController()
  const screen: Screen = {
    people: new Map(),
    conversations: new Map(),
    invitations: new Map(),
    joinings: new Map(),
    membersChanged: [],
    lines: new Map(),
    kinds: [],
    status: undefined,
    typing: 0,
    close: () => stop.abort(),
  }
  const watch = async (): Promise<void> => {
    for await (const update of calls.updates(stop.signal)) show(screen, update)
  }
  void watch()
  return screen
}

const show = (screen: Screen, update: Update): void => {
  screen.kinds.push(update.kind)
  switch (update.kind) {
    case 'snapshot':
      screen.status = update.status
      screen.people.clear()
      screen.conversations.clear()
      screen.invitations.clear()
      screen.joinings.clear()
      for (const invitation of update.invitations) screen.invitations.set(invitation.id, invitation)
      for (const joining of update.joinings) screen.joinings.set(joining.id, joining)
      for (const person of update.people) screen.people.set(person.id, person)
      for (const conversation of update.conversations) screen.conversations.set(conversation.id, conversation)
      return
    case 'status':
      screen.status = update.status
      return
    case 'person':
      screen.people.set(update.person.id, update.person)
      return
    case 'person-gone':
      screen.people.delete(update.person)
      return
    case 'conversation':
      screen.conversations.set(update.conversation.id, update.conversation)
      return
    case 'conversation-gone':
      screen.conversations.delete(update.conversation)
      screen.lines.delete(update.conversation)
      return
    case 'members':
      screen.membersChanged.push(update.conversation)
      return
    case 'invitation':
      screen.invitations.set(update.invitation.id, update.invitation)
      return
    case 'joining':
      screen.joinings.set(update.joining.id, update.joining)
      return
    case 'joining-gone':
      screen.joinings.delete(update.joining)
      return
    case 'line':
      linesOf(screen, update.conversation).set(update.line.id, update.line)
      return
    case 'line-gone':
      linesOf(screen, update.conversation).delete(update.line)
      return
    case 'typing':
      screen.typing += 1
      return
    case 'lagged':
      screen.lines.clear()
      return
  }
}

const linesOf = (screen: Screen, conversation: string): Map<string, LineView> => {
  const lines = screen.lines.get(conversation) ?? new Map<string, LineView>()
  screen.lines.set(conversation, lines)
  return lines
}

import { refuse, type Result } from '../../../src/core/bytes/result.ts'
import type { Calls, Refusal } from '../../../src/view/calls.ts'
import type { InvitationView, JoiningView } from '../../../src/view/invitation-view.ts'
import type { Update } from '../../../src/view/update.ts'
import type {
  ConversationView,
  LineContent,
  LineView,
  MemberView,
  PersonView,
  StatusView,
  Talk,
} from '../../../src/view/view.ts'
import { idOf, ME, type Story } from './people.ts'

/** A call as it was made: for tests that look at what a window asked. */
export type Called = { readonly name: keyof Calls; readonly input: unknown }

/** What is so in a story, and how it changes: every change is told to all readers. */
export type World = ReturnType<typeof createWorld>

export const createWorld = (story: Story, now: () => number) => {
  let { status } = story
  const people = new Map(story.people.map((each) => [each.id, each]))
  const conversations = new Map(story.conversations.map((each) => [each.id, each]))
  const lines = new Map(Object.entries(story.lines).map(([id, each]) => [id, [...each]]))
  const members = new Map(Object.entries(story.members ?? {}).map(([id, each]) => [id, [...each]]))
  const pictures = new Map(Object.entries(story.pictures ?? {}))
  const invitations = new Map((story.invitations ?? []).map((each) => [each.id, each]))
  const joinings = new Map((story.joinings ?? []).map((each) => [each.id, each]))
  const called: Called[] = []
  const refusals = new Map<keyof Calls, Refusal>()
  const readers = new Set<(update: Update) => void>()
  let waiting = 0
  let late = false
  let made = 0

  const tell = (update: Update): void => {
    for (const reader of readers) reader(update)
  }
  const change = (id: string, facts: Partial<ConversationView> | Partial<Talk>): void => {
    const view = conversations.get(id)
    if (view === undefined) return
    const next = { ...view, ...facts } as ConversationView
    conversations.set(id, next)
    tell({ kind: 'conversation', conversation: next })
  }
  const setPerson = (id: string, facts: Partial<PersonView>): void => {
    const view = people.get(id)
    if (view === undefined) return
    people.set(id, { ...view, ...facts })
    tell({ kind: 'person', person: { ...view, ...facts } })
  }
  const setStatus = (facts: Partial<StatusView>): void => {
    status = { ...status, ...facts }
    tell({ kind: 'status', status })
  }
  const setMembers = (id: string, next: readonly MemberView[]): void => {
    members.set(id, [...next])
    tell({ kind: 'members', conversation: id })
    const others = next.filter((each) => !each.me).map((each) => each.person)
    change(id, {
      size: next.length,
      some: others.slice(0, 4),
      role: next.find((each) => each.me)?.role ?? 'gone',
    })
  }
  const setInvitation = (invitation: InvitationView): void => {
    invitations.set(invitation.id, invitation)
    tell({ kind: 'invitation', invitation })
  }
  const setJoining = (joining: JoiningView): void => {
    joinings.set(joining.id, joining)
    tell({ kind: 'joining', joining })
  }
  const put = (conversation: string, line: LineView): void => {
    const list = lines.get(conversation) ?? []
    const known = list.findLastIndex((each) => each.id === line.id)
    if (known === -1) list.push(line)
    else list[known] = line
    lines.set(conversation, list)
    tell({ kind: 'line', conversation, line, ...(known === -1 && { came: true }) })
  }
  /** A line by somebody, after all that are there. */
  const make = (conversation: string, by: string, content: LineContent): LineView => {
    const mine = by === ME.id
    const author = mine ? ME.device : by
    const all = lines.get(conversation) ?? []
    const seq = 1 + (all.findLast((each) => each.order.author === author)?.order.seq ?? 0)
    const time = Math.max(now(), (all.at(-1)?.order.time ?? 0) + 1)
    return { id: newId(), order: { time, author, seq }, at: now(), person: by, mine, ...content }
  }
  const newId = (): string => idOf(`made ${++made}`)
  const find = (conversation: string, id: string) => lines.get(conversation)?.findLast((line) => line.id === id)

  /** Answers a call: late when the test wants that, and refused when the test said so. */
  const answer = async <Value>(
    name: keyof Calls,
    input: unknown,
    act: () => Result<Value, Refusal>,
  ): Promise<Result<Value, Refusal>> => {
    called.push({ name, input: structuredClone(input) })
    if (waiting > 0) await new Promise((resolve) => setTimeout(resolve, waiting))
    await Promise.resolve()
    const refusal = refusals.get(name)
    refusals.delete(name)
    const answered = refusal ? refuse(refusal) : act()
    if (late) await drawn()
    return answered
  }
  const snapshot = (): Update => ({
    kind: 'snapshot',
    status,
    people: [...people.values()],
    conversations: [...conversations.values()],
    invitations: [...invitations.values()],
    joinings: [...joinings.values()],
  })
  return {
    now,
    people,
    conversations,
    lines,
    members,
    pictures,
    invitations,
    joinings,
    called,
    refusals,
    readers,
    status: () => status,
    delay: (millis: number) => void (waiting = millis),
    tellBeforeAnswering: () => void (late = true),
    snapshot,
    tell,
    change,
    setPerson,
    setStatus,
    setMembers,
    setInvitation,
    setJoining,
    put,
    make,
    newId,
    find,
    answer,
  }
}

/** Updates are gathered for a moment before they are drawn; a tenth of a second is many such moments. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))

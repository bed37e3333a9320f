import { accept, refuse, type Result } from '../../../src/core/bytes/result.ts'
import { parseName } from '../../../src/core/identity/name.ts'
import type { Calls, Refusal, Said } from '../../../src/view/calls.ts'
import {
  compareOrders,
  type ConversationView,
  type LineContent,
  type LineView,
  type PersonView,
  type ReachView,
  type StatusView,
  type Update,
} from '../../../src/view/view.ts'
import { idOf, ME, told, type Story } from './people.ts'

/** A call as it was made: for tests that look at what a window asked. */
export type Called = { readonly name: keyof Calls; readonly input: unknown }

/**
 * A peer made of a story: it answers like a real one, keeps nothing, and lets a test say what happens elsewhere. The
 * next call of a name can be made to fail, or to wait.
 */
export type FakePeer = {
  readonly calls: Calls
  readonly called: readonly Called[]
  /** The next call of this name is refused. */
  refuseNext(name: keyof Calls, refusal: Refusal): void
  /** From now on each call takes this long. */
  delay(millis: number): void
  tell(update: Update): void
  /** Somebody writes in a conversation. */
  hear(conversation: string, text: string): void
  /** The newest message of mine got so far. */
  deliver(conversation: string, how: 'delivered' | 'read'): void
  setStatus(facts: Partial<StatusView>): void
  setPerson(id: string, facts: Partial<PersonView>): void
  setReach(reach: ReachView): void
}

export const createFakePeer = (story: Story, now: () => number): FakePeer => {
  let { status } = story
  const people = new Map(story.people.map((each) => [each.id, each]))
  const conversations = new Map(story.conversations.map((each) => [each.id, each]))
  const lines = new Map(Object.entries(story.lines).map(([id, each]) => [id, [...each]]))
  const called: Called[] = []
  const refusals = new Map<keyof Calls, Refusal>()
  const readers = new Set<(update: Update) => void>()
  const reaches = new Map<string, ReachView>()
  let waiting = 0
  let made = 0

  const tell = (update: Update): void => {
    for (const reader of readers) reader(update)
  }
  const change = (id: string, facts: Partial<ConversationView>): void => {
    const view = conversations.get(id)
    if (view === undefined) return
    const next = { ...view, ...facts }
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
  const put = (conversation: string, line: LineView): void => {
    const list = lines.get(conversation) ?? []
    const known = list.findLastIndex((each) => each.id === line.id)
    if (known === -1) list.push(line)
    else list[known] = line
    lines.set(conversation, list)
    tell({ kind: 'line', conversation, line })
  }
  const make = (conversation: string, mine: boolean, content: LineContent): LineView => {
    const author = mine ? ME.device : (conversations.get(conversation)?.person ?? '')
    const all = lines.get(conversation) ?? []
    const seq = 1 + (all.findLast((each) => each.order.author === author)?.order.seq ?? 0)
    const time = Math.max(now(), (all.at(-1)?.order.time ?? 0) + 1)
    return {
      id: idOf(`made ${++made}`),
      order: { time, author, seq },
      at: now(),
      person: mine ? ME.id : (conversations.get(conversation)?.person ?? ''),
      mine,
      ...content,
    }
  }
  const find = (conversation: string, id: string) => lines.get(conversation)?.findLast((line) => line.id === id)
  const saidOf = (conversation: string, line: LineView): Said => ({ conversation, line: line.id, order: line.order })

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
    return refusal ? refuse(refusal) : act()
  }
  const changed = (
    conversation: string,
    id: string,
    next: (line: LineView & { kind: 'message' }) => LineContent,
  ): Result<Said, Refusal> => {
    const line = find(conversation, id)
    if (line?.kind !== 'message') return refuse({ kind: 'unknown-line' })
    const { order, at, person, mine } = line
    const after = { id, order, at, person, mine, ...next(line) }
    put(conversation, after)
    return accept(saidOf(conversation, line))
  }

  const calls: Calls = {
    updates: async function* (signal) {
      const queue: Update[] = [
        { kind: 'snapshot', status, people: [...people.values()], conversations: [...conversations.values()] },
      ]
      let wake = (): void => undefined
      const reader = (update: Update): void => {
        queue.push(update)
        wake()
      }
      readers.add(reader)
      signal.addEventListener('abort', () => wake())
      try {
        while (!signal.aborted) {
          const update = queue.shift()
          if (update) yield update
          else await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        readers.delete(reader)
      }
    },
    status: () => Promise.resolve(status),
    open: (input) =>
      answer('open', input, () => {
        const known = [...conversations.values()].find((each) => each.person === input.person)
        if (known) return accept({ conversation: known.id })
        if (!people.has(input.person)) return refuse({ kind: 'unknown-person', who: input.person })
        const id = idOf(`opened ${++made}`)
        conversations.set(id, {
          id,
          kind: 'direct',
          person: input.person,
          at: 'open',
          unread: 0,
          active: now(),
          draft: '',
          progress: [],
        })
        lines.set(id, [])
        change(id, {})
        return accept({ conversation: id })
      }),
    history: (input) =>
      answer('history', input, () => {
        const all = lines.get(input.conversation)
        if (all === undefined) return refuse({ kind: 'unknown-conversation' })
        const { before, after, limit } = input
        if (after) {
          const start = all.findIndex((line) => compareOrders(line.order, after) > 0)
          const rest = start === -1 ? [] : all.slice(start, start + limit)
          return accept({ lines: rest, more: start !== -1 && start + limit < all.length })
        }
        let end = before ? all.findIndex((line) => compareOrders(line.order, before) >= 0) : all.length
        if (end === -1) end = all.length
        return accept({ lines: all.slice(Math.max(0, end - limit), end), more: end > limit })
      }),
    say: (input) =>
      answer('say', input, () => {
        const quoted = input.reply === undefined ? undefined : find(input.conversation, input.reply)
        const reply =
          quoted?.kind === 'message' ? { id: quoted.id, person: quoted.person, text: quoted.text } : undefined
        const line = make(input.conversation, true, {
          kind: 'message',
          text: input.text,
          edited: false,
          reactions: [],
          ...(reply ? { reply } : {}),
        })
        put(input.conversation, line)
        change(input.conversation, {
          at: 'open',
          last: { text: input.text, at: line.at, mine: true },
          active: line.at,
          unread: 0,
          readUpTo: line.order,
        })
        return accept(saidOf(input.conversation, line))
      }),
    edit: (input) =>
      answer('edit', input, () =>
        changed(input.conversation, input.line, (line) => ({ ...line, text: input.text, edited: true })),
      ),
    unsay: (input) =>
      answer('unsay', input, () => changed(input.conversation, input.line, () => ({ kind: 'deleted' }))),
    react: (input) =>
      answer('react', input, () =>
        changed(input.conversation, input.line, (line) => {
          const others = line.reactions
            .map((each) =>
              each.emoji === input.emoji ? { ...each, people: each.people.filter((id) => id !== ME.id) } : each,
            )
            .filter((each) => each.people.length > 0)
          if (!input.on) return { ...line, reactions: others }
          const same = others.find((each) => each.emoji === input.emoji)
          return {
            ...line,
            reactions: same
              ? others.map((each) => (each === same ? { ...each, people: [...each.people, ME.id] } : each))
              : [...others, { emoji: input.emoji, people: [ME.id] }],
          }
        }),
      ),
    read: (input) =>
      answer('read', input, () => {
        const unread = (lines.get(input.conversation) ?? []).filter(
          (line) => !line.mine && line.kind === 'message' && compareOrders(line.order, input.upTo) > 0,
        )
        change(input.conversation, { unread: unread.length, readUpTo: input.upTo })
        return accept(null)
      }),
    typing: (input) => answer('typing', input, () => accept(null)),
    draft: (input) =>
      answer('draft', input, () => {
        change(input.conversation, { draft: input.text })
        return accept(null)
      }),
    decide: (input) =>
      answer('decide', input, () => {
        setPerson(input.person, { standing: input.standing })
        const view = [...conversations.values()].find((each) => each.person === input.person)
        if (view) change(view.id, { at: input.standing === 'accepted' ? 'open' : input.standing })
        return accept(null)
      }),
    rename: (input) =>
      answer('rename', input, (): Result<{ readonly name: string }, Refusal> => {
        const name = parseName(input.name)
        if (!name.ok) return name
        setStatus({ me: { ...(status.me ?? ME), name: name.value } })
        return accept({ name: name.value })
      }),
    namePrivately: (input) =>
      answer('namePrivately', input, () => {
        const { privateName: _, ...view } = told(people.get(input.person))
        people.set(input.person, view)
        setPerson(input.person, input.name === '' ? {} : { privateName: input.name })
        return accept(null)
      }),
    configure: (input) =>
      answer('configure', input, () => {
        setStatus({ settings: { ...status.settings, ...input } })
        return accept(null)
      }),
    useServer: (input) =>
      answer('useServer', input, () => {
        if (/\s/.test(input.address)) return refuse({ kind: 'server-address', text: input.address })
        setStatus({ server: input.address === '' ? { at: 'none' } : { at: 'connecting', address: input.address } })
        return accept(null)
      }),
    reach: (input) =>
      answer('reach', input, () =>
        accept(
          reaches.get(input.person) ?? {
            person: input.person,
            presence: told(people.get(input.person)).presence,
            attempts: [],
            waiting: 0,
          },
        ),
      ),
    tryNow: (input) => answer('tryNow', input, () => accept(null)),
    search: (input) =>
      answer('search', input, () =>
        accept(
          [...lines]
            .flatMap(([conversation, all]) =>
              all
                .filter((line) => line.kind === 'message' && line.text.toLowerCase().includes(input.text.toLowerCase()))
                .map((line) => ({ conversation, line })),
            )
            .sort((one, other) => compareOrders(other.line.order, one.line.order))
            .slice(0, input.limit),
        ),
      ),
  }
  return {
    calls,
    called,
    refuseNext: (name, refusal) => void refusals.set(name, refusal),
    delay: (millis) => void (waiting = millis),
    tell,
    hear: (conversation, text) => {
      const line = make(conversation, false, { kind: 'message', text, edited: false, reactions: [] })
      put(conversation, line)
      change(conversation, {
        last: { text, at: line.at, mine: false },
        active: line.at,
        unread: (conversations.get(conversation)?.unread ?? 0) + 1,
      })
    },
    deliver: (conversation, how) => {
      const seq = lines.get(conversation)?.findLast((line) => line.mine)?.order.seq ?? 0
      const { person } = told(conversations.get(conversation))
      change(conversation, {
        progress: [{ device: ME.device, person, delivered: seq, read: how === 'read' ? seq : 0 }],
      })
    },
    setStatus,
    setPerson,
    setReach: (reach) => void reaches.set(reach.person, reach),
  }
}

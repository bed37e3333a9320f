import { accept, refuse, type Result } from '../../../src/core/bytes/result.ts'
import { parseName } from '../../../src/core/identity/name.ts'
import type { Calls, Refusal, Said } from '../../../src/view/calls.ts'
import type { Update } from '../../../src/view/update.ts'
import { type ReachView } from '../../../src/view/reach-view.ts'
import { quoteOf } from '../../../src/view/quote.ts'
import { compareOrders, type LineContent, type LineView } from '../../../src/view/view.ts'
import type { GroupCalls } from './group-calls.ts'
import type { InvitationCalls } from './invitation-calls.ts'
import { ME, told } from './people.ts'
import type { SafetyCalls } from './safety-calls.ts'
import type { World } from './world.ts'

type TalkCalls = Omit<Calls, keyof GroupCalls | keyof InvitationCalls | keyof SafetyCalls>

/** The calls about messages, people and settings, as a peer of this world answers them. */
export const talkCalls = (world: World, reaches: ReadonlyMap<string, ReachView>): TalkCalls => {
  const { people, conversations, lines, readers, status, snapshot, change, setPerson, setStatus } = world
  const { put, make, newId, find, answer, now } = world
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

  const saidOf = (conversation: string, line: LineView): Said => ({ conversation, line: line.id, order: line.order })
  const withPerson = (person: string) =>
    [...conversations.values()].find((each) => each.kind === 'direct' && each.person === person)
  return {
    updates: async function* (signal) {
      const queue: Update[] = [snapshot()]
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
    status: () => Promise.resolve(status()),
    open: (input) =>
      answer('open', input, () => {
        const known = withPerson(input.person)
        if (known) return accept({ conversation: known.id })
        if (!people.has(input.person)) return refuse({ kind: 'unknown-person', who: input.person })
        const id = newId()
        conversations.set(id, {
          id,
          kind: 'direct',
          person: input.person,
          at: 'open',
          muted: false,
          heldBack: 0,
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
        const reply = quoted && quoteOf(quoted)
        const line = make(input.conversation, ME.id, {
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
        const view = withPerson(input.person)
        if (view) change(view.id, { at: input.standing === 'accepted' ? 'open' : input.standing })
        return accept(null)
      }),
    rename: (input) =>
      answer('rename', input, (): Result<{ readonly name: string }, Refusal> => {
        const name = parseName(input.name)
        if (!name.ok) return name
        setStatus({ me: { ...(status().me ?? ME), name: name.value } })
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
        setStatus({ settings: { ...status().settings, ...input } })
        return accept(null)
      }),
    useServers: (input) =>
      answer('useServers', input, () => {
        const wrong = input.addresses.find((each) => /\s/.test(each))
        if (wrong !== undefined) return refuse({ kind: 'server-address', text: wrong })
        const { servers } = status()
        const known = (address: string) => servers.find((each) => each.address === address)
        setStatus({ servers: input.addresses.map((address) => known(address) ?? { at: 'connecting', address }) })
        return accept(null)
      }),
    reach: (input) =>
      answer('reach', input, () =>
        accept(
          reaches.get(input.person) ?? {
            person: input.person,
            presence: told(people.get(input.person)).presence,
            shown: 'everywhere',
            candidates: [],
            attempts: [],
            waiting: 0,
          },
        ),
      ),
    tryNow: (input) => answer('tryNow', input, () => accept(null)),
    lookAgain: () => answer('lookAgain', undefined, () => accept(null)),
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
}

import { isHex, type Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { parseName } from '../core/identity/name.ts'
import { isEmoji, parseText, type Content } from '../core/timeline/content.ts'
import { readLine } from '../core/timeline/line.ts'
import type { StoredLine } from '../store/port.ts'
import type { Answer, Calls, Refusal, Said } from '../view/calls.ts'
import type { SayRefusal } from './conversation.ts'
import { viewLines } from './line-view.ts'
import type { RunningPeer } from './running.ts'
import { createReading } from './reading.ts'
import { reachView } from './reach-view.ts'
import { refusalOf } from './refusal.ts'
import { orderOf, type Room } from './room.ts'
import { selfChanges } from './self.ts'
import { parseServer, serverText, settingChange } from './settings.ts'

export const DRAFT_CHARACTERS_MAX = 70_000
export const PAGE_LINES_MAX = 500
/** A page ends early rather than hold more than this, but for its first line. */
export const PAGE_BYTES_MAX = 2 * 1024 * 1024
export const FOUND_LINES_MAX = 200

/** The peer's calls: each looks up what it is about, and has the peer or the conversation do it. */
export const createCalls = (peer: RunningPeer): Calls => {
  const reading = createReading(peer)

  const roomOf = (conversation: string): Result<Room, Refusal> => {
    const room = peer.rooms.get(conversation)
    return room ? accept(room) : refuse({ kind: 'unknown-conversation' })
  }

  const decide = async (person: Hex, standing: 'accepted' | 'ignored' | 'blocked'): Answer<null> => {
    const room = await peer.rooms.with(person)
    const before = peer.standingOf(person)
    const changes = peer.people.decide(person, standing)
    if (changes.length === 0) return accept(null)
    const kept = await peer.keep(changes)
    if (!kept.ok) {
      peer.people.decide(person, before)
      return refuse(refusalOf(kept.refusal))
    }
    if (standing === 'blocked') peer.leave(person)
    else peer.reachFor(person)
    if (standing === 'accepted') {
      await room.conversation.join()
      peer.askAgain(person)
      reading.tell(room)
    }
    peer.screens.tellRoom(room)
    peer.screens.tellPerson(person)
    return accept(null)
  }

  const speak = async (conversation: string, content: Content): Answer<Said> => {
    const found = roomOf(conversation)
    if (!found.ok) return found
    const room = found.value
    if (peer.self.name === undefined) return refuse({ kind: 'name-needed' })
    if (peer.standingOf(room.person) === 'blocked') return refuse({ kind: 'blocked' })
    if (!room.founded && !peer.people.entryOf(room.person)) await peer.fetchCard(room.person)
    const said = await room.conversation.say(content, { speech: true })
    if (!said.ok) return refuse(refusalOf(said.refusal))
    // Whoever speaks to somebody has accepted them.
    await decide(room.person, 'accepted')
    return accept({ conversation, line: said.value.id, order: orderOf(said.value) })
  }

  const lineOf = async (room: Room, line: string): Promise<Result<StoredLine, Refusal>> => {
    const found = await peer.store.line(room.conversation.id, line)
    return found && readLine(found.bytes)?.kind === 'text' ? accept(found) : refuse({ kind: 'unknown-line' })
  }

  const amend = async (conversation: string, line: string, mine: boolean, content: Content): Answer<Said> => {
    const room = roomOf(conversation)
    if (!room.ok) return room
    const target = await lineOf(room.value, line)
    if (!target.ok) return target
    if (mine && readLine(target.value.bytes)?.person !== peer.me) return refuse({ kind: 'not-yours' })
    return speak(conversation, content)
  }

  return {
    updates: (signal) => peer.screens.watch(signal),
    status: () => Promise.resolve(peer.screens.status()),

    open: async ({ person }) => {
      if (!peer.people.person(person) || person === peer.me) return refuse({ kind: 'unknown-person', who: person })
      const room = await peer.rooms.with(person)
      room.opened = true
      if (peer.standingOf(person) !== 'blocked') peer.reachFor(person)
      peer.screens.tellRoom(room)
      peer.screens.tellPerson(person)
      return accept({ conversation: room.conversation.id })
    },

    history: async ({ conversation, before, after, limit }) => {
      const room = roomOf(conversation)
      if (!room.ok) return room
      const most = Math.min(limit, PAGE_LINES_MAX)
      const place = { ...(before && { before }), ...(after && { after }) }
      const lines = await peer.store.lines({ conversation, ...place, limit: most + 1 })
      const page = within(after ? lines.slice(0, most) : lines.slice(-most).toReversed(), PAGE_BYTES_MAX)
      if (!after) page.reverse()
      const views = await viewLines(page, { store: peer.store, me: peer.me, now: peer.scheduler.now() })
      return accept({ lines: views, more: lines.length > page.length })
    },

    say: async ({ conversation, text, reply }) => {
      const parsed = parseText(text)
      if (!parsed.ok) return parsed
      if (reply !== undefined && !isHex(reply, 32)) return refuse({ kind: 'unknown-line' })
      return speak(conversation, { kind: 'text', text: parsed.value, reply: reply ?? null })
    },

    edit: async ({ conversation, line, text }) => {
      const parsed = parseText(text)
      if (!parsed.ok) return parsed
      return amend(conversation, line, true, { kind: 'edit', target: line, text: parsed.value })
    },

    unsay: ({ conversation, line }) => amend(conversation, line, true, { kind: 'delete', target: line }),

    react: async ({ conversation, line, emoji, on }) => {
      if (!isEmoji(emoji)) return refuse({ kind: 'unknown-line' })
      return amend(conversation, line, false, { kind: 'reaction', target: line, emoji, on })
    },

    read: async ({ conversation, upTo }) => {
      const room = roomOf(conversation)
      return room.ok ? reading.read(room.value, upTo) : room
    },

    typing: ({ conversation }) => {
      const room = peer.rooms.get(conversation)
      if (room && peer.screens.roomView(room).at === 'open')
        for (const session of peer.sessionsWith(room.person)) session.typing(conversation)
      return Promise.resolve(accept(null))
    },

    draft: async ({ conversation, text }) => {
      const room = roomOf(conversation)
      if (!room.ok) return room
      if (text.length > DRAFT_CHARACTERS_MAX)
        return refuse({ kind: 'text-too-long', bytes: text.length, limit: DRAFT_CHARACTERS_MAX })
      const draft = text.toWellFormed()
      const kept = await peer.keep([room.value.draftChange(draft)])
      if (kept.ok) room.value.draft = draft
      peer.screens.tellRoom(room.value)
      return done(kept)
    },

    decide: async ({ person, standing }) => {
      if (!peer.people.person(person)) return refuse({ kind: 'unknown-person', who: person })
      return decide(person, standing)
    },

    rename: async ({ name }) => {
      const parsed = parseName(name)
      if (!parsed.ok) return parsed
      const was = peer.self.name
      if (parsed.value === was) return accept({ name: was })
      // Others take the name with the greatest time, so it has to grow although the clock may be set back.
      const self = {
        ...peer.self,
        name: parsed.value,
        nameTime: Math.max(peer.scheduler.now(), peer.self.nameTime + 1),
      }
      const kept = await peer.keep(selfChanges(self))
      if (!kept.ok) return refuse(refusalOf(kept.refusal))
      peer.self = self
      await peer.appear()
      if (was !== undefined)
        for (const room of peer.rooms.shown())
          if (room.conversation.replica.joined)
            await room.conversation.say({ kind: 'profile', name: parsed.value, was }, { speech: false })
      return accept({ name: parsed.value })
    },

    namePrivately: async ({ person, name }) => {
      if (!peer.people.person(person)) return refuse({ kind: 'unknown-person', who: person })
      const parsed = name.trim() === '' ? undefined : parseName(name)
      if (parsed && !parsed.ok) return parsed
      const before = peer.people.person(person)?.privateName
      const kept = await peer.keep(peer.people.namePrivately(person, parsed?.value))
      if (!kept.ok) peer.people.namePrivately(person, before)
      peer.screens.tellPerson(person)
      return done(kept)
    },

    configure: async (input) => {
      const flags = Object.entries(input).filter(
        (entry): entry is [keyof typeof input, boolean] => entry[1] !== undefined,
      )
      const kept = await peer.keep(flags.map(([key, value]) => settingChange(key, value)))
      if (!kept.ok) return refuse(refusalOf(kept.refusal))
      peer.settings = { ...peer.settings, ...Object.fromEntries(flags) }
      await peer.appear()
      return accept(null)
    },

    useServer: async ({ address }) => {
      const parsed = parseServer(address)
      if (!parsed.ok) return parsed
      const kept = await peer.keep([settingChange('server', serverText(parsed.value))])
      if (!kept.ok) return refuse(refusalOf(kept.refusal))
      peer.settings = { ...peer.settings, server: parsed.value }
      await peer.appear()
      return accept(null)
    },

    reach: async ({ person }) =>
      peer.people.person(person)
        ? accept(await reachView(peer, person))
        : refuse({ kind: 'unknown-person', who: person }),

    tryNow: ({ person }) => {
      if (!peer.people.person(person)) return Promise.resolve(refuse({ kind: 'unknown-person', who: person }))
      for (const { id } of peer.people.devicesOf(person)) peer.network.tryNow(id)
      return Promise.resolve(accept(null))
    },

    search: async ({ text, conversation, limit }) => {
      const place = conversation === undefined ? {} : { conversation }
      const lines = await peer.store.search({ text, ...place, limit: Math.min(limit, FOUND_LINES_MAX) })
      const shown = lines.filter((line) => peer.rooms.get(line.conversation))
      const views = await viewLines(shown, { store: peer.store, me: peer.me, now: peer.scheduler.now() })
      return accept(views.map((line, index) => ({ conversation: shown[index]?.conversation ?? '', line })))
    },
  }
}

const done = (kept: Result<null, SayRefusal>): Result<null, Refusal> =>
  kept.ok ? kept : refuse(refusalOf(kept.refusal))

/** The leading lines that hold no more than so many bytes together; the first in any case. */
const within = (lines: readonly StoredLine[], bytesMax: number): StoredLine[] => {
  let bytes = 0
  const end = lines.findIndex((line) => (bytes += line.bytes.length) > bytesMax)
  return lines.slice(0, end < 0 ? lines.length : Math.max(1, end))
}

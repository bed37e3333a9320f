import { isHex, type Hex } from '../../core/bytes/hex.ts'
import { accept, refuse } from '../../core/bytes/result.ts'
import { isEmoji, parseTyped, type Content } from '../../core/timeline/content.ts'
import { readLine } from '../../core/timeline/line.ts'
import type { StoredLine } from '../../store/port.ts'
import type { Answer, Calls, Refusal, Said } from '../../view/calls.ts'
import type { Deciding } from '../deciding.ts'
import { viewLines } from '../line-view.ts'
import type { Reading } from '../reading.ts'
import { refusalOf } from '../refusal.ts'
import { orderOf } from '../room.ts'
import type { RunningPeer } from '../running.ts'
import type { SayRefusal } from '../scribe.ts'
import { done, messageOf, personOf, roomOf } from './asked.ts'

/** More than can be said: what is too long stays while somebody shortens it or sends it in parts. */
export const DRAFT_CHARACTERS_MAX = 128 * 1024
export const PAGE_LINES_MAX = 500
/** A page ends early rather than hold more than this, but for its first line. */
export const PAGE_BYTES_MAX = 2 * 1024 * 1024
export const FOUND_LINES_MAX = 200

type Talking = Pick<
  Calls,
  'open' | 'history' | 'say' | 'edit' | 'unsay' | 'react' | 'read' | 'typing' | 'draft' | 'search'
>

/** Calls about what is said in a conversation, of two people or of a group. */
export const talkingCalls = (
  peer: RunningPeer,
  { reading, deciding }: { readonly reading: Reading; readonly deciding: Deciding },
): Talking => {
  const viewing = () => ({ store: peer.store, me: peer.me, now: peer.scheduler.now() })

  const spokenRefusal = (refusal: SayRefusal, person: Hex | undefined): Refusal => {
    const name = person === undefined ? undefined : peer.people.person(person)?.name
    return refusal.kind === 'restoring' ? { kind: 'restoring', name: name ?? null } : refusalOf(refusal)
  }

  const speak = async (conversation: Hex, content: Content): Answer<Said> => {
    const found = roomOf(peer, conversation)
    if (!found.ok) return found
    const room = found.value
    if (peer.self.name === undefined) return refuse({ kind: 'name-needed' })
    if (peer.rooms.standing(room) === 'blocked') return refuse({ kind: 'blocked' })
    const { person } = room
    if (person === undefined && !room.takesPart) return refuse({ kind: room.gone ? 'gone' : 'arriving' })
    if (person !== undefined && !room.founded && !peer.people.entryOf(person))
      await peer.acquaintances.fetchCard(person)
    const said = await room.conversation.say(content, { speech: true })
    if (!said.ok) return refuse(spokenRefusal(said.refusal, person))
    // Whoever speaks to somebody has accepted them.
    if (person === undefined) await deciding.group(room, 'accepted')
    else await deciding.person(person, 'accepted')
    return accept({ conversation, line: said.value.id, order: orderOf(said.value) })
  }

  const amend = async (conversation: Hex, line: string, mine: boolean, content: Content): Answer<Said> => {
    const room = roomOf(peer, conversation)
    if (!room.ok) return room
    const target = await messageOf(peer, room.value, line)
    if (!target.ok) return target
    const read = readLine(target.value.bytes)
    if (mine && read?.person !== peer.me) return refuse({ kind: 'not-yours' })
    return speak(conversation, content)
  }

  return {
    open: async ({ person }) => {
      const known = personOf(peer, person)
      if (!known.ok) return known
      const room = await peer.rooms.with(person)
      room.opened = true
      if (peer.standingOf(person) !== 'blocked') peer.acquaintances.reachFor(person)
      peer.screens.tellRoom(room)
      peer.screens.tellPerson(person)
      return accept({ conversation: room.conversation.id })
    },

    history: async ({ conversation, before, after, limit }) => {
      const room = roomOf(peer, conversation)
      if (!room.ok) return room
      const most = Math.min(limit, PAGE_LINES_MAX)
      const place = { ...(before && { before }), ...(after && { after }) }
      const lines = await peer.store.lines({ conversation, ...place, limit: most + 1 })
      const page = within(after ? lines.slice(0, most) : lines.slice(-most).toReversed(), PAGE_BYTES_MAX)
      if (!after) page.reverse()
      return accept({ lines: await viewLines(page, viewing()), more: lines.length > page.length })
    },

    say: async ({ conversation, text, reply }) => {
      const parsed = parseTyped(text)
      if (!parsed.ok) return parsed
      if (reply !== undefined && !isHex(reply, 32)) return refuse({ kind: 'unknown-line' })
      return speak(conversation, { kind: 'text', text: parsed.value, reply: reply ?? null })
    },

    edit: async ({ conversation, line, text }) => {
      const parsed = parseTyped(text)
      if (!parsed.ok) return parsed
      return amend(conversation, line, true, { kind: 'edit', target: line, text: parsed.value })
    },

    unsay: ({ conversation, line }) => amend(conversation, line, true, { kind: 'delete', target: line }),

    react: async ({ conversation, line, emoji, on }) => {
      if (!isEmoji(emoji)) return refuse({ kind: 'unknown-line' })
      return amend(conversation, line, false, { kind: 'reaction', target: line, emoji, on })
    },

    read: async ({ conversation, upTo }) => {
      const room = roomOf(peer, conversation)
      return room.ok ? reading.read(room.value, upTo) : room
    },

    typing: ({ conversation }) => {
      const room = peer.rooms.get(conversation)
      if (room && peer.screens.roomView(room).at === 'open')
        for (const session of peer.sharing.sessionsOf(room)) session.typing(conversation)
      return Promise.resolve(accept(null))
    },

    draft: async ({ conversation, text }) => {
      const room = roomOf(peer, conversation)
      if (!room.ok) return room
      if (text.length > DRAFT_CHARACTERS_MAX)
        return refuse({ kind: 'text-too-long', bytes: text.length, limit: DRAFT_CHARACTERS_MAX })
      const draft = text.toWellFormed()
      const kept = await peer.keep([room.value.draftChange(draft)])
      if (kept.ok) room.value.draft = draft
      peer.screens.tellRoom(room.value)
      return done(kept)
    },

    search: async ({ text, conversation, limit }) => {
      const place = conversation === undefined ? {} : { conversation }
      const lines = await peer.store.search({ text, ...place, limit: Math.min(limit, FOUND_LINES_MAX) })
      const shown = lines.filter((line) => peer.rooms.get(line.conversation))
      const views = await viewLines(shown, viewing())
      return accept(views.map((line, index) => ({ conversation: shown[index]?.conversation ?? '', line })))
    },
  }
}

/** The leading lines that hold no more than so many bytes together; the first in any case. */
const within = (lines: readonly StoredLine[], bytesMax: number): StoredLine[] => {
  let bytes = 0
  const end = lines.findIndex((line) => (bytes += line.bytes.length) > bytesMax)
  return lines.slice(0, end < 0 ? lines.length : Math.max(1, end))
}

import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Entry } from '../../core/group/founding.ts'
import { foundGroup, type Proposal } from '../../core/group/operate.ts'
import { ENTRIES_MAX } from '../../core/group/operation.ts'
import { signWritten, type Pen } from '../../core/group/pen.ts'
import { membershipNow } from '../../core/group/replica.ts'
import type { Answer, Refusal } from '../../view/calls.ts'
import type { History, Role } from '../../view/view.ts'
import { daysOf } from '../promise.ts'
import type { SayRefusal } from '../scribe.ts'
import { introducedChange, type Introduced } from '../introduced.ts'
import { refusalOf } from '../refusal.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'
import { shareHistory } from './history.ts'
import { introduce, owedChange } from './introducing.ts'

/** Making groups, and changing who is in them and what they are. */
export type Changing = {
  found(title: string, people: readonly Hex[]): Answer<{ readonly conversation: Hex }>
  add(room: Room, who: { readonly person: Hex; readonly role: Role; readonly history: History }): Answer<null>
  /** Lets in whoever showed an invitation; they are told otherwise. */
  admit(
    room: Room,
    newcomer: { readonly entries: readonly Entry[]; readonly role: Role; readonly invitation: Hex },
  ): Answer<null>
  operate(room: Room, proposal: Proposal): Answer<null>
}

export const createChanging = (peer: RunningPeer, pen: () => Pen): Changing => {
  /** The devices of a contact, with the keys to let them in by. */
  const entriesOf = async (person: Hex): Promise<Result<readonly Entry[], Refusal>> => {
    if (person === peer.me || !peer.people.person(person)) return refuse({ kind: 'unknown-person', who: person })
    if (peer.standingOf(person) === 'blocked') return refuse({ kind: 'blocked' })
    if (peer.people.entriesOf(person).length === 0) await peer.acquaintances.fetchCard(person)
    const entries = peer.people.entriesOf(person).slice(0, ENTRIES_MAX)
    return entries.length === 0 ? refuse({ kind: 'not-met' }) : accept(entries)
  }

  const operate = async (room: Room, proposal: Proposal): Answer<null> => {
    const operated = await room.conversation.operate([proposal])
    return operated.ok || operated.refusal.kind === 'no-change'
      ? accept(null)
      : refuse(operateRefusal(operated.refusal, proposal))
  }

  /** Lets all of them in with one key, and tells each. */
  const addAll = async (
    room: Room,
    people: readonly Hex[],
    as: { readonly role: Role; readonly history: History },
  ): Answer<null> => {
    if (people.length === 0) return accept(null)
    const { id, replica } = room.conversation
    const proposals: Proposal[] = []
    for (const person of people) {
      const entries = await entriesOf(person)
      if (!entries.ok) return entries
      if (membershipNow(replica).roles.has(person)) return refuse({ kind: 'member-already', who: person })
      proposals.push({ kind: 'add', role: as.role, invitation: null, entries: entries.value })
    }
    const owed = people.map((person) => owedChange(id, person, daysOf(as.history)))
    const added = await room.conversation.operate(proposals, owed)
    if (!added.ok) return refuse(refusalOf(added.refusal))
    // It is done from here on: who was let in is told as soon as that can be written down, after a restart if need be.
    for (const person of people) {
      if (peer.standingOf(person) === 'new') await peer.keep(peer.people.decide(person, 'accepted'))
      const introduced = await introduce(peer, room, person)
      if (introduced.ok) await shareHistory(peer, room, { person, history: as.history })
    }
    return accept(null)
  }

  return {
    operate,
    add: (room, { person, ...as }) => addAll(room, [person], as),

    found: async (title, people) => {
      if (peer.self.name === undefined) return refuse({ kind: 'name-needed' })
      for (const person of people) {
        const entries = await entriesOf(person)
        if (!entries.ok) return entries
      }
      const author = pen()
      const written = await foundGroup(author, title)
      const [founding] = await signWritten(author, written)
      const { conversation } = written.replica
      const introduced: Introduced = {
        conversation,
        standing: 'accepted',
        by: null,
        title,
        founding: founding?.bytes ?? new Uint8Array(),
        mailbox: null,
        people: [],
      }
      const room = await peer.rooms.group(introduced)
      const kept = await room.conversation.begin(written, [introducedChange(introduced)])
      if (!kept.ok) {
        peer.rooms.forget(conversation)
        return refuse(refusalOf(kept.refusal))
      }
      const added = await addAll(room, people, { role: 'member', history: { share: 'none' } })
      return added.ok ? accept({ conversation }) : added
    },

    admit: async (room, { entries, role, invitation }) => {
      const proposal = { kind: 'add', role, invitation, entries } as const
      const added = await room.conversation.operate([proposal])
      if (!added.ok && added.refusal.kind !== 'no-change') return refuse(operateRefusal(added.refusal, proposal))
      return accept(null)
    },
  }
}

const operateRefusal = (refusal: SayRefusal, proposal: Proposal): Refusal => {
  const isPicture = refusal.kind === 'bad-operation' && proposal.kind === 'picture'
  if (isPicture) return { kind: 'picture-unknown' }
  const isGone = refusal.kind === 'no-such-person' && 'person' in proposal
  return isGone ? { kind: 'not-a-member', who: proposal.person } : refusalOf(refusal)
}

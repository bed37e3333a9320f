import { fromBase64url, toBase64url } from '../../core/bytes/base64url.ts'
import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { PICTURE_BYTES_MAX, readOperation } from '../../core/group/operation.ts'
import { membershipNow } from '../../core/group/replica.ts'
import { readEvent } from '../../core/event/event.ts'
import { parseTitle } from '../../core/group/title.ts'
import type { Calls, Refusal } from '../../view/calls.ts'
import { shownName } from '../../view/view.ts'
import type { Deciding } from '../deciding.ts'
import { membersOf } from '../group.ts'
import type { Changing } from '../groups/changing.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'
import { roomOf } from './asked.ts'

type Groups = Pick<
  Calls,
  'found' | 'members' | 'add' | 'remove' | 'leave' | 'setRole' | 'retitle' | 'setPicture' | 'picture' | 'answer'
>

/** Calls about groups: who is in, as what, and what the group is called. */
export const groupCalls = (peer: RunningPeer, input: { changing: Changing; deciding: Deciding }): Groups => {
  const { changing, deciding } = input

  const groupOf = (conversation: Hex): Result<Room, Refusal> => {
    const room = roomOf(peer, conversation)
    return room.ok && !room.value.introduced ? refuse({ kind: 'not-a-group' }) : room
  }

  /** A group in which I may say something. */
  const ownGroupOf = (conversation: Hex): Result<Room, Refusal> => {
    const room = groupOf(conversation)
    if (!room.ok) return room
    if (peer.self.name === undefined) return refuse({ kind: 'name-needed' })
    return room.value.takesPart ? room : refuse({ kind: room.value.gone ? 'gone' : 'arriving' })
  }

  const nameOf = (person: Hex): string => {
    const known = peer.people.view(person, peer.screens.presence(person))
    return person === peer.me ? (peer.self.name ?? '') : known ? shownName(known) : ''
  }

  return {
    found: async ({ title, people }) => {
      const parsed = parseTitle(title)
      if (!parsed.ok) return parsed
      return changing.found(parsed.value, [...new Set(people)])
    },

    members: ({ conversation }) => {
      const room = groupOf(conversation)
      if (!room.ok) return Promise.resolve(room)
      return Promise.resolve(accept(membersOf(room.value.conversation.replica, peer.me, nameOf)))
    },

    add: async ({ conversation, person, role, history }) => {
      const room = ownGroupOf(conversation)
      return room.ok ? changing.add(room.value, { person, role, history }) : room
    },

    remove: async ({ conversation, person }) => {
      const room = ownGroupOf(conversation)
      if (!room.ok) return room
      if (!isIn(room.value, person)) return refuse({ kind: 'not-a-member', who: person })
      return changing.operate(room.value, person === peer.me ? { kind: 'leave' } : { kind: 'remove', person })
    },

    leave: async ({ conversation }) => {
      const room = ownGroupOf(conversation)
      return room.ok ? changing.operate(room.value, { kind: 'leave' }) : room
    },

    setRole: async ({ conversation, person, role }) => {
      const room = ownGroupOf(conversation)
      if (!room.ok) return room
      if (!isIn(room.value, person)) return refuse({ kind: 'not-a-member', who: person })
      const has = membershipNow(room.value.conversation.replica).roles.get(person)
      if (has === role) return accept(null)
      return changing.operate(room.value, { kind: role === 'admin' ? 'promote' : 'demote', person })
    },

    retitle: async ({ conversation, title }) => {
      const room = ownGroupOf(conversation)
      if (!room.ok) return room
      const parsed = parseTitle(title)
      return parsed.ok ? changing.operate(room.value, { kind: 'title', title: parsed.value }) : parsed
    },

    setPicture: async ({ conversation, picture }) => {
      const room = ownGroupOf(conversation)
      if (!room.ok) return room
      const bytes = pictureIn(picture)
      return bytes.ok ? changing.operate(room.value, { kind: 'picture', picture: bytes.value }) : bytes
    },

    picture: async ({ conversation }) => {
      const room = groupOf(conversation)
      if (!room.ok) return room
      const step = membershipNow(room.value.conversation.replica).picture
      const held = step && (await peer.store.event(step.id))
      const event = held && readEvent(held.bytes)
      const operation = event?.ok ? readOperation(event.value.event.body) : undefined
      return accept({ picture: operation?.kind === 'picture' ? dataUrlOf(operation.picture) : '' })
    },

    answer: async ({ conversation, standing }) => {
      const room = groupOf(conversation)
      return room.ok ? deciding.group(room.value, standing) : room
    },
  }
}

const isIn = ({ conversation }: Room, person: Hex): boolean => membershipNow(conversation.replica).roles.has(person)

const DATA_URL = /^data:image\/(?:png|jpeg|webp);base64,([A-Za-z0-9+/]*={0,2})$/

const pictureIn = (dataUrl: string): Result<Uint8Array, Refusal> => {
  if (dataUrl === '') return accept(new Uint8Array(0))
  const base64 = DATA_URL.exec(dataUrl)?.[1]
  const bytes = base64?.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const picture = bytes === undefined ? undefined : fromBase64url(bytes)
  if (!picture || picture.length === 0) return refuse({ kind: 'picture-unknown' })
  if (picture.length > PICTURE_BYTES_MAX)
    return refuse({ kind: 'picture-too-large', bytes: picture.length, limit: PICTURE_BYTES_MAX })
  return accept(picture)
}

const dataUrlOf = (picture: Uint8Array): string => {
  const type = picture[0] === 0x89 ? 'png' : picture[0] === 0xff ? 'jpeg' : 'webp'
  const base64 = toBase64url(picture).replaceAll('-', '+').replaceAll('_', '/')
  return `data:image/${type};base64,${base64}${'='.repeat((4 - (base64.length % 4)) % 4)}`
}

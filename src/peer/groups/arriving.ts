import { decode } from '../../core/bytes/cbor.ts'
import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { chainOf } from '../../core/event/graph.ts'
import { isUnkeyed } from '../../core/group/rekey.ts'
import { openListing } from '../../core/identity/card.ts'
import { personOf } from '../../core/identity/certificate.ts'
import { readContent, type Introduction } from '../../core/timeline/content.ts'
import type { Refusal } from '../../view/calls.ts'
import { introducedBy, introducedChange, introducedKey, readIntroduced, type Introduced } from '../introduced.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import { refusalOf } from '../refusal.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'

/** Coming into groups: by an introduction, and by saying in them who one is. */
export type Arriving = {
  /** An introduction that is on disk as part of the conversation with a contact or stranger. */
  introduced(by: Hex, introduction: Introduction): Promise<void>
  /** One that answers a request of mine: what it leads into is accepted. */
  enter(conversation: Hex, bytes: Uint8Array, by: Hex): Promise<Result<null, Refusal>>
  /** Says in a group what has to be said by who is new there. */
  settleIn(room: Room): Promise<void>
  /** Takes the founding of a group, on which everything builds. */
  open(room: Room): Promise<void>
}

export const createArriving = (peer: RunningPeer, crypto: Crypto): Arriving => {
  const settling = new Set<Hex>()

  const open = async (room: Room): Promise<void> => {
    const { introduced, conversation } = room
    if (introduced && introduced.standing === 'accepted' && !room.founded)
      await conversation.receive(conversation.replica.me.device, [introduced.founding])
    peer.sharing.look(room)
  }

  /** Learns the names of the members, and who they are. */
  const meet = async (listings: readonly Uint8Array[]): Promise<readonly Hex[]> => {
    const people = new Set<Hex>()
    for (const bytes of listings) {
      const listing = await openListing(crypto, bytes)
      if (!listing.ok) continue
      const person = personOf(listing.value.certificate)
      if (person === peer.me || peer.standingOf(person) === 'blocked') continue
      people.add(person)
      await peer.acquaintances.met(listing.value)
    }
    return [...people]
  }

  const keep = async (introduced: Introduced): Promise<Result<Room, Refusal>> => {
    const kept = await peer.keep([introducedChange(introduced)])
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    const room = await peer.rooms.group(introduced)
    await open(room)
    peer.screens.tellRoom(room)
    return accept(room)
  }

  return {
    open,

    introduced: async (by, introduction) => {
      const id = introduction.conversation
      const record = await peer.store.record('conversation', introducedKey(id))
      if (!record) return
      const known = readIntroduced(id, record)
      const isContact = peer.standingOf(by) === 'accepted'
      // A stranger's word changes nothing about a group that is here already.
      if (known.by !== by && !isContact) return
      // People are needed from now on: they must not be forgotten while they are being met.
      const room = await peer.rooms.group(known)
      // Once is enough of a stranger: each time costs room and work.
      const isNews = isContact || known.standing === 'accepted' || known.people.length === 0
      const people = isNews ? await meet(introduction.listings) : known.people
      const standing = known.standing === 'new' && isContact ? 'accepted' : known.standing
      const isAnew = room.gone
      const { mailbox } = introduction
      const next = { ...introducedBy(isAnew ? by : (known.by ?? by), introduction, people), standing }
      await keep({ ...next, by: isAnew ? by : known.by, mailbox: mailbox ?? known.mailbox })
    },

    enter: async (conversation, bytes, by) => {
      const introduction = readIntroduction(bytes)
      if (introduction?.conversation !== conversation) return refuse({ kind: 'invitation-mangled' })
      const record = await peer.store.record('conversation', introducedKey(conversation))
      const known = record && readIntroduced(conversation, record)
      const introduced = { ...introducedBy(by, introduction, []), ...(known && { by: known.by }) }
      const entered = await keep({ ...introduced, standing: 'accepted' })
      if (!entered.ok) return entered
      if (!entered.value.founded) {
        // The founding is not one, or is another's: nothing of it stays.
        peer.rooms.forget(conversation)
        await peer.keep([{ drop: 'record', space: 'conversation', key: introducedKey(conversation) }])
        return refuse({ kind: 'invitation-mangled' })
      }
      const people = await meet(introduction.listings)
      const kept = await keep({ ...introduced, standing: 'accepted', people })
      return kept.ok ? accept(null) : kept
    },

    settleIn: async (room) => {
      const { conversation } = room
      const { name } = peer.self
      if (!room.takesPart || name === undefined || settling.has(conversation.id)) return
      settling.add(conversation.id)
      if (!conversation.replica.joined) await conversation.join()
      const { replica } = conversation
      // One event of mine, with my key: my name has not been said yet. It waits for a key to seal it under.
      const isNameless = chainOf(replica.graph, replica.me.device).seq === 1 && room.introduced?.by !== null
      if (isNameless && !isUnkeyed(replica))
        await conversation.say({ kind: 'profile', name, was: name }, { speech: false })
      settling.delete(conversation.id)
    },
  }
}

const readIntroduction = (bytes: Uint8Array): Introduction | undefined => {
  const decoded = decode(bytes)
  const content = decoded.ok ? readContent(bytes) : undefined
  return content?.kind === 'introduction' ? content : undefined
}

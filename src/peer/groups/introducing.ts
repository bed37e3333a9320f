import { encode } from '../../core/bytes/cbor.ts'
import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { firstMailboxOf } from '../../core/group/lineage.ts'
import { membershipNow } from '../../core/group/replica.ts'
import { INTRODUCTION_BYTES_MAX } from '../../core/invitation/answer.ts'
import { LISTINGS_MAX, type Introduction } from '../../core/timeline/content.ts'
import type { Refusal } from '../../view/calls.ts'
import type { RecordChange } from '../record.ts'
import { refusalOf } from '../refusal.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'

/** What somebody who was let into a group needs to find its members; undefined while its founding is not here. */
export const introductionTo = async (
  peer: RunningPeer,
  room: Room,
  newcomer: Hex,
): Promise<Introduction | undefined> => {
  const { id, replica } = room.conversation
  const step = [...replica.history.steps.values()].find(({ deed }) => deed.kind === 'found')
  const founding = step && (await peer.store.event(step.id))
  if (!founding) return undefined
  const { title, roles, members } = membershipNow(replica)
  const device = [...members.devices].find(([, person]) => person === newcomer)?.[0]
  const listings: Uint8Array[] = peer.appearance.listing ? [peer.appearance.listing] : []
  let bytes = founding.bytes.length + (listings[0]?.length ?? 0)
  for (const person of roles.keys()) {
    const listing = person === peer.me ? undefined : peer.people.listingOf(person)
    bytes += listing?.length ?? 0
    // Of those who have no place here, the names are told by what they said when they came.
    if (bytes > LISTINGS_BYTES_MAX || listings.length >= LISTINGS_MAX) break
    if (listing) listings.push(listing)
  }
  const mailbox = (device !== undefined && firstMailboxOf(replica, device)) || null
  return { conversation: id, founding: founding.bytes, title: title.text, mailbox, listings }
}

/** Room for the fields beside the listings, and for what goes around an introduction. */
const LISTINGS_BYTES_MAX = INTRODUCTION_BYTES_MAX - 4 * 1024

/** Remembers, with what lets somebody in, that they have to be told. */
export const owedChange = (conversation: Hex, person: Hex, days: number | null): RecordChange => ({
  put: 'record',
  space: 'conversation',
  key: owedKey(conversation, person),
  value: encode(days),
})

export const paidChange = (conversation: Hex, person: Hex): RecordChange => ({
  drop: 'record',
  space: 'conversation',
  key: owedKey(conversation, person),
})

const OWED = 'owed/'
const owedKey = (conversation: Hex, person: Hex): string => `${OWED}${conversation}/${person}`

/** Who has been let into which group and not been told so. */
export const owedIn = async (
  peer: RunningPeer,
): Promise<readonly { readonly conversation: Hex; readonly person: Hex; readonly value: Uint8Array }[]> =>
  (await peer.store.records('conversation', OWED)).map(({ key, value }) => {
    const [, conversation = '', person = ''] = key.split('/')
    return { conversation, person, value }
  })

/** Tells a contact, in the conversation with them, that they are in a group. */
export const introduce = async (peer: RunningPeer, room: Room, person: Hex): Promise<Result<null, Refusal>> => {
  const introduction = await introductionTo(peer, room, person)
  if (!introduction) return refuse({ kind: 'unknown-conversation' })
  const direct = await peer.rooms.with(person)
  const said = await direct.conversation.say({ kind: 'introduction', ...introduction }, { speech: true })
  if (!said.ok) return refuse(refusalOf(said.refusal))
  await peer.keep([paidChange(room.conversation.id, person)])
  return accept(null)
}

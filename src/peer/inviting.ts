import { decode } from '../core/bytes/cbor.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import type { InvitationsPorts } from './invitations/port.ts'
import type { PeerOptions } from './options.ts'
import { refusalOf } from './refusal.ts'
import type { RunningPeer } from './running.ts'
import { parseServer, serverText, settingChange } from './settings.ts'

/** What the invitations are given of this peer. */
export const invitationsPorts = (peer: RunningPeer, options: PeerOptions): InvitationsPorts => ({
  store: options.store,
  crypto: options.crypto,
  scheduler: options.scheduler,
  random: options.random,
  self: () => peer.self,
  card: () => peer.appearance.card,
  server: () => peer.network.server(),
  addresses: () => peer.network.addresses(),
  chosenServer: {
    get: async () => {
      const record = await peer.store.record('setting', 'server')
      const decoded = record && decode(record)
      return decoded?.ok && typeof decoded.value === 'string' ? decoded.value : undefined
    },
    adopt: async (address) => {
      const parsed = parseServer(address)
      if (!parsed.ok || !(await peer.keep([settingChange('server', serverText(parsed.value))])).ok) return
      peer.settings = { ...peer.settings, server: parsed.value }
      await peer.appear()
    },
  },
  tell: (update) => peer.screens.tell(update),
  people: {
    name: (person) => peer.people.person(person)?.name,
    isBlocked: (person) => peer.standingOf(person) === 'blocked',
    meet: async (card, addresses) => {
      await peer.acquaintances.met(card)
      peer.network.want(card.certificate[1], addresses)
    },
    seek: (device, addresses) => peer.network.want(device, addresses),
    accept: async (person) => {
      const room = await peer.rooms.with(person)
      const kept = await peer.keep(peer.people.decide(person, 'accepted'))
      if (!kept.ok) return refuse(refusalOf(kept.refusal))
      room.opened = true
      peer.acquaintances.reachFor(person)
      peer.screens.tellRoom(room)
      peer.screens.tellPerson(person)
      return accept({ conversation: room.conversation.id })
    },
  },
  groups: {
    of: () => undefined,
    isIn: () => false,
    wasIn: () => false,
    invitations: () => [],
    invite: () => Promise.resolve(refuse({ kind: 'unknown-conversation' })),
    uninvite: () => Promise.resolve(refuse({ kind: 'unknown-conversation' })),
    admit: () => Promise.resolve(refuse({ kind: 'unknown-conversation' })),
    enter: () => Promise.resolve(refuse({ kind: 'unknown-conversation' })),
  },
  say: () => false,
  mailboxes: { put: () => {}, drop: () => {}, watch: () => () => {}, heldAt: () => undefined },
})

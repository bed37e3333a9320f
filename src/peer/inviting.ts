import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Hex } from '../core/bytes/hex.ts'
import { membershipNow } from '../core/group/replica.ts'
import { deviceOf, personOf } from '../core/identity/certificate.ts'
import { formatServer, readServer } from '../core/reach/server-address.ts'
import { MAILBOX_SECRET_BYTES } from '../core/mailbox/keys.ts'
import { encodeContent } from '../core/timeline/content.ts'
import type { Refusal } from '../view/calls.ts'
import { done, roomOf } from './calls/asked.ts'
import { roleIn } from './group.ts'
import type { Arriving } from './groups/arriving.ts'
import type { Changing } from './groups/changing.ts'
import { shareHistory } from './groups/history.ts'
import { introductionTo } from './groups/introducing.ts'
import type { InvitationSecrets } from './groups/secrets.ts'
import type { GroupInvitation, InvitationsPorts } from './invitations/port.ts'
import type { Mailing } from './mailing-port.ts'
import type { PeerOptions } from './options.ts'
import { refusalOf } from './refusal.ts'
import type { Room } from './room.ts'
import type { RunningPeer } from './running.ts'

type Input = {
  readonly options: PeerOptions
  readonly arriving: Arriving
  readonly changing: Changing
  readonly secrets: InvitationSecrets
  readonly mailing: Mailing
}

/** What the invitations are given of this peer. */
export const invitationsPorts = (peer: RunningPeer, input: Input): InvitationsPorts => {
  const { store, crypto, scheduler, random } = input.options
  return {
    store,
    crypto,
    scheduler,
    random,
    self: () => peer.self,
    card: () => peer.appearance.card,
    servers: () => peer.network.servers(),
    chosenServers: {
      get own() {
        const { addresses, chosen } = peer.settings.servers
        return chosen === undefined ? undefined : addresses.map(formatServer)
      },
      get visits() {
        return peer.settings.directly
      },
      adopt: async (addresses) => {
        await peer.useServers(addresses)
      },
    },
    // An invitation may go through many hands.
    // The first of them is of the most use to who is elsewhere: a link has room for few.
    addresses: () => (peer.settings.directly ? [peer.network.outside() ?? [], peer.network.addresses()].flat() : []),
    tell: (update) => peer.screens.tell(update),
    people: peoplePorts(peer, random),
    groups: groupsPorts(peer, input),
    say: (device, said) => {
      const session = peer.sessions.with(device)
      session?.say(said)
      return session !== undefined
    },
    mailboxes: input.mailing.invitations,
  }
}

const peoplePorts = (peer: RunningPeer, random: (bytes: number) => Uint8Array): InvitationsPorts['people'] => ({
  name: (person) => peer.people.person(person)?.name,
  isBlocked: (person) => peer.standingOf(person) === 'blocked',
  meet: async (card, addresses) => {
    await peer.acquaintances.met(card)
    peer.invitedBy.add(deviceOf(card.certificate))
    const device = deviceOf(card.certificate)
    peer.network.want(device, addresses, peer.people.serversOf(device))
  },
  seek: (device, { addresses, servers }) => {
    peer.invitedBy.add(device)
    const named = servers.flatMap((each) => readServer(each) ?? [])
    peer.network.want(device, addresses, peer.people.serversOf(device) ?? named)
  },
  accept: async (person, meeting) => {
    const room = await peer.rooms.with(person)
    const secret = meeting ?? room.meeting ?? random(MAILBOX_SECRET_BYTES)
    const kept = await peer.keep([...peer.people.decide(person, 'accepted'), room.meetingChange(secret)])
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    room.opened = true
    room.meeting = secret
    peer.decided(room)
    peer.acquaintances.reachFor(person)
    peer.screens.tellRoom(room)
    peer.screens.tellPerson(person)
    return accept({ conversation: room.conversation.id, meeting: secret })
  },
})

const groupsPorts = (peer: RunningPeer, { arriving, changing, secrets }: Input): InvitationsPorts['groups'] => {
  const groupOf = (conversation: Hex): Result<Room, Refusal> => {
    const room = roomOf(peer, conversation)
    return room.ok && !room.value.introduced ? refuse({ kind: 'not-a-group' }) : room
  }
  const membershipOf = (conversation: Hex) => {
    const room = groupOf(conversation)
    return room.ok ? membershipNow(room.value.conversation.replica) : undefined
  }

  return {
    of: (conversation) => {
      const room = groupOf(conversation)
      if (!room.ok) return undefined
      const role = roleIn(room.value.conversation.replica, peer.me)
      const title = membershipOf(conversation)?.title.text
      return role && { title: title ?? '', role }
    },
    isIn: (conversation, person) => membershipOf(conversation)?.roles.has(person) === true,
    wasIn: (conversation, person) => membershipOf(conversation)?.seniority.people.has(person) === true,

    wasRemoved: (conversation, person) =>
      membershipOf(conversation)?.revocations.some(
        ({ deed, warrant }) =>
          (deed.kind === 'remove' && deed.person === person) || (deed.kind === 'leave' && warrant?.person === person),
      ) === true,

    invitations: (conversation) => {
      const room = groupOf(conversation)
      const open = membershipOf(conversation)?.invitations
      if (!room.ok || !open) return []
      // Those that were taken back are open no longer, and still known: whoever comes with one is told why.
      const made = [...room.value.conversation.replica.history.steps.values()].flatMap(({ deed, time, warrant }) =>
        deed.kind === 'invite' && warrant ? [{ ...deed, time, by: warrant.person }] : [],
      )
      return made.map(({ invitation, role, uses, expiry, time, by }): GroupInvitation => {
        const known = open.get(invitation)
        const secret = secrets.of(invitation)
        return {
          id: invitation,
          ...(secret && { secret: secret.secret }),
          by,
          role,
          history: secret?.history ?? { share: 'none' },
          made: time,
          expires: expiry,
          uses,
          used: known?.used.length ?? 0,
          revoked: known === undefined,
        }
      })
    },

    invite: async (conversation, { id, secret, role, history, expires, uses }) => {
      const room = groupOf(conversation)
      if (!room.ok) return room
      const written = await changing.operate(room.value, {
        kind: 'invite',
        invitation: id,
        role,
        uses,
        expiry: expires,
      })
      if (!written.ok) return written
      return done(await room.value.conversation.say({ kind: 'invitation', secret, history }, { speech: false }))
    },

    uninvite: async (conversation, invitation) => {
      const room = groupOf(conversation)
      return room.ok ? changing.operate(room.value, { kind: 'uninvite', invitation }) : room
    },

    admit: async (conversation, { card, invitation }) => {
      const room = groupOf(conversation)
      if (!room.ok) return room
      const person = personOf(card.certificate)
      const membership = membershipNow(room.value.conversation.replica)
      const open = membership.invitations.get(invitation)
      if (!membership.roles.has(person)) {
        if (!open) return refuse({ kind: 'unknown-invitation' })
        await peer.acquaintances.met(card)
        const entries = [{ certificate: card.certificate, slotKey: card.slotKey }]
        const admitted = await changing.admit(room.value, { entries, role: open.role, invitation })
        if (!admitted.ok) return admitted
        const history = secrets.of(invitation)?.history ?? { share: 'none' }
        if (history.share !== 'none') {
          await peer.keep(peer.people.decide(person, 'accepted'))
          void shareHistory(peer, room.value, { person, history })
        }
      }
      const introduction = await introductionTo(peer, room.value, person)
      if (!introduction) return refuse({ kind: 'unknown-conversation' })
      return accept(encodeContent({ kind: 'introduction', ...introduction }))
    },

    enter: (conversation, introduction, by) => arriving.enter(conversation, introduction, by),
  }
}

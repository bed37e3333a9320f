import type { Hex } from '../core/bytes/hex.ts'
import { controlsBetween } from '../core/event/between.ts'
import { firstMailboxOf, mailboxesBefore, mailboxSecrets } from '../core/group/lineage.ts'
import { membershipNow } from '../core/group/replica.ts'
import { formatServer } from '../core/reach/server-address.ts'
import type { Vector } from '../core/sync/frame.ts'
import { Mailboxes } from './mailboxes/mailboxes.ts'
import type { Taken } from './mailboxes/reader.ts'
import type { Bridge, Member, Subject } from './mailboxes/subject.ts'
import type { Mailing } from './mailing-port.ts'
import type { PeerOptions } from './options.ts'
import { sinceOf } from './marks.ts'
import { loadOutgoing } from './outgoing.ts'
import type { Room } from './room.ts'
import type { RunningPeer } from './running.ts'

export const createMailing = (peer: RunningPeer, { store, crypto, scheduler, random }: PeerOptions): Mailing => {
  const mailboxes = new Mailboxes({
    store,
    crypto,
    scheduler,
    random,
    client: peer.network.mailboxes,
    device: peer.self.device,
    deviceSeed: () => peer.self.deviceSeed,
    serversOf: (device) => peer.people.serversOf(device)?.map(formatServer),
    isLinked: (device) => peer.sessions.with(device) !== undefined,
    load: (conversation, wants) => loadOutgoing(store, conversation, wants),
    onDeposit: (conversation) => {
      const room = peer.rooms.get(conversation)
      if (room?.shown) peer.screens.tellRoom(room)
    },
    onFailure: () => peer.screens.tellStatus(),
    onInvitationPlaced: () => peer.invitationPlaced(),
  })
  const follow = (room: Room): void => {
    if (!mailboxes.follows(room.conversation.id)) mailboxes.follow(subjectOf(peer, room))
  }

  return {
    invitations: mailboxes.invitations,
    sealedUpTo: (conversation) => mailboxes.sealedUpTo(conversation),
    sealedAt: (conversation) => mailboxes.sealedAt(conversation),
    failure: () => mailboxes.failure(),
    kept: (room, kept) => {
      follow(room)
      mailboxes.kept(room.conversation.id, kept)
    },
    decided: (conversation) => {
      const room = peer.rooms.get(conversation)
      mailboxes.unfollow(conversation)
      if (room) follow(room)
    },
    forget: (conversation) => mailboxes.unfollow(conversation),
    serverChanged: () => mailboxes.connected(),
    begin: () => {
      for (const room of peer.rooms.shown()) follow(room)
    },
    close: () => mailboxes.close(),
  }
}

const subjectOf = (peer: RunningPeer, room: Room): Subject => {
  const { conversation } = room
  const { device } = conversation.replica.me
  const isShut = (): boolean => {
    const standing = peer.rooms.standing(room)
    return standing === 'blocked' || (room.introduced !== undefined && standing !== 'accepted')
  }
  const hasHeard = (): boolean => [...conversation.vector.keys()].some((author) => author !== device)
  const members = (): ReadonlyMap<Hex, Member> => {
    const { admissions } = membershipNow(conversation.replica)
    const { marks } = conversation
    return new Map(
      [...admissions]
        .filter(([each]) => each !== device)
        .map(([each, admission]) => {
          const held = marks.get(each)?.held ?? NOTHING
          return [each, { held, since: sinceOf(marks, each), admission }]
        }),
    )
  }
  const operations = (): readonly number[] =>
    [...conversation.replica.history.steps.values()]
      .filter(({ author, deed }) => author === device && deed.kind !== 'found' && deed.kind !== 'join')
      .map(({ seq }) => seq)
  return {
    id: conversation.id,
    vector: () => conversation.vector,
    members,
    operations,
    secrets: () => {
      if (isShut()) return []
      const given = room.introduced ? room.introduced.mailbox : hasHeard() ? undefined : room.meeting
      const lineages = mailboxSecrets(conversation.replica).map(({ secret }) => secret)
      // What the introduction or the invitation gave is all that a newcomer has until the first key is opened.
      return given ? [...lineages, given] : lineages
    },
    changes: async (after, upTo) => {
      if (isShut()) return []
      const { replica } = conversation
      // Before the first key, those who met by an invitation have the mailbox that it gave them.
      const given = hasHeard() || !room.meeting ? [] : [{ secret: room.meeting, epoch: undefined }]
      const bridges: (Bridge & { readonly seq: number })[] = []
      for (const { id, author } of replica.keyring.epochs) {
        const before = author === device ? [...mailboxesBefore(replica, id), ...given] : []
        const written = before.length > 0 ? await conversation.control(id) : undefined
        if (!written || written.seq <= after || written.seq > upTo) continue
        for (const { secret, epoch: known } of before) {
          const events = await controlsBetween({ known, to: id }, (each) => conversation.control(each))
          const { seq } = written
          bridges.push({ seq, secret, events: events.map((event) => ({ ...event, size: event.bytes.length })) })
        }
      }
      return bridges.sort((a, b) => a.seq - b.seq)
    },
    firstSecretOf: (each) => (isShut() ? undefined : firstMailboxOf(conversation.replica, each)),
    receive: async (events): Promise<Taken> => {
      const taken = await conversation.receive(device, events)
      if (!taken.ok) return 'not-kept'
      return taken.value.waiting === 0 && taken.value.refused === 0 ? 'taken' : 'later'
    },
    learnt: (other, said, at) => {
      const known = conversation.marks.get(other)?.held ?? NOTHING
      const most = new Map(known)
      for (const [author, seq] of said) most.set(author, Math.max(seq, most.get(author) ?? 0))
      void conversation.learnt(other, most, at)
    },
  }
}

const NOTHING: Vector = new Map()

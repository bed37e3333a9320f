import { Answering } from './answering.ts'
import { Issuing } from './issuing.ts'
import { Joinings } from './joinings.ts'
import { examineLink } from './offer.ts'
import type { Invitations, InvitationsPorts } from './port.ts'

/** Opens the invitations that the store holds. */
export const openInvitations = async (ports: InvitationsPorts): Promise<Invitations> => {
  const answering = new Answering(ports, () => issuing)
  const issuing: Issuing = new Issuing(ports, (request) => answering.heard(request, 'mailbox'))
  const joinings = new Joinings(ports)
  await issuing.load()
  await joinings.load()
  return {
    invite: issuing.invite,
    revoke: issuing.revoke,
    examine: async ({ link }) => examineLink(link, { me: ports.self().person, ...ports.chosenServers }),
    join: joinings.join,
    forgetJoining: joinings.forget,
    list: () => issuing.list(),
    joinings: () => joinings.list(),
    isAwaited: (group) => joinings.isAwaited(group),
    linked: (card) => joinings.linked(card),
    heard: (_card, said) =>
      said.kind === 'request' ? answering.heard(said.bytes, 'link') : joinings.heard(said.bytes),
    groupChanged: (conversation) => {
      issuing.groupChanged(conversation)
      joinings.groupChanged(conversation)
    },
    groupForgotten: (conversation) => {
      issuing.groupForgotten(conversation)
      joinings.groupForgotten(conversation)
    },
    // What lies on the server is put and read anew by the mailboxes themselves; what is shown of it may differ now.
    serverChanged: () => {
      issuing.look()
      joinings.placed()
    },
    placed: () => {
      issuing.placed()
      joinings.placed()
    },
    close: () => {
      answering.close()
      issuing.close()
      joinings.close()
    },
  }
}

import type { Hex } from '../../core/bytes/hex.ts'
import { stateOf } from '../../core/invitation/judgement.ts'
import { encodeLink, type InvitationLink } from '../../core/invitation/link.ts'
import type { InvitationView } from '../../view/invitation-view.ts'
import type { Millis, ServerState } from '../../view/view.ts'
import type { GroupInvitation, InvitationsPorts } from './port.ts'
import type { Issued } from './records.ts'

/** An invitation of a group, and the text by which it can be given away. */
export type OfGroup = {
  readonly invitation: GroupInvitation
  readonly conversation: Hex
  readonly link: string | undefined
}

export const talkView = (issued: Issued, now: Millis, waitsAt: string | undefined): InvitationView => {
  const { id, link, made, expires, uses, admitted, revoked } = issued
  const used = admitted.length
  const state = stateOf({ uses, used, expires, revoked }, now)
  const view = { id, link, role: 'member', history: { share: 'none' }, made, expires, uses, used, state } as const
  return waitsAt === undefined ? view : { ...view, waitsAt }
}

export const groupView = (
  { invitation, conversation, link }: OfGroup,
  now: Millis,
  waitsAt: string | undefined,
): InvitationView => {
  const { id, role, history, made, expires, uses, used } = invitation
  return {
    ...(link !== undefined && { link }),
    ...(waitsAt !== undefined && { waitsAt }),
    id,
    conversation,
    role,
    history,
    made,
    expires,
    uses,
    used,
    state: stateOf(invitation, now),
  }
}

/** The text of an invitation, with me as the one who invites; undefined while I have no name. */
export const linkText = (
  ports: Pick<InvitationsPorts, 'self' | 'servers' | 'addresses'>,
  about: Pick<InvitationLink, 'secret' | 'expires' | 'group'>,
): string | undefined => {
  const { person, device, name } = ports.self()
  if (name === undefined) return undefined
  // A server on this machine that does not run is the one that is tried when nobody chose any: it helps nobody else.
  const isOfUse = ({ at, address }: ServerState): boolean =>
    at === 'connected' || !/^(127\.|localhost|\[::1\])/.test(address)
  return encodeLink({
    inviter: { person, device, name },
    servers: ports.servers().flatMap((each) => (isOfUse(each) ? [each.address] : [])),
    addresses: ports.addresses(),
    ...about,
  })
}

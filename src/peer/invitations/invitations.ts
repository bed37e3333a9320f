import { refuse } from '../../core/bytes/result.ts'
import type { Invitations, InvitationsPorts } from './port.ts'

/** Opens the invitations that the store holds. */
export const openInvitations = (_ports: InvitationsPorts): Promise<Invitations> =>
  Promise.resolve({
    invite: () => Promise.resolve(refuse({ kind: 'unknown-conversation' })),
    revoke: () => Promise.resolve(refuse({ kind: 'unknown-invitation' })),
    examine: () => Promise.resolve(refuse({ kind: 'invitation-mangled' })),
    join: () => Promise.resolve(refuse({ kind: 'invitation-mangled' })),
    forgetJoining: () => Promise.resolve(refuse({ kind: 'unknown-invitation' })),
    list: () => [],
    joinings: () => [],
    linked: () => {},
    heard: () => {},
    groupChanged: () => {},
    groupForgotten: () => {},
    serverChanged: () => {},
    placed: () => {},
    close: () => {},
  })

import type { Calls } from '../view/calls.ts'
import { createCalls } from './calls.ts'
import { createArriving } from './groups/arriving.ts'
import { createChanging } from './groups/changing.ts'
import { createGroups } from './groups/groups.ts'
import { InvitationSecrets } from './groups/secrets.ts'
import { openInvitations } from './invitations/invitations.ts'
import { invitationsPorts } from './inviting.ts'
import { createMailing } from './mailing.ts'
import type { PeerOptions } from './options.ts'
import { RunningPeer } from './running.ts'

export type { PeerOptions }

export type Peer = { readonly calls: Calls; close(): Promise<void> }

/** Opens everything that the store holds, and goes to look for the others. The store and the endpoint stay open at close. */
export const openPeer = async (options: PeerOptions): Promise<Peer> => {
  const peer = await RunningPeer.open(options)
  const pen = () => ({ ...options, ...peer.self, now: options.scheduler.now() })
  const arriving = createArriving(peer, options.crypto)
  const changing = createChanging(peer, pen)
  const secrets = await InvitationSecrets.load(options.store)
  const mailing = createMailing(peer, options)
  const invitations = await openInvitations(invitationsPorts(peer, { options, arriving, changing, secrets, mailing }))
  await peer.begin({ invitations, mailing, groups: createGroups(peer, { arriving, secrets }) })
  return { calls: createCalls(peer, { invitations, arriving, changing }), close: () => peer.close() }
}

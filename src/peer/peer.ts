import type { Calls } from '../view/calls.ts'
import { createCalls } from './calls.ts'
import { openInvitations } from './invitations/invitations.ts'
import { invitationsPorts } from './inviting.ts'
import type { PeerOptions } from './options.ts'
import { RunningPeer } from './running.ts'

export type { PeerOptions }

export type Peer = { readonly calls: Calls; close(): Promise<void> }

/** Opens everything that the store holds, and goes to look for the others. The store and the endpoint stay open at close. */
export const openPeer = async (options: PeerOptions): Promise<Peer> => {
  const peer = await RunningPeer.open(options)
  const invitations = await openInvitations(invitationsPorts(peer, options))
  peer.invitations = invitations
  await peer.begin()
  return { calls: createCalls(peer, invitations), close: () => peer.close() }
}

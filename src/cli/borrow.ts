import { accept, type Result } from '../core/bytes/result.ts'
import type { Calls } from '../view/calls.ts'
import type { OwnPeer, PeerOptions, PeerRefusal, RunningPeer, World } from './command.ts'
import type { Profile } from './profile.ts'

/** How long a profile that another command is using is waited for. */
export const BUSY_MILLIS_MAX = 10_000
const BUSY_LOOK_MILLIS = 200

export type Claimed =
  | { readonly at: 'running'; readonly peer: RunningPeer }
  | { readonly at: 'own'; readonly peer: OwnPeer }

/**
 * The peer of a profile: the one that runs, or else one of this process. Of several processes that start at once, one
 * gets the profile and the others find its door, or wait while it runs for the moment without one.
 */
export const claimPeer = async (
  profile: Profile,
  options: PeerOptions,
  world: Pick<World, 'findRunning' | 'openPeer' | 'now' | 'wait' | 'ending'>,
): Promise<Result<Claimed, PeerRefusal>> => {
  // Looking takes time as well: up to seconds where a peer has stopped answering.
  const until = world.now() + BUSY_MILLIS_MAX
  for (;;) {
    const running = await world.findRunning(profile)
    if (running !== undefined) return accept({ at: 'running', peer: running })
    const own = await world.openPeer(profile, options)
    if (own.ok) return accept({ at: 'own', peer: own.value })
    // Only one process at a time opens the store: the system keeps that lock and lets go of it when a process dies.
    const busy = own.refusal.kind === 'profile-in-use'
    if (!busy || world.now() >= until || world.ending.aborted) return own
    await world.wait(BUSY_LOOK_MILLIS, world.ending)
  }
}

export type BorrowedPeer = {
  readonly calls: Calls
  /** Whether it runs by itself, so that it goes on afterwards. */
  readonly running: boolean
  release(): Promise<void>
}

/** A peer to make a few calls on: the running one, or one that runs until it is released. */
export const borrowPeer = async (
  profile: Profile,
  options: Pick<PeerOptions, 'ask'>,
  world: World,
): Promise<Result<BorrowedPeer, PeerRefusal>> => {
  const claimed = await claimPeer(profile, options, world)
  if (!claimed.ok) return claimed
  const { at, peer } = claimed.value
  if (at === 'own') return accept({ calls: peer.calls, running: false, release: () => peer.close() })
  return accept({ calls: peer.calls, running: true, release: async () => peer.disconnect() })
}

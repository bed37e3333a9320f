import type { Calls } from '../view/calls.ts'
import { groupCalls } from './calls/groups.ts'
import { lastingCalls } from './calls/lasting.ts'
import { ownCalls } from './calls/own.ts'
import { peopleCalls } from './calls/people.ts'
import { talkingCalls } from './calls/talking.ts'
import { createDeciding } from './deciding.ts'
import { createForgetting } from './forgetting.ts'
import type { Arriving } from './groups/arriving.ts'
import type { Changing } from './groups/changing.ts'
import { createReading } from './reading.ts'
import type { Invitations } from './invitations/port.ts'
import type { RunningPeer } from './running.ts'

/** What the calls are made of, besides the peer itself. */
export type CallsInput = {
  readonly invitations: Invitations
  readonly arriving: Arriving
  readonly changing: Changing
}

/** The peer's calls: each looks up what it is about, and has the peer or the conversation do it. */
export const createCalls = (peer: RunningPeer, { invitations, arriving, changing }: CallsInput): Calls => {
  const reading = createReading(peer)
  const deciding = createDeciding(peer, { reading, arriving })
  const { invite, revoke, examine, join, forgetJoining } = invitations
  return {
    ...ownCalls(peer),
    ...peopleCalls(peer, deciding),
    ...talkingCalls(peer, { reading, deciding }),
    ...groupCalls(peer, { changing, deciding }),
    ...lastingCalls(peer, { forget: createForgetting(peer, changing) }),
    invite,
    revoke,
    examine,
    join,
    forgetJoining,
  }
}

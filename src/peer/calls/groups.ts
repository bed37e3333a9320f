import { refuse } from '../../core/bytes/result.ts'
import type { Calls, Refusal } from '../../view/calls.ts'
import type { Deciding } from '../deciding.ts'
import type { RunningPeer } from '../running.ts'

type Groups = Pick<
  Calls,
  'found' | 'members' | 'add' | 'remove' | 'leave' | 'setRole' | 'retitle' | 'setPicture' | 'picture' | 'answer'
>

/** Calls about groups: who is in, as what, and what the group is called. */
export const groupCalls = (_peer: RunningPeer, _deciding: Deciding): Groups => {
  const none = (): Promise<{ readonly ok: false; readonly refusal: Refusal }> =>
    Promise.resolve(refuse({ kind: 'not-a-group' }))
  return {
    found: none,
    members: none,
    add: none,
    remove: none,
    leave: none,
    setRole: none,
    retitle: none,
    setPicture: none,
    picture: none,
    answer: none,
  }
}

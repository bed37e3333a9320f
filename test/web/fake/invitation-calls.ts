import { accept, refuse } from '../../../src/core/bytes/result.ts'
import type { Calls } from '../../../src/view/calls.ts'
import type { InvitationOffer } from '../../../src/view/invitation-view.ts'
import { DAY, idOf } from './people.ts'
import type { World } from './world.ts'

export type InvitationCalls = Pick<Calls, 'invite' | 'revoke' | 'examine' | 'join' | 'forgetJoining'>

/** As long as a real one with a server and two addresses. */
export const linkOf = (word: string): string => `kith:${word}${'Kx7_'.repeat(90)}`

/** What the links of this stage offer; every other text is mangled. */
export const offers = (now: number): ReadonlyMap<string, InvitationOffer> => {
  const gwen = { person: idOf('gwen'), name: 'Gwen', tag: 'g7h2kq' }
  const servers = ['chat.example.org:12345']
  return new Map([
    [linkOf('talk'), { id: idOf('offer talk'), inviter: gwen, expires: now + 6 * DAY, servers, way: 'mine' }],
    [
      linkOf('group'),
      {
        id: idOf('offer group'),
        inviter: gwen,
        group: { title: 'Choir, the second altos', role: 'member' },
        expires: now + 2 * DAY,
        servers: [],
        way: 'apart',
      },
    ],
  ])
}

/** The calls about invitations, as a peer of this world answers them. */
export const invitationCalls = (world: World): InvitationCalls => {
  const { answer } = world
  return {
    invite: (input) =>
      answer('invite', input, () => {
        const invitation = {
          id: world.newId(),
          link: linkOf(input.conversation === undefined ? 'mine' : 'ours'),
          ...(input.conversation === undefined ? {} : { conversation: input.conversation }),
          role: input.role,
          history: input.history,
          made: world.now(),
          expires: world.now() + input.days * DAY,
          uses: input.uses,
          used: 0,
          state: 'open',
          waitsAt: 'Lighthouse',
        } as const
        world.setInvitation(invitation)
        return accept(invitation)
      }),
    revoke: (input) =>
      answer('revoke', input, () => {
        const known = world.invitations.get(input.invitation)
        if (known === undefined) return refuse({ kind: 'unknown-invitation' })
        world.setInvitation({ ...known, state: 'revoked' })
        return accept(null)
      }),
    examine: (input) =>
      answer('examine', input, () => {
        if (input.link === linkOf('mine')) return refuse({ kind: 'invitation-own' })
        const offer = offers(world.now()).get(input.link)
        return offer === undefined ? refuse({ kind: 'invitation-mangled' }) : accept(offer)
      }),
    join: (input) =>
      answer('join', input, () => {
        const offer = offers(world.now()).get(input.link)
        if (offer === undefined) return refuse({ kind: 'invitation-mangled' })
        const { id, inviter, group, servers } = offer
        world.setJoining({
          id,
          inviter,
          ...(group ? { group: { title: group.title } } : {}),
          since: world.now(),
          state: { at: 'waiting', ...(servers.length > 0 ? { left: 'Lighthouse' } : {}) },
        })
        return accept({ joining: id })
      }),
    forgetJoining: (input) =>
      answer('forgetJoining', input, () => {
        world.joinings.delete(input.joining)
        world.tell({ kind: 'joining-gone', joining: input.joining })
        return accept(null)
      }),
  }
}

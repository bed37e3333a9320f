import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from '../../../src/core/bytes/hex.ts'
import { OTHERS_MILLIS } from '../../../src/peer/invitations/answering.ts'
import type { InvitationView } from '../../../src/view/invitation-view.ts'
import { done, refusalOf } from '../../support/town.ts'
import { createLobby, found, type Guest, type Lobby } from './lobby.ts'

const INVITE = { role: 'member', uses: 1, days: 7, history: { share: 'all' } } as const

type Stage = {
  readonly lobby: Lobby
  readonly ann: Guest
  readonly bob: Guest
  readonly carol: Guest
  readonly climbers: Hex
  readonly invitation: InvitationView
}

/** Ann and Bob are admins of the climbers, and Ann invites. */
const setUp = async (uses = 1): Promise<Stage> => {
  const lobby = createLobby(2)
  const [ann, bob, carol] = [await lobby.guest('Ann'), await lobby.guest('Bob'), await lobby.guest('Carol')]
  const climbers = found(lobby, 'Climbers', [
    [ann, 'admin'],
    [bob, 'admin'],
  ])
  const invitation = done(await ann.invitations.invite({ ...INVITE, uses, conversation: climbers }))
  await lobby.time.advance(100)
  return { lobby, ann, bob, carol, climbers, invitation }
}

const join = async (guest: Guest, { link }: InvitationView): Promise<void> => {
  done(await guest.invitations.join({ link: link ?? '' }))
}

test('[IN18] an invitation into a group leads in as the role it says, and shows who is asked', async () => {
  const { lobby, ann, carol, climbers, invitation } = await setUp()
  const offer = done(await carol.invitations.examine({ link: invitation.link ?? '' }))
  assert.deepEqual([offer.group, offer.inviter.name], [{ title: 'Climbers', role: 'member' }, 'Ann'])
  await join(carol, invitation)
  await lobby.time.advance(100)
  assert.deepEqual(carol.joining(), { at: 'in', conversation: climbers })
  assert.deepEqual([...carol.entered], [[climbers, ann.person]])
  assert.equal(lobby.groups.get(climbers)?.members.get(carol.person), 'member')
  assert.deepEqual([ann.invitation(invitation.id)?.used, ann.invitation(invitation.id)?.state], [1, 'used'])
})

test('[IN19] any admin lets people in while the inviter is away, and all admins see the invitation', async () => {
  const { lobby, ann, bob, carol, climbers, invitation } = await setUp()
  assert.equal(bob.invitation(invitation.id)?.state, 'open')
  ann.stop()
  await join(carol, invitation)
  await lobby.time.advance(OTHERS_MILLIS - 1)
  assert.equal(carol.joining()?.at, 'waiting', 'the inviter comes first')
  await lobby.time.advance(OTHERS_MILLIS * 2)
  assert.deepEqual([carol.joining()?.at, carol.entered.get(climbers)], ['in', bob.person])
})

test('[IN19] who is let in by the inviter is left alone by the other admins', async () => {
  const { lobby, bob, carol, invitation } = await setUp(5)
  await join(carol, invitation)
  await lobby.time.advance(OTHERS_MILLIS * 3)
  assert.deepEqual([carol.joining()?.at, bob.met.has(carol.device)], ['in', false])
})

test('[IN19] the text that another admin gives away leads into the same group by the same invitation', async () => {
  const { lobby, ann, bob, carol, climbers, invitation } = await setUp()
  const bobs = bob.invitation(invitation.id)
  assert.notEqual(bobs?.link, invitation.link)
  ann.stop()
  await join(carol, bobs as InvitationView)
  await lobby.time.advance(100)
  assert.deepEqual([carol.joining()?.at, carol.entered.get(climbers)], ['in', bob.person])
})

test('[IN18] a member who is no admin neither invites, nor revokes, nor lets in, nor sees invitations', async () => {
  const { lobby, ann, bob, carol, climbers, invitation } = await setUp()
  lobby.groups.get(climbers)?.members.set(bob.person, 'member')
  bob.invitations.groupChanged(climbers)
  assert.deepEqual(bob.invitations.list(), [])
  assert.equal(await refusalOf(bob.invitations.invite({ ...INVITE, conversation: climbers })), 'not-admin')
  assert.equal(await refusalOf(bob.invitations.revoke({ invitation: invitation.id })), 'not-admin')
  assert.equal(await refusalOf(carol.invitations.invite({ ...INVITE, conversation: climbers })), 'gone')
  assert.equal(await refusalOf(carol.invitations.invite({ ...INVITE, conversation: 'aa'.repeat(32) })), 'not-a-group')
  ann.stop()
  await join(carol, invitation)
  await lobby.time.advance(OTHERS_MILLIS * 3)
  assert.equal(carol.joining()?.at, 'waiting')
})

test('[IN11] a group’s invitation that any admin revoked says so to who comes with it', async () => {
  const { lobby, ann, bob, carol, climbers, invitation } = await setUp()
  done(await bob.invitations.revoke({ invitation: invitation.id }))
  assert.equal(ann.invitation(invitation.id)?.state, 'revoked')
  await join(carol, invitation)
  await lobby.time.advance(100)
  assert.deepEqual(carol.joining(), { at: 'refused', because: 'revoked' })
  assert.equal(lobby.groups.get(climbers)?.members.has(carol.person), false)
})

test('[IN20] whoever was removed does not come in again by an invitation, however often their request is read', async () => {
  const { lobby, ann, bob, carol, climbers, invitation } = await setUp(5)
  await join(carol, invitation)
  await lobby.time.advance(100)
  lobby.groups.get(climbers)?.members.delete(carol.person)
  lobby.groups.get(climbers)?.removed.add(carol.person)
  for (const each of [ann, bob, carol]) each.invitations.groupChanged(climbers)
  for (const each of [ann, bob]) {
    each.stop()
    await each.start()
    each.invitations.groupChanged(climbers)
  }
  await lobby.time.advance(OTHERS_MILLIS * 3)
  await carol.invitations.forgetJoining({ joining: invitation.id })
  await lobby.time.advance(1)
  await join(carol, invitation)
  await lobby.time.advance(OTHERS_MILLIS * 3)
  assert.deepEqual(carol.joining(), { at: 'refused', because: 'not-allowed' })
  assert.equal(lobby.groups.get(climbers)?.members.has(carol.person), false)
})

test('[IN8] who was let in as one too many at the same moment is told that the invitation was used', async () => {
  const { lobby, carol, climbers, invitation } = await setUp()
  await join(carol, invitation)
  await lobby.time.advance(50)
  // Another admin let somebody else in at the same moment, and theirs came first.
  const group = lobby.groups.get(climbers)
  group?.members.delete(carol.person)
  const known = group?.invitations.get(invitation.id)
  if (known) group?.invitations.set(invitation.id, { ...known, used: 1 })
  carol.invitations.groupChanged(climbers)
  await lobby.time.advance(50)
  assert.deepEqual(carol.joining(), { at: 'refused', because: 'used' })
})

test('[IN18] a full group lets nobody in; who is in already is in at once; a forgotten group forgets its invitations', async () => {
  const { lobby, ann, bob, carol, climbers, invitation } = await setUp(5)
  const group = lobby.groups.get(climbers)
  if (group) group.full = true
  await join(carol, invitation)
  await lobby.time.advance(100)
  assert.deepEqual(carol.joining(), { at: 'refused', because: 'not-allowed' })
  await join(bob, invitation)
  assert.deepEqual(bob.joining(), { at: 'in', conversation: climbers })
  ann.invitations.groupForgotten(climbers)
  assert.deepEqual(ann.invitations.list(), [])
  await lobby.time.advance(1)
  ann.stop()
  await ann.start()
  assert.deepEqual(ann.invitations.list(), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directId } from '../../../src/core/group/founding.ts'
import { makeRequest } from '../../../src/core/invitation/request.ts'
import { decodeLink } from '../../../src/core/invitation/link.ts'
import { invitationMailbox } from '../../../src/core/invitation/secret.ts'
import { makeAnswer } from '../../../src/core/invitation/answer.ts'
import { ANSWER_MILLIS_MAX } from '../../../src/core/invitation/joining.ts'
import { OPEN_MAX } from '../../../src/peer/invitations/issuing.ts'
import { ownCard } from '../../../src/peer/self.ts'
import type { InvitationView } from '../../../src/view/invitation-view.ts'
import { createDeterministicCrypto } from '../../core/deterministic-crypto.ts'
import { done, refusalOf } from '../../support/town.ts'
import { createLobby, type Guest, type Lobby } from './lobby.ts'

const DAY = 24 * 60 * 60 * 1000
const TALK = { role: 'member', uses: 1, days: 7, history: { share: 'none' } } as const

const setUp = async (uses = 1): Promise<{ lobby: Lobby; ann: Guest; bob: Guest; invitation: InvitationView }> => {
  const lobby = createLobby(1)
  const [ann, bob] = [await lobby.guest('Ann'), await lobby.guest('Bob')]
  const invitation = done(await ann.invitations.invite({ ...TALK, uses }))
  await lobby.time.advance(100)
  return { lobby, ann, bob, invitation }
}

const join = async (guest: Guest, { link }: InvitationView): Promise<void> => {
  done(await guest.invitations.join({ link: link ?? '' }))
}

test('[IN9] an invitation to talk makes both contacts of each other, over a link alone', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  lobby.offline.add(ann.device).add(bob.device)
  await join(bob, invitation)
  assert.deepEqual([...bob.sought], [[ann.device, ['192.168.1.10:4001']]])
  await lobby.time.advance(100)
  assert.deepEqual(bob.joining(), { at: 'waiting' })
  await lobby.link(ann, bob)
  assert.deepEqual(bob.joining(), { at: 'in', conversation: directId(ann.person, bob.person) })
  assert.deepEqual([ann.accepted.has(bob.person), bob.accepted.has(ann.person)], [true, true])
  assert.deepEqual(ann.meetings.get(bob.person), bob.meetings.get(ann.person), 'they meet in one mailbox')
  assert.equal(ann.invitation(invitation.id)?.state, 'used')
})

test('[IN260] an invitation of one’s own is told as that when it is looked at', async () => {
  const { ann, bob, invitation } = await setUp()
  const link = invitation.link ?? ''
  assert.equal(await refusalOf(ann.invitations.examine({ link })), 'invitation-own')
  const offer = done(await bob.invitations.examine({ link }))
  assert.equal(offer.inviter.name, 'Ann')
})

test('[IN10] the newcomer’s request waits in the mailbox while the inviter is away, and the answer while the newcomer is', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  ann.stop()
  await join(bob, invitation)
  await lobby.time.advance(100)
  bob.invitations.placed()
  assert.deepEqual(bob.joining(), { at: 'waiting', left: 'example.org' })
  assert.deepEqual([...bob.met.keys()], [ann.device], 'the inviter’s card lay in the mailbox')
  bob.stop()
  await ann.start()
  await lobby.time.advance(100)
  assert.equal(ann.accepted.has(bob.person), true)
  ann.stop()
  await bob.start()
  await lobby.time.advance(100)
  assert.equal(bob.joining()?.at, 'in')
  assert.equal(bob.accepted.has(ann.person), true)
  assert(!lobby.blobs().some(({ kind }) => kind === 'request'), 'who is in leaves no request behind')
})

test('[IN11] an invitation that is used up, expired or revoked says so to who waits', async () => {
  const used = await setUp()
  const carol = await used.lobby.guest('Carol')
  await join(used.bob, used.invitation)
  await used.lobby.time.advance(100)
  await join(carol, used.invitation)
  await used.lobby.time.advance(100)
  assert.deepEqual([used.bob.joining()?.at, carol.joining()], ['in', { at: 'refused', because: 'used' }])

  const revoked = await setUp()
  revoked.lobby.offline.add(revoked.bob.device)
  await join(revoked.bob, revoked.invitation)
  done(await revoked.ann.invitations.revoke({ invitation: revoked.invitation.id }))
  await revoked.lobby.link(revoked.ann, revoked.bob)
  assert.deepEqual(revoked.bob.joining(), { at: 'refused', because: 'revoked' })
  assert.equal(revoked.ann.accepted.size, 0)

  const expired = await setUp()
  expired.ann.stop()
  await join(expired.bob, expired.invitation)
  await expired.lobby.time.advance(7 * DAY)
  await expired.ann.start()
  await expired.lobby.time.advance(100)
  assert.deepEqual(expired.bob.joining(), { at: 'refused', because: 'expired' })
})

test('[IN11] who waits longer than an invitation lasts is told that it expired, also when nobody ever answers', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  ann.stop()
  await join(bob, invitation)
  await lobby.time.advance(7 * DAY + ANSWER_MILLIS_MAX)
  assert.deepEqual(bob.joining(), { at: 'refused', because: 'expired' })
  assert.equal(bob.told.filter(({ kind }) => kind === 'joining').length >= 2, true)
})

test('[IN11] texts that are mangled, newer, expired or one’s own are refused before anything is sent', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  const link = invitation.link ?? ''
  assert.equal(await refusalOf(bob.invitations.join({ link: link.slice(0, -3) })), 'invitation-mangled')
  assert.equal(await refusalOf(bob.invitations.examine({ link: 'x'.repeat(9_999) })), 'invitation-mangled')
  assert.equal(await refusalOf(ann.invitations.join({ link })), 'invitation-own')
  await lobby.time.advance(7 * DAY)
  assert.equal(await refusalOf(bob.invitations.join({ link })), 'invitation-expired')
  assert.deepEqual([bob.invitations.joinings(), bob.sought.size], [[], 0])
})

test('[IN12] however often and over whatever ways somebody asks, it is one use', async () => {
  const { lobby, ann, bob, invitation } = await setUp(2)
  await lobby.link(ann, bob)
  await join(bob, invitation)
  await lobby.time.advance(100)
  for (const _ of [1, 2]) {
    ann.stop()
    await ann.start()
    await lobby.link(ann, bob)
  }
  await bob.invitations.forgetJoining({ joining: invitation.id })
  await join(bob, invitation)
  await lobby.time.advance(100)
  assert.equal(bob.joining()?.at, 'in')
  assert.equal(ann.invitation(invitation.id)?.used, 1)
})

test('[IN12] of several people who ask at one moment, as many are let in as there are uses', async () => {
  const { lobby, ann, invitation } = await setUp(2)
  const guests = [await lobby.guest('B'), await lobby.guest('C'), await lobby.guest('D'), await lobby.guest('E')]
  await Promise.all(guests.map((each) => join(each, invitation)))
  await Promise.all(guests.map((each) => lobby.link(ann, each)))
  await lobby.time.advance(1_000)
  assert.deepEqual(guests.map((each) => each.joining()?.at).toSorted(byText), ['in', 'in', 'refused', 'refused'])
  assert.equal(ann.accepted.size, 2)
  assert.equal(ann.invitation(invitation.id)?.used, 2)
})

const byText = (a = '', b = ''): number => (a < b ? -1 : 1)

test('[IN13] a use that the disk did not keep is told to nobody, and asked for again', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  lobby.offline.add(bob.device)
  await join(bob, invitation)
  ann.store.failNext({ kind: 'full' })
  await lobby.link(ann, bob)
  assert.deepEqual([bob.joining()?.at, ann.invitation(invitation.id)?.used], ['waiting', 0])
  lobby.unlink(ann, bob)
  await lobby.link(ann, bob)
  assert.deepEqual([bob.joining()?.at, ann.invitation(invitation.id)?.used], ['in', 1])
})

test('[IN13] invitations and joinings outlive a restart; calls that the disk refuses change nothing', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  ann.store.failNext({ kind: 'full' })
  assert.equal(await refusalOf(ann.invitations.invite(TALK)), 'disk-full')
  ann.store.failNext({ kind: 'full' })
  assert.equal(await refusalOf(ann.invitations.revoke({ invitation: invitation.id })), 'disk-full')
  bob.store.failNext({ kind: 'full' })
  assert.equal(await refusalOf(bob.invitations.join({ link: invitation.link ?? '' })), 'disk-full')
  assert.deepEqual([ann.invitations.list().length, bob.invitations.joinings()], [1, []])
  ann.stop()
  await join(bob, invitation)
  bob.stop()
  await bob.start()
  assert.equal(bob.joining()?.at, 'waiting')
  await ann.start()
  assert.equal(ann.invitation(invitation.id)?.link, invitation.link)
  await lobby.time.advance(100)
  assert.equal(bob.joining()?.at, 'in')
})

test('[IN14] whoever is blocked is told nothing, and an invitation of somebody blocked is refused', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  ann.blocked.add(bob.person)
  await join(bob, invitation)
  await lobby.link(ann, bob)
  assert.equal(bob.joining()?.at, 'waiting')
  assert(!lobby.blobs().some(({ kind }) => kind === 'answer'))
  bob.blocked.add(ann.person)
  const other = done(await ann.invitations.invite(TALK))
  assert.equal(await refusalOf(bob.invitations.join({ link: other.link ?? '' })), 'blocked')
})

test('[IN15] joining takes the inviter’s servers when none was ever chosen; that they are others is shown before', async () => {
  const { bob, invitation } = await setUp()
  const link = invitation.link ?? ''
  const offer = async () => done(await bob.invitations.examine({ link }))
  assert.deepEqual([(await offer()).servers, (await offer()).way], [['example.org:12345'], 'mine'])
  bob.servers.chosen = ['other.org:12345']
  assert.equal((await offer()).way, 'visited')
  await join(bob, invitation)
  assert.deepEqual(bob.servers.chosen, ['other.org:12345'])
  await bob.invitations.forgetJoining({ joining: invitation.id })
  bob.servers.chosen = undefined
  assert.equal((await offer()).way, 'mine')
  await join(bob, invitation)
  assert.deepEqual(bob.servers.chosen, ['example.org:12345'])
})

test('[IN16] nobody but the inviter answers an invitation to talk, though others hold its link', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  const eve = await lobby.guest('Eve')
  const link = decodeLink(invitation.link ?? '')
  assert(link.ok)
  ann.stop()
  await join(bob, invitation)
  const crypto = createDeterministicCrypto(1)
  const card = (await ownCard(crypto, eve.self))?.card ?? new Uint8Array()
  const eves = { deviceSeed: eve.self.deviceSeed, card, secret: link.value.secret }
  for (const outcome of ['let-in', 'revoked'] as const) {
    const about = { invitation: invitation.id, newcomer: bob.card, outcome, asked: lobby.time.now() }
    const bytes = await makeAnswer(crypto, eves, about)
    await lobby.slip(invitationMailbox(link.value.secret), { kind: 'answer', bytes: bytes ?? new Uint8Array() })
  }
  assert.equal(bob.joining()?.at, 'waiting')
  assert.equal(bob.accepted.size, 0)
})

test('[IN16] who claims another’s card is not let in, and what is no request does nothing', async () => {
  const { lobby, ann, bob, invitation } = await setUp()
  const eve = await lobby.guest('Eve')
  const link = decodeLink(invitation.link ?? '')
  assert(link.ok)
  const { secret } = link.value
  const crypto = createDeterministicCrypto(1)
  const bobs = (await ownCard(crypto, bob.self))?.card ?? new Uint8Array()
  const about = { invitation: invitation.id, wanted: ann.person, time: lobby.time.now(), secret }
  const forged = await makeRequest(crypto, { deviceSeed: eve.self.deviceSeed, card: bobs }, about)
  for (const bytes of [forged, new Uint8Array(9), forged.slice(1)]) {
    ann.invitations.heard(eve.card, { kind: 'request', bytes })
    ann.invitations.heard(eve.card, { kind: 'answer', bytes })
    await lobby.slip(invitationMailbox(secret), { kind: 'request', bytes })
  }
  assert.deepEqual([ann.accepted.size, ann.met.size, ann.invitation(invitation.id)?.used], [0, 0, 0])
})

test('[IN17] no more than fifty invitations to talk are open at one time; those that ended are listed for a month', async () => {
  const { lobby, ann } = await setUp()
  for (let made = 1; made < OPEN_MAX; made++) done(await ann.invitations.invite(TALK))
  assert.equal(await refusalOf(ann.invitations.invite(TALK)), 'invitations-full')
  await lobby.time.advance(7 * DAY)
  assert.equal(new Set(ann.invitations.list().map(({ state }) => state)).size, 1)
  assert.equal(
    ann.told.filter((each) => each.kind === 'invitation' && each.invitation.state === 'expired').length,
    OPEN_MAX,
  )
  done(await ann.invitations.invite(TALK))
  await lobby.time.advance(29 * DAY)
  ann.stop()
  await ann.start()
  assert.equal(ann.invitations.list().length, OPEN_MAX + 1)
  await lobby.time.advance(2 * DAY)
  ann.stop()
  await ann.start()
  assert.equal(ann.invitations.list().length, 1)
})

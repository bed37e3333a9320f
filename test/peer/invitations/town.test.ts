import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InvitationView, JoiningView } from '../../../src/view/invitation-view.ts'
import { rosterOf, sayIn, wordsIn } from '../../support/group.ts'
import { createTown, done, refusalOf, say, storyOf, type Home, type Town } from '../../support/town.ts'

const TALK = { role: 'member', uses: 1, days: 7, history: { share: 'none' } } as const
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** People who would never find each other by themselves: not near, and on the server at most. */
const strangers = async (town: Town, names: readonly string[], server = ''): Promise<readonly Home[]> => {
  const homes: Home[] = []
  for (const name of names) {
    const home = await town.home(name, { nearby: false })
    done(await home.calls.configure({ seenOnServer: false }))
    if (server !== '') done(await home.calls.useServers({ addresses: [server] }))
    homes.push(home)
  }
  await town.time.advance(2_000)
  return homes
}

const join = async (home: Home, { link }: InvitationView): Promise<void> => {
  done(await home.calls.join({ link: link ?? '' }))
}

const wordsBetween = async (one: Home, other: Home): Promise<readonly string[]> =>
  (await storyOf(one, other)).filter((line) => !line.endsWith('(joined)'))

const joiningOf = (home: Home): JoiningView['state'] | undefined => [...home.screen.joinings.values()][0]?.state

const invitationOf = (home: Home, { id }: InvitationView): InvitationView | undefined => home.screen.invitations.get(id)

test('[IN9] without any server, an invitation links two strangers, and they talk', async () => {
  const town = createTown(1)
  const [ann, bob] = await strangers(town, ['Ann', 'Bob'])
  if (!ann || !bob) assert.fail()
  const invitation = done(await ann.calls.invite(TALK))
  await join(bob, invitation)
  await town.time.advance(5_000)
  assert.equal(joiningOf(bob)?.at, 'in')
  await say(bob, ann, 'hello')
  await town.time.advance(1_000)
  await say(ann, bob, 'welcome')
  await town.time.advance(1_000)
  for (const [one, other] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    assert.deepEqual(await wordsBetween(one, other), ['Bob: hello', 'Ann: welcome'])
    assert.equal(one.screen.people.get(other.person)?.standing, 'accepted')
  }
  assert.equal(invitationOf(ann, invitation)?.state, 'used')
})

test('[IN10] [IN22] inviter and newcomer meet and talk although they are never online at one time', async () => {
  const town = createTown(2)
  const [ann, bob] = await strangers(town, ['Ann', 'Bob'], town.serve())
  if (!ann || !bob) assert.fail()
  /** One of them alone is there for a while. */
  const visit = async (home: Home, run: () => Promise<unknown>): Promise<void> => {
    await home.start()
    await town.time.advance(5_000)
    await run()
    await town.time.advance(15_000)
    await home.stop()
  }
  await bob.stop()
  const invitation = done(await ann.calls.invite(TALK))
  await town.time.advance(2_000)
  assert.equal(invitationOf(ann, invitation)?.waitsAt, 'Town')
  await ann.stop()
  await visit(bob, async () => {
    await join(bob, invitation)
    await town.time.advance(5_000)
    assert.deepEqual(joiningOf(bob), { at: 'waiting', left: 'Town' })
  })
  await visit(ann, async () => {
    assert.equal(ann.screen.people.get(bob.person)?.standing, 'accepted')
    await say(ann, bob, 'welcome')
  })
  await visit(bob, async () => {
    assert.equal(joiningOf(bob)?.at, 'in')
    assert.deepEqual(await wordsBetween(bob, ann), ['Ann: welcome'])
    await say(bob, ann, 'hello')
  })
  await visit(ann, async () => {
    assert.deepEqual(await wordsBetween(ann, bob), ['Ann: welcome', 'Bob: hello'])
    await say(ann, bob, 'how are you')
  })
  await visit(bob, async () => {
    assert.deepEqual(await wordsBetween(bob, ann), ['Ann: welcome', 'Bob: hello', 'Ann: how are you'])
  })
})

test('[IN22] both may write their first words at once, each while the other is away', async () => {
  const town = createTown(10)
  const [ann, bob] = await strangers(town, ['Ann', 'Bob'], town.serve())
  if (!ann || !bob) assert.fail()
  const invitation = done(await ann.calls.invite(TALK))
  await join(bob, invitation)
  await town.time.advance(10_000)
  assert.equal(joiningOf(bob)?.at, 'in')
  await bob.stop()
  await say(ann, bob, 'welcome')
  await town.time.advance(10_000)
  await ann.stop()
  town.wires.part(ann.device, bob.device)
  await bob.start()
  await say(bob, ann, 'hello')
  await town.time.advance(10_000)
  await ann.start()
  await town.time.advance(20_000)
  for (const [one, other] of [
    [ann, bob],
    [bob, ann],
  ] as const)
    assert.deepEqual(new Set(await wordsBetween(one, other)), new Set(['Ann: welcome', 'Bob: hello']), one.name)
})

test('[IN11] a second one who comes with a used invitation is told so, whether the inviter is there or not', async () => {
  const town = createTown(3)
  const [ann, bob, carol, dave] = await strangers(town, ['Ann', 'Bob', 'Carol', 'Dave'], town.serve())
  if (!ann || !bob || !carol || !dave) assert.fail()
  const invitation = done(await ann.calls.invite(TALK))
  await join(bob, invitation)
  await town.time.advance(10_000)
  await join(carol, invitation)
  await town.time.advance(10_000)
  assert.deepEqual([joiningOf(bob)?.at, joiningOf(carol)], ['in', { at: 'refused', because: 'used' }])
  await ann.stop()
  await join(dave, invitation)
  await town.time.advance(MINUTE)
  assert.equal(joiningOf(dave)?.at, 'waiting')
  await ann.start()
  await town.time.advance(10_000)
  assert.deepEqual(joiningOf(dave), { at: 'refused', because: 'used' })
  assert.deepEqual([...ann.screen.people.values()].filter((each) => each.standing === 'accepted').length, 1)
})

test('[IN11] a revoked and an expired invitation say so', async () => {
  const town = createTown(4)
  const [ann, bob, carol] = await strangers(town, ['Ann', 'Bob', 'Carol'], town.serve())
  if (!ann || !bob || !carol) assert.fail()
  const revoked = done(await ann.calls.invite(TALK))
  const expiring = done(await ann.calls.invite({ ...TALK, days: 1 }))
  done(await ann.calls.revoke({ invitation: revoked.id }))
  await join(bob, revoked)
  await town.time.advance(10_000)
  assert.deepEqual(joiningOf(bob), { at: 'refused', because: 'revoked' })
  await ann.stop()
  await join(carol, expiring)
  await town.time.advance(DAY)
  await ann.start()
  await town.time.advance(MINUTE)
  assert.deepEqual(joiningOf(carol), { at: 'refused', because: 'expired' })
  assert.equal(await refusalOf(bob.calls.join({ link: expiring.link ?? '' })), 'invitation-expired')
})

/** Ann and Ben, who are both admins of a group, met by an invitation. */
const withAdmins = async (
  town: Town,
  others: readonly string[],
): Promise<{ readonly homes: readonly Home[]; readonly group: string }> => {
  const homes = await strangers(town, ['Ann', 'Ben', ...others], town.serve())
  const [ann, ben] = homes
  if (!ann || !ben) assert.fail()
  const { conversation: group } = done(await ann.calls.found({ title: 'Hikers', people: [] }))
  const invitation = done(await ann.calls.invite({ ...TALK, role: 'admin', conversation: group }))
  await join(ben, invitation)
  await town.time.advance(20_000)
  assert.equal(joiningOf(ben)?.at, 'in')
  assert.equal(await rosterOf(ben, group, homes), 'Ann* Ben*')
  return { homes, group }
}

test('[IN18] an invitation leads into a group, as an admin where it says so, and the newcomer talks there', async () => {
  const town = createTown(5)
  const { homes, group } = await withAdmins(town, [])
  const [ann, ben] = homes
  if (!ann || !ben) assert.fail()
  await sayIn(ben, group, 'hello')
  await town.time.advance(5_000)
  await sayIn(ann, group, 'welcome')
  await town.time.advance(5_000)
  for (const each of homes) assert.deepEqual(await wordsIn(each, group, homes), ['Ben: hello', 'Ann: welcome'])
})

test('[IN19] any admin lets people in while the inviter is away, and the inviter sees it later', async () => {
  const town = createTown(6)
  const { homes, group } = await withAdmins(town, ['Cid'])
  const [ann, ben, cid] = homes
  if (!ann || !ben || !cid) assert.fail()
  const invitation = done(await ann.calls.invite({ ...TALK, conversation: group }))
  await town.time.advance(10_000)
  assert.equal(invitationOf(ben, invitation)?.state, 'open')
  await ann.stop()
  await join(cid, invitation)
  await town.time.advance(30_000)
  assert.equal(joiningOf(cid)?.at, 'in')
  assert.equal(await rosterOf(cid, group, homes), 'Ann* Ben* Cid')
  await sayIn(cid, group, 'hello')
  await town.time.advance(10_000)
  assert.deepEqual(await wordsIn(ben, group, homes), ['Cid: hello'])
  await ann.start()
  await town.time.advance(20_000)
  assert.deepEqual(await wordsIn(ann, group, homes), ['Cid: hello'])
  assert.equal(invitationOf(ann, invitation)?.state, 'used')
})

test('[IN19] whoever became an admin later lets people in by the invitations that were open before', async () => {
  const town = createTown(11)
  const homes = await strangers(town, ['Ann', 'Ben', 'Cid'], town.serve())
  const [ann, ben, cid] = homes
  if (!ann || !ben || !cid) assert.fail()
  const { conversation: group } = done(await ann.calls.found({ title: 'Hikers', people: [] }))
  const invitation = done(await ann.calls.invite({ ...TALK, uses: 2, conversation: group }))
  await join(ben, invitation)
  await town.time.advance(20_000)
  assert.equal(invitationOf(ben, invitation), undefined)
  done(await ann.calls.setRole({ conversation: group, person: ben.person, role: 'admin' }))
  await town.time.advance(10_000)
  await ann.stop()
  await join(cid, invitation)
  await town.time.advance(30_000)
  assert.equal(joiningOf(cid)?.at, 'in')
  assert.equal(await rosterOf(ben, group, homes), 'Ann* Ben* Cid')
})

test('[IN8] [IN12] one use that two admins gave away at the same moment lets one in, and tells the other', async () => {
  const town = createTown(7)
  const { homes, group } = await withAdmins(town, ['Cid', 'Dan'])
  const [ann, ben, cid, dan] = homes
  if (!ann || !ben || !cid || !dan) assert.fail()
  const invitation = done(await ann.calls.invite({ ...TALK, conversation: group }))
  await town.time.advance(10_000)
  const bens = invitationOf(ben, invitation)
  assert(bens?.link)
  // Each of the newcomers reaches one of the admins alone, and these two do not reach each other.
  for (const each of homes) done(await each.calls.useServers({ addresses: [] }))
  // Until everybody knows that: they would look for each other on that server.
  await town.time.advance(1_000)
  const parted = [
    [ann, ben],
    [ann, dan],
    [ben, cid],
    [cid, dan],
  ] as const
  for (const [one, other] of parted) town.wires.part(one.device, other.device)
  await join(cid, invitation)
  await join(dan, bens)
  await town.time.advance(30_000)
  assert.deepEqual([joiningOf(cid)?.at, joiningOf(dan)?.at], ['in', 'in'])
  for (const [one, other] of parted) town.wires.mend(one.device, other.device)
  for (const each of homes) await each.calls.tryNow({ person: ann.person })
  await town.time.advance(2 * MINUTE)
  assert.equal(await rosterOf(ann, group, homes), await rosterOf(ben, group, homes))
  const [inside, outside] = (await rosterOf(ann, group, homes)).includes('Cid') ? [cid, dan] : [dan, cid]
  assert.equal(joiningOf(inside)?.at, 'in')
  assert.deepEqual(joiningOf(outside), { at: 'refused', because: 'used' })
  assert.equal(invitationOf(ann, invitation)?.used, 1)
})

test('[IN11] a group’s invitation that was revoked says so, also after restarts', async () => {
  const town = createTown(8)
  const { homes, group } = await withAdmins(town, ['Cid'])
  const [ann, ben, cid] = homes
  if (!ann || !ben || !cid) assert.fail()
  const invitation = done(await ann.calls.invite({ ...TALK, conversation: group }))
  await town.time.advance(10_000)
  done(await ben.calls.revoke({ invitation: invitation.id }))
  await town.time.advance(10_000)
  assert.equal(invitationOf(ann, invitation)?.state, 'revoked')
  await ann.stop()
  await ann.start()
  await join(cid, invitation)
  await town.time.advance(10_000)
  assert.deepEqual(joiningOf(cid), { at: 'refused', because: 'revoked' })
})

test('[IN21] what was said before is seen by a newcomer exactly when the invitation says so, and the group is told', async () => {
  const town = createTown(9)
  const { homes, group } = await withAdmins(town, ['Cid', 'Dan'])
  const [ann, , cid, dan] = homes
  if (!ann || !cid || !dan) assert.fail()
  await sayIn(ann, group, 'before')
  await town.time.advance(5_000)
  const all = done(await ann.calls.invite({ ...TALK, history: { share: 'all' }, conversation: group }))
  const none = done(await ann.calls.invite({ ...TALK, conversation: group }))
  await join(cid, all)
  await join(dan, none)
  await town.time.advance(MINUTE)
  assert.deepEqual([await wordsIn(cid, group, homes), await wordsIn(dan, group, homes)], [['Ann: before'], []])
})

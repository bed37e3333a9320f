import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InvitationView } from '../../src/view/invitation-view.ts'
import { says, startPeer, texts } from './peer.ts'
import { createStage, startServer, type Ran, type Stage } from './stage.ts'

const TIMEOUT = { timeout: 240_000 }

/** Runs a command of somebody. */
const kithOf =
  (stage: Stage, profile: string) =>
  (...words: readonly string[]): Promise<Ran> =>
    stage.kith([...words, '--data', stage.data, '--profile', profile])

test(
  '[SC24] an invitation is answered while its maker is away; they talk once both were there, and a second use says used',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const { address } = await startServer(stage)
    const [ann, bob, cara] = ['ann', 'bob', 'cara'].map((profile) => kithOf(stage, profile))
    if (!ann || !bob || !cara) assert.fail()

    // Ann makes an invitation and goes away.
    const annRuns = await startPeer(stage, 'ann', { name: 'Ann', server: address })
    const invited = await ann('invite')
    assert.equal(invited.code, 0, invited.err)
    const link = invited.out.trim()
    assert.match(link, /^kith:[\w-]+$/)
    assert.match(invited.err, /open for 7 days, used 0 of 1 time.*works while you are away/)
    await annRuns.stop()

    // Bob, who never chose a server, joins through hers and waits.
    assert.equal((await bob('name', 'Bob')).code, 0)
    const joined = await bob('join', link)
    assert.equal(joined.code, 0, joined.err)
    assert.match(joined.err, /Ann invites you to talk\./)
    assert.match(joined.out, /Waiting for Ann to come online\. Your answer lies sealed on the server/)
    assert.match((await bob('invitations')).out, /Waiting for Ann to come online/)
    const mangled = await bob('join', link.slice(0, -2))
    assert.deepEqual([mangled.code, /no whole invitation/.test(mangled.err)], [2, true])

    // Ann comes back: they talk.
    const annAgain = await startPeer(stage, 'ann', {})
    const bobRuns = await startPeer(stage, 'bob', {})
    const conversation = await bobRuns.until(({ joinings }) => {
      const state = [...joinings.values()][0]?.state
      return state?.at === 'in' ? state.conversation : undefined
    })
    await annAgain.until(({ people }) => (people.get(bobRuns.id)?.standing === 'accepted' ? true : undefined))
    await bobRuns.says(conversation, 'here I am')
    await annAgain.hears(conversation, says('here I am'))
    await annAgain.says(conversation, 'welcome')
    await bobRuns.hears(conversation, says('welcome'))
    assert.deepEqual(texts(await bobRuns.lines(conversation)), ['here I am', 'welcome'])

    // A second use says used, whether Ann is there or comes back later.
    assert.equal((await cara('name', 'Cara')).code, 0)
    const used = await cara('join', link, '--wait', '--timeout', '150')
    assert.deepEqual([used.code, /already used as often as it may be/.test(used.out)], [1, true], used.out + used.err)
    assert.match((await ann('invitations', '--all')).out, /used up \(used 1 of 1 time\)/)
  },
)

test('[SC25] an admin of a group lets people in while the one who invited them is away', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const { address } = await startServer(stage)
  const [ann, cara] = [kithOf(stage, 'ann'), kithOf(stage, 'cara')]
  const annRuns = await startPeer(stage, 'ann', { name: 'Ann', server: address })
  assert.equal((await ann('group', 'new', 'The Hikers')).code, 0)
  const forBob = await ann('invite', 'the hikers', '--role', 'admin', '--uses', '1')
  const forCara = await ann('invite', 'the hikers', '--json')
  assert.deepEqual([forBob.code, forCara.code], [0, 0], forBob.err + forCara.err)

  const bobRuns = await startPeer(stage, 'bob', { name: 'Bob' })
  const joined = await kithOf(stage, 'bob')('join', forBob.out.trim(), '--wait', '--timeout', '150')
  assert.deepEqual(
    [joined.code, /You are in the group “The Hikers” now/.test(joined.out)],
    [0, true],
    joined.out + joined.err,
  )
  const group = await bobRuns.until(({ conversations }) =>
    [...conversations.values()].find((each) => each.kind === 'group' && each.role === 'admin'),
  )
  const { id, link } = JSON.parse(forCara.out) as InvitationView
  await bobRuns.until(({ invitations }) => (invitations.get(id)?.link === undefined ? undefined : true))
  await annRuns.stop()

  const caraRuns = await startPeer(stage, 'cara', { name: 'Cara' })
  const came = await cara('join', link ?? '', '--wait', '--timeout', '150')
  assert.equal(came.code, 0, came.out + came.err)
  await caraRuns.until(({ conversations }) => {
    const mine = conversations.get(group.id)
    return mine?.kind === 'group' && mine.size === 3 ? true : undefined
  })
  const members = await cara('group', 'members', 'The Hikers')
  assert.match(members.out, /Ann .* admin[\s\S]*Bob .* admin[\s\S]*Cara .* member, you/)
  assert.equal((await cara('say', 'The Hikers', 'hello all')).code, 0)
  await bobRuns.hears(group.id, says('hello all'))

  // Ann finds it all when she is back.
  const annAgain = await startPeer(stage, 'ann', {})
  await annAgain.hears(group.id, says('hello all'))
  assert.match((await ann('history', 'the hikers')).out, /Bob added Cara[\s\S]*Cara: hello all/)
})

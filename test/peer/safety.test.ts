import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPuppet } from '../support/puppet.ts'
import { conversationOf, createTown, done, linesOf, refusalOf, say, type Home } from '../support/town.ts'

const TALK = { role: 'member', uses: 1, days: 7, history: { share: 'none' } } as const

const verifiedBy = (home: Home, person: string): string | undefined => home.screen.people.get(person)?.verified.at

test('[SN3] somebody is verified once the digits were compared or their code agreed, until that is taken back', async () => {
  const town = createTown(1)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  await town.time.advance(3_000)
  const [hers, his] = [
    done(await ann.calls.safety({ person: bob.person })),
    done(await bob.calls.safety({ person: ann.person })),
  ]
  assert.equal(hers.digits, his.digits)
  assert.equal(verifiedBy(ann, bob.person), 'no')
  done(await ann.calls.verify({ person: bob.person, scanned: his.code }))
  done(await bob.calls.verify({ person: ann.person }))
  await town.time.advance(10)
  assert.deepEqual([verifiedBy(ann, bob.person), verifiedBy(bob, ann.person)], ['yes', 'yes'])
  await ann.stop()
  await ann.start()
  await town.time.advance(10)
  assert.equal(verifiedBy(ann, bob.person), 'yes')
  done(await ann.calls.unverify({ person: bob.person }))
  await town.time.advance(10)
  assert.equal(verifiedBy(ann, bob.person), 'no')
})

test('[SN3] a code that does not agree marks nobody, and only a contact’s code is plainly another’s', async () => {
  const town = createTown(2)
  const [ann, bob, carol] = [await town.home('Ann'), await town.home('Bob'), await town.home('Carol')]
  await town.time.advance(3_000)
  const codeOf = async (home: Home, about: Home): Promise<string> =>
    done(await home.calls.safety({ person: about.person })).code
  const other = async (scanned: string): Promise<boolean | undefined> => {
    const result = await ann.calls.verify({ person: bob.person, scanned })
    assert(!result.ok && result.refusal.kind === 'safety-mismatch')
    return result.refusal.other
  }
  assert.equal(await other(await codeOf(carol, ann)), false, 'Carol is a stranger: she may be the one in between')
  done(await ann.calls.decide({ person: carol.person, standing: 'accepted' }))
  assert.equal(await other(await codeOf(carol, ann)), true)
  assert.equal(await other(await codeOf(ann, bob)), true)
  assert.equal(await refusalOf(ann.calls.verify({ person: bob.person, scanned: 'hello' })), 'safety-unreadable')
  assert.equal(verifiedBy(ann, bob.person), 'no')
})

test('[SN3] while the disk refuses, nobody is marked', async () => {
  const town = createTown(3)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  await town.time.advance(3_000)
  ann.store.refuseWith({ kind: 'full' })
  assert.equal(await refusalOf(ann.calls.verify({ person: bob.person })), 'disk-full')
  ann.store.refuseWith(undefined)
  await town.time.advance(10)
  assert.equal(verifiedBy(ann, bob.person), 'no')
})

test('[SN4] a new device takes the mark away, and says so in the conversation', async () => {
  const town = createTown(4)
  const ann = await town.home('Ann')
  const bob = await createPuppet(town, 'Bob')
  await bob.meet(ann)
  await town.time.advance(1_000)
  done(await ann.calls.decide({ person: bob.person, standing: 'accepted' }))
  done(await ann.calls.verify({ person: bob.person }))
  await town.time.advance(10)
  assert.equal(verifiedBy(ann, bob.person), 'yes')
  const another = await createPuppet(town, 'Bob', 2, 1)
  assert.equal(another.person, bob.person)
  await another.meet(ann)
  await town.time.advance(1_000)
  assert.equal(verifiedBy(ann, bob.person), 'changed')
  const lines = await linesOf(ann, bob)
  assert.deepEqual(
    lines.map(({ kind }) => kind),
    ['device'],
  )
  done(await ann.calls.verify({ person: bob.person }))
  await town.time.advance(10)
  assert.equal(verifiedBy(ann, bob.person), 'yes')
})

test('[SN5] a newcomer who claims the name of somebody verified is shown as a look-alike, with a tag', async () => {
  const town = createTown(5)
  const [ann, bob] = [await town.home('Ann'), await town.home('Bob')]
  await town.time.advance(3_000)
  await say(ann, bob, 'hello')
  done(await ann.calls.verify({ person: bob.person }))
  const invitation = done(await ann.calls.invite(TALK))
  // The same name with a Cyrillic letter: it looks the same.
  const mallory = await town.home('Воb', { nearby: false })
  done(await mallory.calls.join({ link: invitation.link ?? '' }))
  await town.time.advance(5_000)
  const [seen, friend] = [ann.screen.people.get(mallory.person), ann.screen.people.get(bob.person)]
  assert.deepEqual(seen?.verified, { at: 'lookalike', of: bob.person })
  assert.deepEqual([seen?.standing, seen?.ambiguous, friend?.ambiguous], ['accepted', true, true])
  assert.equal(friend?.verified.at, 'yes')
  assert.notEqual(await conversationOf(ann, bob), await conversationOf(ann, mallory))
})

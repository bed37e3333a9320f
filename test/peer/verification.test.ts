import assert from 'node:assert/strict'
import test from 'node:test'
import { assertScreen } from '../support/agreement.ts'
import { createTown, done, linesOf, refusalOf, say } from '../support/town.ts'

test('[PE43] two people share one safety number; a mark says that it was compared, by hand or by scanning', async () => {
  const town = createTown(1)
  const [ann, ben, cid] = [await town.home('Ann'), await town.home('Ben'), await town.home('Cid')]
  await town.time.advance(2_000)
  const here = done(await ann.calls.safety({ person: ben.person }))
  const there = done(await ben.calls.safety({ person: ann.person }))
  assert.match(here.digits, /^[0-9]{60}$/)
  assert.equal(here.digits, there.digits)
  assert.notEqual(here.digits, done(await ann.calls.safety({ person: cid.person })).digits)
  assert.equal(here.verified.at, 'no')

  const othersCode = done(await cid.calls.safety({ person: ann.person })).code
  assert.equal(await refusalOf(ann.calls.verify({ person: ben.person, scanned: othersCode })), 'safety-mismatch')
  assert.equal(await refusalOf(ann.calls.verify({ person: ben.person, scanned: 'hello' })), 'safety-unreadable')
  assert.equal(ann.screen.people.get(ben.person)?.verified.at, 'no')
  done(await ann.calls.verify({ person: ben.person, scanned: there.code }))
  done(await ann.calls.verify({ person: cid.person }))
  await town.time.advance(100)
  for (const each of [ben, cid]) assert.equal(ann.screen.people.get(each.person)?.verified.at, 'yes')
  await ann.stop()
  await ann.start()
  await town.time.advance(100)
  assert.equal(ann.screen.people.get(ben.person)?.verified.at, 'yes')
  done(await ann.calls.unverify({ person: ben.person }))
  await town.time.advance(100)
  assert.equal(ann.screen.people.get(ben.person)?.verified.at, 'no')
  await assertScreen(ann)
  assert.equal(await refusalOf(ann.calls.safety({ person: ann.person })), 'unknown-person')
})

test('[PE44] whoever is called like somebody I verified, and is not, is marked as a look-alike', async () => {
  const town = createTown(2)
  const [ann, ben] = [await town.home('Ann'), await town.home('Ben')]
  await town.time.advance(2_000)
  done(await ann.calls.verify({ person: ben.person }))
  const fake = await town.home('Ben')
  await town.time.advance(2_000)
  assert.deepEqual(ann.screen.people.get(fake.person)?.verified, { at: 'lookalike', of: ben.person })
  assert.equal(ann.screen.people.get(ben.person)?.verified.at, 'yes')
  done(await fake.calls.rename({ name: 'Somebody' }))
  await town.time.advance(1_000)
  assert.equal(ann.screen.people.get(fake.person)?.verified.at, 'no')
  await assertScreen(ann)
})

test('[PE45] a new device of somebody I verified takes the mark away, with a line where we talk', async () => {
  const town = createTown(3)
  const [ann, ben] = [await town.home('Ann'), await town.home('Ben')]
  await town.time.advance(2_000)
  await say(ann, ben, 'hi')
  await town.time.advance(1_000)
  done(await ann.calls.verify({ person: ben.person }))
  const second = await town.device(ben)
  await town.time.advance(5_000)
  assert.equal(ann.screen.people.get(ben.person)?.verified.at, 'changed')
  assert.deepEqual(
    (await linesOf(ann, ben)).map(({ kind }) => kind).filter((kind) => kind === 'device'),
    ['device'],
  )
  // Once is enough, whatever that device does, and comparing again brings the mark back.
  await second.stop()
  await second.start()
  await town.time.advance(5_000)
  assert.equal((await linesOf(ann, ben)).filter(({ kind }) => kind === 'device').length, 1)
  done(await ann.calls.verify({ person: ben.person }))
  await town.time.advance(100)
  assert.equal(ann.screen.people.get(ben.person)?.verified.at, 'yes')
  await assertScreen(ann)
})

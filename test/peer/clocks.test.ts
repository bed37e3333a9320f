import assert from 'node:assert/strict'
import test from 'node:test'
import { createTown, linesOf, say } from '../support/town.ts'

const YEAR_MILLIS = 365 * 24 * 60 * 60 * 1000

test('[SY24] what was written while a clock was a year ahead, and the much that was after it, all arrives', async () => {
  const town = createTown(1)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  await alice.stop()
  bob.setSkew(YEAR_MILLIS)
  await say(bob, alice, 'from the future')
  bob.setSkew(0)
  // More than one reading of the store brings.
  for (let at = 0; at < 12; at++) await say(bob, alice, `${at}${'x'.repeat(60_000)}`)
  await alice.start()
  await town.time.advance(20_000)
  const texts = (await linesOf(alice, bob)).flatMap((line) => (line.kind === 'message' ? [line.text.slice(0, 9)] : []))
  assert.equal(texts.length, 15)
})

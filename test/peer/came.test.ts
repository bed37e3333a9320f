import assert from 'node:assert/strict'
import test from 'node:test'
import { conversationOf, createTown, done, linesOf, say } from '../support/town.ts'

test('[UI301] a screen is told which messages came and which only changed', async () => {
  const town = createTown(1)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  await town.time.advance(2_000)
  await say(alice, bob, 'hi')
  await town.time.advance(500)
  const seen: string[] = []
  const stop = new AbortController()
  const watching = (async () => {
    for await (const update of alice.calls.updates(stop.signal))
      if (update.kind === 'line' && update.line.kind === 'message' && !update.line.mine)
        seen.push(`${update.line.text} ${update.came === true ? 'came' : 'changed'}`)
  })()
  await say(bob, alice, 'ho')
  await town.time.advance(500)
  const line = (await linesOf(bob, alice)).find((each) => each.kind === 'message' && each.mine)?.id ?? assert.fail()
  done(await bob.calls.react({ conversation: await conversationOf(bob, alice), line, emoji: '👍', on: true }))
  await town.time.advance(500)
  assert.deepEqual(seen, ['ho came', 'ho changed'])
  stop.abort()
  await watching.catch(() => undefined)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { fillHistory } from '../../bench/history.ts'
import { acquaint } from './people.ts'
import { done, setStage } from './stage.ts'
import { say } from './windows.ts'

const MESSAGES = 100_000
const TURNS = 120
/** So little that the line that was topmost is still in sight. */
const STEP_PIXELS = 300
/** What is loaded beyond what is in sight. */
const AHEAD_PIXELS = 4_000
/** Less than what an eye sees of a step of this size. */
const MOVED_PIXELS_MAX = 4
const ROWS_MAX = 80
const NODES_MAX = 6_000
const HEAP_BYTES_MAX = 40_000_000

const stage = await setStage()

test('[EE20] a conversation of 100,000 messages opens at its end and scrolls up without a jump, in bounded memory', async () => {
  const [ann, bob] = await Promise.all([stage.home('ann', { name: 'Ann' }), stage.home('bob', { name: 'Bob' })])
  const conversation = await acquaint(ann, bob, ['Ann', 'Bob'])
  const [me, other] = (await Promise.all([ann.calls.status(), bob.calls.status()])).map(({ me: each }) => ({
    device: each?.device ?? '',
    person: each?.id ?? '',
  }))
  assert.ok(me && other)
  await Promise.all([ann.stop(), bob.stop()])
  const last = await fillHistory(ann.folder, { conversation, me, other }, MESSAGES)

  const again = await stage.home('ann')
  // What was not read would open the conversation where the reading stopped.
  const { lines } = await done(again.calls.history({ conversation, limit: 1 }))
  assert.ok(lines[0])
  await done(again.calls.read({ conversation, upTo: lines[0].order }))
  const page = await stage.open(again.windowUrl)
  await page.getByRole('link', { name: /Bob/ }).click()
  await page.locator('[data-bubble]', { hasText: last }).last().waitFor()
  // The rows that are loaded ahead are there: nothing that the opening still does falls together with the first step.
  await page.waitForFunction(
    (ahead) => (document.querySelector('[aria-label="Messages with Bob"]')?.scrollTop ?? 0) >= ahead,
    AHEAD_PIXELS,
  )
  const before = await oldestSeen(page)
  const offs: number[] = []
  for (let turn = 0; turn < TURNS; turn++) offs.push(Math.abs((await scrollUp(page)) - STEP_PIXELS))
  const worst = Math.max(...offs)
  assert.ok(worst <= MOVED_PIXELS_MAX, `a line moved by ${worst} pixels more or less than was scrolled`)
  assert.notEqual(await oldestSeen(page), before)
  assert.ok((await page.locator('[data-line]').count()) < ROWS_MAX, 'too many rows')
  assert.ok((await page.evaluate(() => document.querySelectorAll('*').length)) < NODES_MAX, 'too many elements')
  assert.ok((await heapOf(page)) < HEAP_BYTES_MAX, 'too much memory')

  await page.getByRole('button', { name: 'Go to the newest message' }).click()
  await page.locator('[data-bubble]', { hasText: last }).last().waitFor()
  await say(page, 'and one more')
})

/** The id of the topmost line in the page. */
const oldestSeen = (page: Page): Promise<string | null> => page.locator('[data-line]').first().getAttribute('data-line')

/**
 * Scrolls up by one step, and tells by how many pixels the line that was topmost has moved once the page rests: pages of
 * older lines that came meanwhile, and rows that turned out higher than estimated, must not show.
 */
const scrollUp = (page: Page): Promise<number> =>
  page.evaluate(async (step) => {
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve))
    const list = document.querySelector('[aria-label="Messages with Bob"]')
    const top = list?.getBoundingClientRect().top ?? 0
    const mark = [...document.querySelectorAll('[data-line]')].find((row) => row.getBoundingClientRect().top > top)
    if (!list || !mark) throw new Error('there is no line in sight')
    const before = mark.getBoundingClientRect().top
    list.scrollBy(0, -step)
    const look = (): number => {
      if (!mark.isConnected) throw new Error('a line that was in sight was taken out of the page')
      return mark.getBoundingClientRect().top
    }
    let here = before
    // At rest: three frames in which the line has not moved.
    for (let still = 0; still < 3;) {
      await frame()
      const now = look()
      still = now === here ? still + 1 : 0
      here = now
    }
    return here - before
  }, STEP_PIXELS)

const heapOf = async (page: Page): Promise<number> => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = (await devtools.send('Runtime.getHeapUsage')) as { usedSize: number }
  return usedSize
}

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { fillHistory } from '../../bench/history.ts'
import { acquaint } from './people.ts'
import { setStage } from './stage.ts'
import { say, until } from './windows.ts'

const MESSAGES = 100_000
const TURNS = 60
/** What one turn of a wheel moves. */
const WHEEL_PIXELS = 900
/** A row that turns out higher than estimated may move its neighbours by a few pixels for one frame. */
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
  const page = await stage.open(again.windowUrl)
  await page.getByRole('link', { name: /Bob/ }).click()
  await page.locator('[data-bubble]', { hasText: last }).last().waitFor()
  await page.getByRole('group', { name: 'Messages with Bob' }).hover()
  const before = await oldestSeen(page)
  for (let turn = 0; turn < TURNS; turn++) {
    const moved = await wheelUp(page)
    assert.ok(Math.abs(moved - WHEEL_PIXELS) <= MOVED_PIXELS_MAX, `turn ${turn}: the lines moved by ${moved} pixels`)
  }
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
 * Turns the wheel by one step, and tells by how many pixels a line that was and is in sight has moved, once the page
 * rests: pages of older lines that came meanwhile must not count.
 */
const wheelUp = async (page: Page): Promise<number> => {
  await page.evaluate(() => {
    const rows = [...document.querySelectorAll('[data-line]')]
    const mark = rows.find((row) => row.getBoundingClientRect().bottom > 80)
    const watched = globalThis as unknown as { watched?: { mark: Element; top: number } }
    if (mark) watched.watched = { mark, top: mark.getBoundingClientRect().top }
  })
  const top = await page.evaluate(() => document.querySelector('[role=group]')?.scrollTop ?? 0)
  await page.mouse.wheel(0, -WHEEL_PIXELS)
  await until(page, (was) => document.querySelector('[role=group]')?.scrollTop !== Number(was), String(top))
  return page.evaluate(async () => {
    const { watched } = globalThis as unknown as { watched: { mark: Element; top: number } }
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve))
    // At rest: two frames in which the line has not moved.
    let here = watched.mark.getBoundingClientRect().top
    for (let still = 0; still < 3; ) {
      await frame()
      const now = watched.mark.getBoundingClientRect().top
      still = now === here ? still + 1 : 0
      here = now
    }
    return here - watched.top
  })
}

const heapOf = async (page: Page): Promise<number> => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = (await devtools.send('Runtime.getHeapUsage')) as { usedSize: number }
  return usedSize
}

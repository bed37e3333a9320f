import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../test/browser.ts'
import { fillHistory } from './history.ts'
import { bubbleDrawn, bubbleReady, enterPressed, goTo } from './in-page.js'
import { sidesOf } from './past.ts'
import { acquainted, done, onStage, type BenchPeer, type Talk } from './peers.ts'
import { quantile, row, type Row } from './row.ts'

const RUNS = 5
const WARM_UP_MESSAGES = 10
const MESSAGES = 40
const HISTORY_MESSAGES = 100_000

const SCREEN_MILLIS_REACH = 60
const READY_MILLIS_REACH = 1_000

/** What people see: two windows in one browser, each at a peer of its own. */
export const benchWindow = async (runs = RUNS): Promise<readonly Row[]> => {
  const browser = await launchBrowser()
  try {
    return await onStage(async (stage) => {
      const talk = await acquainted(stage)
      const screen = await benchScreen(browser, talk, runs)
      const sides = await sidesOf(talk)
      await Promise.all([talk.ann.stop(), talk.bob.stop()])
      const last = await fillHistory(talk.ann.folder, sides, HISTORY_MESSAGES)
      const ann = await stage.peer('Ann')
      await readAll(ann, talk.conversation)
      const ready = await benchReady(browser, { peer: ann, conversation: talk.conversation, last, runs })
      await ann.stop()
      return [
        row('Enter in one window until the bubble is in the other, p50', 'ms', screen, SCREEN_MILLIS_REACH),
        row(
          `window ready with a conversation of ${HISTORY_MESSAGES.toLocaleString('en')} messages`,
          'ms',
          ready,
          READY_MILLIS_REACH,
        ),
      ]
    })
  } finally {
    await browser.close()
  }
}

/** A window opens a conversation at its first unread message. */
const readAll = async ({ calls }: BenchPeer, conversation: string): Promise<void> => {
  const newest = (await done(calls.history({ conversation, limit: 1 }))).lines[0]
  if (newest) await done(calls.read({ conversation, upTo: newest.order }))
}

/** Opens a window at a conversation, as a person who clicked it sees it. */
const openWindow = async (browser: Browser, peer: BenchPeer, conversation: string): Promise<Page> => {
  const page = await (await browser.newContext()).newPage()
  const url = await peer.windowUrl()
  if (url === undefined) throw new Error('the peer opens no window')
  await page.goto(url)
  await page.locator('nav, aside, main').first().waitFor()
  await page.evaluate(goTo, `/with/${conversation}`)
  await page.locator('#composer').waitFor()
  return page
}

/** The p50 of each run. */
const benchScreen = async (browser: Browser, { ann, bob, conversation }: Talk, runs: number): Promise<number[]> => {
  const from = await openWindow(browser, ann, conversation)
  const to = await openWindow(browser, bob, conversation)
  const measure = async (count: number): Promise<number[]> => {
    const millis: number[] = []
    for (let index = 0; index < count; index++) millis.push(await enterToBubble(from, to))
    return millis
  }
  await measure(WARM_UP_MESSAGES)
  const medians: number[] = []
  for (let run = 0; run < runs; run++) medians.push(quantile(await measure(MESSAGES), 0.5))
  await from.context().close()
  await to.context().close()
  return medians
}

let messages = 0

/**
 * From the key's event in one page until the frame in which the other page draws the bubble. Both clocks are the
 * machine's, in one browser.
 */
const enterToBubble = async (from: Page, to: Page): Promise<number> => {
  const text = `Message ${messages++} of the benchmark`
  const shown: Promise<number> = to.evaluate(bubbleDrawn, text)
  const pressed: Promise<number> = from.evaluate(enterPressed)
  await from.locator('#composer').fill(text)
  await from.locator('#composer').press('Enter')
  return (await shown) - (await pressed)
}

/** From the navigation's start until the last message is drawn, in a tab that shows that conversation and is reloaded. */
const benchReady = async (
  browser: Browser,
  input: { readonly peer: BenchPeer; readonly conversation: string; readonly last: string; readonly runs: number },
): Promise<number[]> => {
  const page = await openWindow(browser, input.peer, input.conversation)
  const millis: number[] = []
  for (let run = 0; run <= input.runs; run++) {
    await page.reload({ waitUntil: 'commit' })
    const ready: number = await page.evaluate(bubbleReady, input.last)
    // The first one fills the browser's caches.
    if (run > 0) millis.push(ready)
  }
  await page.context().close()
  return millis
}

import assert from 'node:assert/strict'
import test from 'node:test'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { annAndBob, leave, personNamed } from './people.ts'
import { done, setStage } from './stage.ts'
import { field, say, stranger, talk, theirs, until } from './windows.ts'

const stage = await setStage()

/** What axe finds, as short lines. The devtools may put its script into the page, which the page itself could not. */
const findings = async (page: Page): Promise<readonly string[]> => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Runtime.evaluate', { expression: axe.source })
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html.slice(0, 160))
        .join(' | ')} ${nodes[0]?.failureSummary ?? ''}`,
  )
}

const WIDE = { width: 1100, height: 720 } as const
const NARROW = { width: 360, height: 720 } as const

/** Looks at the page in light and dark, wide and narrow. */
const passes = async (page: Page): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of [WIDE, NARROW]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize(size)
      await drawn(page)
      assert.deepEqual(await findings(page), [], `${colorScheme}, ${size.width} pixels`)
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, 'it is too wide')
    }
  await page.setViewportSize(WIDE)
}

/** The page has taken up new colours and a new size. */
const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
  })

test('[EE18] axe finds nothing wrong from the first start to an empty list', async () => {
  const carla = await stage.home('carla', { port: 1 })
  const page = await stage.open(carla.windowUrl)
  await page.getByLabel('Your name').fill(' ')
  await page.locator('#my-name-words.text-ember').waitFor()
  await passes(page)
  await page.getByLabel('Your name').fill('Carla')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Nobody is in sight yet' }).waitFor()
  await passes(page)
  await carla.stop()
  stage.expectTrouble(/ERR_CONNECTION_REFUSED|WebSocket/)
  await page.getByRole('alert').getByText('Kith is not running.').waitFor()
  await passes(page)
  await page.close()
})

test('[EE18] axe finds nothing wrong in a conversation, a request, the details, and the settings', async () => {
  const { ann, bob, annsWindow: page, bobsWindow } = await annAndBob(stage)
  await field(page).fill('Some **bold** words, `code` and https://example.org/')
  await field(page).press('Enter')
  await theirs(bobsWindow, 'Some').waitFor()
  await say(bobsWindow, '🎉')
  await theirs(page, '🎉').waitFor()
  await passes(page)

  await page.getByRole('button', { name: /^About Bob/ }).click()
  await page.getByText('Your devices are on the same network').waitFor()
  await passes(page)
  await bob.kill()
  stage.expectTrouble(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket/)
  await bobsWindow.close()
  await page.getByText('ECONNREFUSED').first().waitFor()
  await passes(page)

  await page.getByRole('button', { name: 'Back to the conversation' }).click()
  await leave(page)
  await passes(page)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await passes(page)

  const dan = await stage.home('dan', { name: 'Maximiliane Freifrau von Hohenlohe-Lange' })
  const { id } = await personNamed(dan.calls, 'Ann')
  const { conversation } = await done(dan.calls.open({ person: id }))
  await done(
    dan.calls.say({
      conversation,
      text: 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung'.repeat(4),
    }),
  )
  await page.getByRole('link', { name: /Maximiliane/ }).click()
  await page.getByRole('button', { name: 'Accept' }).waitFor()
  await passes(page)
  await dan.stop()
  await ann.stop()
  await page.close()
})

test('[EE19] from the first start to a message that was answered, by keyboard alone', async () => {
  const fay = await stage.home('fay', { name: 'Fay' })
  const fays = await stage.open(fay.windowUrl)
  const gus = await stage.home('gus')
  const page = await stage.open(gus.windowUrl)
  await until(page, () => document.activeElement?.id === 'my-name')
  await page.keyboard.type('Gus')
  await page.keyboard.press('Enter')
  await stranger(page, 'Fay').waitFor()
  await tabTo(page, /Search people/)
  await page.keyboard.type('Fay')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await until(page, () => document.activeElement?.id === 'composer')
  await page.keyboard.type('Without a mouse')
  await page.keyboard.press('Enter')
  await talk(fays, /Gus.*Without a mouse/).click()
  await say(fays, 'So I see')
  await theirs(page, 'So I see').waitFor()
  // Back to the messages, up to the newest, and an answer to it.
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  await until(page, () => document.activeElement?.getAttribute('role') === 'article')
  await page.keyboard.press('r')
  await page.getByText('Answering Fay').waitFor()
  await page.keyboard.type('Indeed')
  await page.keyboard.press('Enter')
  await theirs(fays, 'Indeed').getByRole('button', { name: 'So I see' }).waitFor()
  await field(page).waitFor()
})

/** Presses Tab until what has the focus is called so; the whole page is walked at most once. */
const tabTo = async (page: Page, name: RegExp): Promise<void> => {
  for (let step = 0; step < 40; step++) {
    const label = await page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    )
    if (name.test(label)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never came to ${name.source}`)
}

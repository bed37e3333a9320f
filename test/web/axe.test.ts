import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { openTheatre, type Scene, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

/** What axe finds, as short lines. Its script is put into the page, which the policy would not allow. */
const findings = async (scene: Scene, act: (page: Page) => Promise<unknown>): Promise<readonly string[]> => {
  const { page, context } = await theatre.open({ ...scene, withoutPolicy: true })
  page.setDefaultTimeout(10_000)
  await act(page)
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  )
  await context.close()
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map((node) => node.html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
  )
}

const talk =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await page
      .getByRole('link', { name: new RegExp(name) })
      .first()
      .click()
    await page.locator('[data-bubble]').last().waitFor()
  }

const PAGES: readonly (readonly [string, Scene, (page: Page) => Promise<unknown>])[] = [
  ['the first start', { story: 'first' }, (page) => page.getByLabel('Your name').fill(' ')],
  [
    'nobody in sight',
    { story: 'empty' },
    (page) => page.getByRole('heading', { name: 'Nobody is in sight yet' }).waitFor(),
  ],
  ['a conversation', {}, talk('Bobby')],
  ['every kind of line', { height: 1_200 }, talk('Maximiliane')],
  ['a request', {}, talk('Carol')],
  [
    'the details',
    {},
    async (page) => {
      await talk('Maximiliane')(page)
      await page.getByRole('button', { name: /^About/ }).click()
      await page.getByText('Next attempt').waitFor()
    },
  ],
  ['the settings', {}, (page) => page.getByRole('button', { name: 'Settings' }).click()],
  [
    'a search',
    {},
    async (page) => {
      await page.getByRole('searchbox').fill('the')
      await page.getByRole('link', { name: /Count me in/ }).waitFor()
    },
  ],
  [
    'the shortcuts',
    {},
    async (page) => {
      await page.getByRole('heading', { name: 'Choose somebody' }).waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    },
  ],
  [
    'the actions of a message',
    {},
    async (page) => {
      await talk('Bobby')(page)
      await page.locator('[data-bubble=mine]').last().hover()
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menu').waitFor()
    },
  ],
  [
    'no token',
    { door: 'not-let-in' },
    (page) => page.getByRole('heading', { name: 'Open this window from Kith' }).waitFor(),
  ],
  [
    'Kith not running',
    { door: 'lost' },
    (page) => page.getByRole('heading', { name: 'Kith is not running' }).waitFor(),
  ],
]

for (const [name, scene, act] of PAGES)
  test(`[UI18] axe finds nothing on the page: ${name}`, async () => {
    assert.deepEqual(await findings(scene, act), [])
    assert.deepEqual(await findings({ ...scene, colours: 'dark' }, act), [])
  })

const narrow = { width: 360, height: 680 } as const
test('[UI18] axe finds nothing on a narrow screen: the list, a conversation', async () => {
  assert.deepEqual(await findings(narrow, (page) => page.getByRole('link', { name: /Bobby/ }).waitFor()), [])
  assert.deepEqual(await findings({ ...narrow, colours: 'dark' }, talk('Maximiliane')), [])
})

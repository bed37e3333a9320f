import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openTheatre, type Scene } from './stage.ts'

/** Pictures of every page of the window, for looking at: `node test/web/screenshots.ts FOLDER`. */
const folder = process.argv[2]
if (folder === undefined) throw new Error('say into which folder')
await mkdir(folder, { recursive: true })

const pick =
  (name: string) =>
  async (page: Page): Promise<void> => {
    await page
      .getByRole('link', { name: new RegExp(name) })
      .first()
      .click()
    await page
      .getByRole('textbox', { name: /Message to/ })
      .or(page.getByRole('button', { name: 'Unblock' }))
      .first()
      .waitFor()
  }

const about = async (page: Page): Promise<void> => {
  await pick('Maximiliane')(page)
  await page.getByRole('button', { name: /^About/ }).click()
  await page.getByText('Next attempt').waitFor()
}

const SCENES: Readonly<Record<string, Scene & { act?(page: Page): Promise<void> }>> = {
  first: { story: 'first' },
  'first-bad': { story: 'first', act: (page) => page.getByLabel('Your name').fill('a'.repeat(44)) },
  'first-dark-narrow': { story: 'first', colours: 'dark', width: 360, height: 680 },
  empty: { story: 'empty' },
  'empty-narrow': { story: 'empty', width: 360, height: 680 },
  home: {},
  conversation: { act: pick('Bobby') },
  'conversation-dark': { act: pick('Bobby'), colours: 'dark' },
  'conversation-wide': { act: pick('Bobby'), width: 1680, height: 1000 },
  'conversation-narrow': { act: pick('Bobby'), width: 360, height: 680 },
  list: { width: 360, height: 680 },
  lines: { act: pick('Maximiliane'), height: 1100 },
  'lines-dark': { act: pick('Maximiliane'), height: 1100, colours: 'dark' },
  'lines-narrow': { act: pick('Maximiliane'), width: 360, height: 900, colours: 'dark' },
  request: { act: pick('Carol') },
  'request-narrow': { act: pick('Carol'), width: 360, height: 680, colours: 'dark' },
  unread: { act: pick('Dan') },
  details: { act: about, width: 1440, height: 1000 },
  'details-narrow': { act: about, width: 360, height: 800 },
  settings: { act: (page) => page.getByRole('button', { name: 'Settings' }).click(), height: 1300 },
  'settings-dark-narrow': {
    act: (page) => page.getByRole('button', { name: 'Settings' }).click(),
    width: 360,
    height: 1300,
    colours: 'dark',
  },
  search: { act: (page) => page.getByRole('searchbox').fill('the') },
  actions: {
    act: async (page) => {
      await pick('Bobby')(page)
      await page.locator('[data-bubble]').nth(5).hover()
      await page.getByRole('button', { name: 'React' }).click()
    },
  },
  menu: {
    act: async (page) => {
      await pick('Bobby')(page)
      await page.locator('[data-bubble=mine]').last().hover()
      await page.getByRole('button', { name: 'More' }).click()
    },
  },
  emoji: {
    act: async (page) => {
      await pick('Bobby')(page)
      await page.getByRole('button', { name: 'Emoji' }).click()
      await page.getByRole('gridcell').first().waitFor()
    },
  },
  keys: { act: (page) => page.keyboard.press('?') },
  closed: { door: 'not-let-in' },
  lost: { door: 'lost' },
}

const theatre = await openTheatre()
const wanted = process.argv.slice(3)
for (const [name, { act, ...scene }] of Object.entries(SCENES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const { page, troubles, context } = await theatre.open(scene)
  try {
    page.setDefaultTimeout(5_000)
    await page.getByRole('main').first().or(page.getByRole('navigation')).first().waitFor()
    await act?.(page)
    await page.waitForTimeout(250)
  } catch (error) {
    process.stderr.write(`${name}: ${String(error).slice(0, 300)}\n`)
  }
  await page.screenshot({ path: join(folder, `${name}.png`) })
  if (troubles.length > 0) process.stderr.write(`${name}: ${troubles.join(', ')}\n`)
  await context.close()
}
await theatre.close()

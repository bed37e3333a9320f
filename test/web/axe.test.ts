import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { linkOf } from './fake/invitation-calls.ts'
import { idOf } from './fake/people.ts'
import { goTo, openTheatre, type Scene, type Theatre } from './stage.ts'

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

/** A place in the window, seen once something of it is there. */
const at =
  (place: string, words: string | RegExp) =>
  async (page: Page): Promise<void> => {
    await goTo(page, place)
    await page.getByText(words).last().waitFor()
  }

const press =
  (before: (page: Page) => Promise<void>, ...names: readonly (string | RegExp)[]) =>
  async (page: Page): Promise<void> => {
    await before(page)
    for (const name of names) await page.getByRole('button', { name }).first().click()
  }

const RIDGE = `/with/${idOf('group ridge')}`
const WIDE = { width: 1_400, height: 1_400 } as const
const details = at(`${RIDGE}/details`, 'Leave the group')

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
  ['a group with every kind of change', { height: 1_800 }, at(RIDGE, 'See you at the stop.')],
  ['a group of a stranger', {}, at(`/with/${idOf('group raffle')}`, 'Erin added you to this group')],
  ['a group that I am not in any more', {}, at(`/with/${idOf('group flat')}`, 'You were removed from this group.')],
  ['a group of 250', { ...WIDE, story: 'crowd' }, at(`/with/${idOf('group crowd')}/details`, 'Boris 2')],
  ['about a group', WIDE, details],
  ['changing a group', WIDE, press(details, 'Change name or picture')],
  ['a member', WIDE, press(details, /^Bobby \(Bob\) 2 devices/)],
  ['removing somebody', WIDE, press(details, /^Bobby \(Bob\) 2 devices/, 'Remove from the group')],
  ['adding people', WIDE, at(`${RIDGE}/add`, 'Who comes in')],
  ['who has a message', {}, press(at(RIDGE, 'See you at the stop.'), /^Sealed on/)],
  ['a new group', {}, at('/group', 'Who is in it')],
  ['invitations into a group', WIDE, press(at(`${RIDGE}/invite`, 'Open invitations'), 'Show')],
  ['inviting somebody', {}, at('/invite', 'Make the invitation')],
  ['an invitation', {}, press(at('/invite', 'It is good for'), 'Make the invitation')],
  ['joining with an invitation', {}, at('/join', 'Paste the link')],
  [
    'an invitation that is looked at',
    {},
    async (page) => {
      await goTo(page, '/join')
      await page.getByLabel('The invitation').fill(linkOf('group'))
      await page.getByRole('button', { name: 'Join the group' }).waitFor()
    },
  ],
  ['a joining that waits', {}, at(`/joining/${idOf('joining frank')}`, 'Give it up')],
  ['a joining that was refused', {}, at(`/joining/${idOf('joining book')}`, 'Use another invitation')],
  ['a safety number', WIDE, at(`/with/${idOf('with bob')}/safety`, 'The digits are the same')],
  ['a person that I verified', WIDE, at(`/with/${idOf('with gwen')}/details`, 'Show the safety number')],
  ['a changed key', { story: 'crowd' }, at(`/with/${idOf('with bob')}`, 'Compare again')],
  ['a look-alike', { story: 'crowd' }, at(`/with/${idOf('with bob two')}`, 'Careful')],
  [
    'the ways to somebody new',
    {},
    async (page) => {
      await page.getByRole('button', { name: 'New', exact: true }).click()
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
  for (const [place, words] of [
    [`${RIDGE}/details`, 'Leave the group'],
    ['/group', 'Who is in it'],
    [`/with/${idOf('with bob')}/safety`, 'The digits are the same'],
    ['/join', 'Paste the link'],
  ] as const)
    assert.deepEqual(await findings(narrow, at(place, words)), [])
})

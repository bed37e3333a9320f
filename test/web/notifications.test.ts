import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { recordNotifications, toldIn, turn } from './recorded.ts'
import { idOf } from './fake/people.ts'
import { goTo, onStage, openTheatre, overflow, until, type Scene, type Theatre } from './stage.ts'

const WITH_BOB = idOf('with bob')
const WITH_CAROL = idOf('with carol')
const WITH_IDA = idOf('with ida')

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const hear = (page: Page, id: string, text: string): Promise<unknown> =>
  onStage(page, (stage, said) => stage.peer.hear(said.id, said.text), { id, text })

const isTold = (page: Page, count: number): Promise<unknown> =>
  until(page, (wanted) => globalThis.told.length >= Number(wanted), String(count))

const play = async (
  scene: Scene,
  leave: 'granted' | 'asked',
  act: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<void> => {
  const { page, troubles, context } = await theatre.open(scene)
  page.setDefaultTimeout(10_000)
  if (leave === 'granted') await context.grantPermissions(['notifications'])
  await recordNotifications(page)
  await act(page, context)
  assert.deepEqual(troubles, [])
  assert.equal(await overflow(page), 0)
  await context.close()
}

const choose = async (page: Page, choice: string): Promise<void> => {
  await goTo(page, '/settings')
  await page.getByText(choice, { exact: true }).click()
}

test('[UI220] [UI223] a message is told to who is elsewhere, leads to its conversation, and goes once it was read', () =>
  play({}, 'granted', async (page) => {
    await choose(page, 'Who wrote and what')
    await turn(page, 'away')
    await hear(page, WITH_BOB, 'are you coming?')
    await isTold(page, 1)
    assert.deepEqual(await toldIn(page), ['Bobby: are you coming?'])
    await page.evaluate(() => globalThis.told[0]?.click())
    await page.locator('[data-bubble]', { hasText: 'are you coming?' }).waitFor()
    await turn(page, 'back')
    await until(page, () => globalThis.told[0]?.closed === true)
    await hear(page, WITH_BOB, 'I see you')
    await hear(page, WITH_IDA, 'and I')
    await isTold(page, 2)
    assert.deepEqual((await toldIn(page)).slice(1), ['Maximiliane Alexandrine von Hohenfels-S.: and I'])
  }))

test('[UI221] [UI222] a flood of messages makes few notifications, all of one tag, and a stranger’s words are not told', () =>
  play({}, 'granted', async (page) => {
    await choose(page, 'Who wrote and what')
    await turn(page, 'away')
    await onStage(
      page,
      (stage, id) => {
        for (let index = 0; index < 500; index++) stage.peer.hear(id, `number ${index}`)
      },
      WITH_BOB,
    )
    await until(page, () => globalThis.told.at(-1)?.title === 'Bobby (500 new)')
    const tags = await page.evaluate(() => globalThis.told.map(({ tag }) => tag))
    assert.ok(tags.length <= 2, `${tags.length} notifications`)
    assert.deepEqual([...new Set(tags)], [WITH_BOB])
  }))

test('[UI223] of two windows of one profile one tells, and neither of what somebody looks at in the other', () =>
  play({}, 'granted', async (first, context) => {
    await choose(first, 'Who wrote')
    const second = await context.newPage()
    await second.goto(first.url())
    await second.getByRole('navigation').waitFor()
    await recordNotifications(second)
    await goTo(second, `/with/${WITH_BOB}`)
    await second.locator('[data-bubble]').last().waitFor()
    await turn(first, 'away')
    await until(second, () => document.hasFocus())
    // The stories of both windows are their own: each hears it as it hears of one peer.
    for (const page of [first, second]) await hear(page, WITH_BOB, 'seen in the second')
    for (const page of [first, second]) await hear(page, WITH_IDA, 'unseen')
    await isTold(first, 1)
    assert.deepEqual(await toldIn(first), ['Maximiliane Alexandrine von Hohenfels-S.: New message'])
    assert.deepEqual(await toldIn(second), [])
  }))

test('[UI224] a browser that refuses is told of in the settings, with what it means and what to do', () =>
  play({ width: 360 }, 'asked', async (page) => {
    // A browser without a head refuses at once, as one whose owner said no.
    await choose(page, 'Who wrote')
    await page.getByText('Your browser lets this window show no notifications, so nothing is told').waitFor()
    await turn(page, 'away')
    await hear(page, WITH_BOB, 'unheard')
    await until(page, () => document.title === '(14) Kith')
    assert.deepEqual(await toldIn(page), [])
    await page.getByText('Not at all', { exact: true }).click()
    await page.getByText('Your browser lets this window').waitFor({ state: 'detached' })
  }))

test('[UI224] after something came unseen it is offered once, and an answer holds', () =>
  play({}, 'asked', async (page) => {
    await page.evaluate(() => {
      Object.defineProperty(Notification, 'permission', { get: () => 'default' })
      window.dispatchEvent(new Event('focus'))
    })
    const offer = page.getByRole('region', { name: 'Notifications' })
    await hear(page, WITH_CAROL, 'seen in the list')
    await turn(page, 'away')
    await hear(page, WITH_BOB, 'unseen')
    await turn(page, 'back')
    await offer.getByRole('button', { name: 'No', exact: true }).click()
    await offer.waitFor({ state: 'detached' })
    await goTo(page, '/settings')
    await page.getByRole('radio', { name: 'Not at all', checked: true }).waitFor({ state: 'attached' })
    assert.equal(await page.evaluate(() => localStorage.getItem('kith notifications')), 'nothing')
  }))

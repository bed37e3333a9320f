import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { idOf } from './fake/people.ts'
import { goTo, onStage, openTheatre, playOn, until, type Scene, type Theatre } from './stage.ts'

const WITH_BOB = idOf('with bob')

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => playOn(theatre, scene, act)

const bobSays = (page: Page, text: string): Promise<unknown> =>
  onStage(page, (stage, [conversation, said]) => stage.peer.hear(conversation, said), [WITH_BOB, text] as const)

const openBob = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: /Bobby/ }).first().click()
  await page.locator('[data-bubble]').last().waitFor()
}

test('[UI203] marks that are stacked on a letter stay inside their own bubble', () =>
  play({}, async (page) => {
    await openBob(page)
    await bobSays(page, `z${'\u0301\u0334\u0348\u035c'.repeat(60)}`)
    const bubble = page.locator('[data-bubble="theirs"]').last()
    await until(
      page,
      () => [...document.querySelectorAll('[data-bubble]')].at(-1)?.textContent?.startsWith('z') === true,
    )
    assert.equal(await bubble.evaluate((each) => getComputedStyle(each).overflow), 'clip')
    const { x, y, width } = (await bubble.boundingBox()) ?? assert.fail()
    const above = { x: Math.round(x), y: Math.round(y) - 12, width: Math.round(width), height: 11 }
    const shot = (await page.screenshot({ clip: above })).toString('base64')
    await bubble.evaluate((each) => {
      each.style.color = 'transparent'
    })
    assert.equal((await page.screenshot({ clip: above })).toString('base64'), shot)
  }))

test('[UI204] an address that leads nowhere leads to the list, and a place that is none to the conversation', () =>
  play({ width: 360 }, async (page) => {
    for (const place of ['/foo', '/with/a/b/c/d']) {
      await goTo(page, place)
      await page.getByRole('link', { name: /Bobby/ }).first().waitFor()
      await until(page, () => location.hash === '#/')
    }
    await goTo(page, `/with/${WITH_BOB}/at/1.2.ab`)
    await page.locator('[data-bubble]').last().waitFor()
    assert.equal(
      await onStage(
        page,
        (stage) => stage.peer.called.some(({ input }) => JSON.stringify(input ?? null).includes('"ab"')),
        null,
      ),
      false,
    )
  }))

test('[UI205] the list says of a message in which nothing is seen that there is nothing to see', () =>
  play({}, async (page) => {
    await page.getByRole('link', { name: /Bobby/ }).first().waitFor()
    await bobSays(page, '\u200b\u2060\u200d')
    await page
      .getByRole('link', { name: /Bobby.*Nothing to see/ })
      .first()
      .waitFor()
  }))

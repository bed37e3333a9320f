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

test('[UI201] who shows the whole of a long last message stays where it was cut, with the focus on it', () =>
  play({}, async (page) => {
    await openBob(page)
    await bobSays(page, Array.from({ length: 200 }, (_, index) => `line ${index}.`).join('\n\n'))
    const more = page.getByRole('button', { name: 'Show the whole message' })
    await more.focus()
    const cut = (await more.boundingBox())?.y ?? assert.fail()
    await page.keyboard.press('Enter')
    await page.locator('[data-bubble]', { hasText: 'line 199.' }).waitFor({ state: 'attached' })
    // The frame in which the list would have gone to its end.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    const [next, focused] = await page.evaluate(() => {
      const [bubble] = [...document.querySelectorAll('[data-bubble]')].slice(-1)
      const range = document.createRange()
      const walker = document.createTreeWalker(bubble ?? document, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) {
        const { currentNode } = walker
        const at = currentNode.nodeValue?.indexOf('line 15.') ?? -1
        if (at === -1) continue
        range.setStart(currentNode, at)
        range.setEnd(currentNode, at + 8)
      }
      return [range.getBoundingClientRect().y, document.activeElement?.contains(bubble ?? null)]
    })
    assert.ok(Math.abs((next ?? -1_000) - cut) < 30, `${next} instead of ${cut}`)
    assert.equal(focused, true)
    assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), 'BODY')
  }))

test('[UI202] several messages are copied whole with who said them when, a part of one as it is', () =>
  play({}, async (page) => {
    await openBob(page)
    for (const text of ['first of *these*', 'second', 'third']) await bobSays(page, text)
    await page.locator('[data-bubble]', { hasText: 'third' }).waitFor()
    const copy = async (from: string, to: string): Promise<string> => {
      await page.evaluate(
        ([one, other]) => {
          const nodeOf = (words: string): Node => {
            const walker = document.createTreeWalker(document.querySelector('ol') ?? document, NodeFilter.SHOW_TEXT)
            while (walker.nextNode()) if (walker.currentNode.nodeValue === words) return walker.currentNode
            throw new Error(words)
          }
          const end = nodeOf(other)
          getSelection()?.setBaseAndExtent(nodeOf(one), 2, end, (end.nodeValue?.length ?? 0) - 1)
        },
        [from, to] as const,
      )
      await page.keyboard.press('ControlOrMeta+c')
      return page.evaluate(() => navigator.clipboard.readText())
    }
    assert.match(
      await copy('first of ', 'third'),
      /^Bobby, 21:0\d: first of \*these\*\nBobby, 21:0\d: second\nBobby, 21:0\d: third$/,
    )
    assert.equal(await copy('second', 'second'), 'con')
  }))

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

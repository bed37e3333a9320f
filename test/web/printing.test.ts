import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { idOf } from './fake/people.ts'
import { onStage, openTheatre, playOn, until, type Theatre } from './stage.ts'

const WITH_BOB = idOf('with bob')

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const openBob = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: /Bob/ }).first().click()
  await page.locator('[data-bubble]', { hasText: /^299: / }).waitFor()
}

/** The numbers of the messages that stand in the page when the browser takes it to paper. */
const gatherPrinted = (page: Page): Promise<void> =>
  page.evaluate(() => {
    addEventListener('beforeprint', () => {
      document.body.dataset['printed'] = [...document.querySelectorAll('[data-bubble]')]
        .map((each) => each.textContent.split(':')[0])
        .join(' ')
    })
  })

const printed = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => (document.body.dataset['printed'] ?? '').split(' ').map(Number))

const sheetsOf = (pdf: Buffer): number => [...pdf.toString('latin1').matchAll(/\/Type \/Page\b/g)].length

/** As browsers do that draw the page for paper while somebody still chooses a printer. */
const printSlowly = async (page: Page): Promise<void> => {
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await page.emulateMedia({ media: 'print' })
  await frames(page)
  await page.emulateMedia({ media: 'screen' })
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await frames(page)
}

const frames = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 5; frame++) await new Promise((resolve) => requestAnimationFrame(resolve))
  })

/** The message at the top of the list, and how far above the top it begins. */
const top = (page: Page): Promise<readonly [string, number]> =>
  page.evaluate(() => {
    const edge = document.querySelector('[aria-label="Messages with Bob"]')?.getBoundingClientRect().top ?? 0
    const first = [...document.querySelectorAll('[data-bubble]')].find(
      (each) => each.getBoundingClientRect().bottom > edge,
    )
    return [(first?.textContent ?? '').split(':')[0] ?? '', (first?.getBoundingClientRect().top ?? 0) - edge] as const
  })

test('[UI300] a long conversation is printed from its first loaded message to its last, over as many pages as it needs', () =>
  playOn(theatre, { story: 'flood', count: 300, colours: 'dark' }, async (page) => {
    await openBob(page)
    await gatherPrinted(page)
    const pdf = await page.pdf({ format: 'A4' })
    const numbers = await printed(page)
    assert.ok(numbers.length >= 60, `${numbers.length} messages`)
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => 300 - numbers.length + index),
    )
    assert.ok(sheetsOf(pdf) >= 4, `${sheetsOf(pdf)} pages`)
  }))

test('[UI300] whoever printed is where they were, at the end and far from it', () =>
  playOn(theatre, { story: 'flood', count: 300 }, async (page) => {
    await openBob(page)
    await printSlowly(page)
    await until(page, () => {
      const place = document.querySelector('[aria-label="Messages with Bob"]')
      return place !== null && place.scrollHeight - place.scrollTop - place.clientHeight < 2
    })
    await page.getByRole('group', { name: 'Messages with Bob' }).hover()
    await page.mouse.wheel(0, -900)
    await page.getByRole('button', { name: 'Go to the newest message' }).waitFor()
    const [message, pixels] = await top(page)
    for (const print of [() => page.pdf(), () => printSlowly(page)]) {
      await print()
      const [messageAfter, pixelsAfter] = await top(page)
      assert.equal(messageAfter, message)
      assert.ok(Math.abs(pixelsAfter - pixels) < 2, `${pixelsAfter} instead of ${pixels}`)
    }
    assert.ok((await page.locator('[data-line]').count()) < 60)
  }))

test('[UI300] paper shows what was said and with whom, dark on light with a border, and nothing to press', () =>
  playOn(theatre, { story: 'flood', count: 300, colours: 'dark' }, async (page) => {
    await openBob(page)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.getByText('Messages with Bob', { exact: true }).waitFor()
    for (const hidden of [
      page.getByRole('textbox', { name: /^Message to/ }),
      page.getByRole('heading', { name: 'Bob' }),
      page.getByRole('link', { name: /Bob/ }),
    ])
      assert.equal(await hidden.first().isVisible(), false, String(hidden))
    for (const side of ['mine', 'theirs']) {
      const style = await page
        .locator(`[data-bubble=${side}]`)
        .last()
        .evaluate((each) => {
          const { color, backgroundColor, borderTopStyle, breakInside } = getComputedStyle(each)
          return [color, backgroundColor, borderTopStyle, breakInside]
        })
      assert.deepEqual(style, ['rgb(28, 34, 31)', 'rgba(0, 0, 0, 0)', 'solid', 'avoid'])
    }
    await page.emulateMedia({ media: 'screen' })
  }))

test('[UI302] paper names days by their date, has long messages whole, and says which messages are left out', () =>
  playOn(theatre, { story: 'flood', count: 300 }, async (page) => {
    await openBob(page)
    const text = `${'so it went on and on. '.repeat(400)}and that is all`
    await onStage(page, (stage, [id, said]) => stage.peer.hear(id, said), [WITH_BOB, text] as const)
    await page.getByRole('button', { name: 'Show the whole message' }).waitFor()
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    await page.emulateMedia({ media: 'print' })
    const paper = await page.locator('.rows').innerText()
    assert.match(paper, /There are older messages, which are not printed/)
    assert.match(paper, /and that is all/)
    assert.doesNotMatch(paper, /Show the whole message|Today|Yesterday/)
    assert.match(paper, /(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? \d+ [A-Z][a-z]+ 20\d\d/)
    await page.emulateMedia({ media: 'screen' })
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    await page.getByRole('button', { name: 'Show the whole message' }).waitFor()
  }))

import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { annAndBob, enter, leave } from './people.ts'
import { done, setStage } from './stage.ts'
import { field, reaches, say, talk, theirs, until } from './windows.ts'

const stage = await setStage()
const { bob, annsWindow, bobsWindow, conversation } = await annAndBob(stage)

/** Where the bubble with this text stands in its list, and in which colour. */
const lookOf = (page: Page, text: string) =>
  page.locator('[data-bubble]', { hasText: text }).evaluate((bubble) => {
    const [box, list] = [bubble, bubble.closest('[role=group]')].map(
      (each) => each?.getBoundingClientRect() ?? new DOMRect(),
    )
    const [left, right] = [(box?.left ?? 0) - (list?.left ?? 0), (list?.right ?? 0) - (box?.right ?? 0)]
    return { side: left > right ? 'right' : 'left', colour: getComputedStyle(bubble).backgroundColor }
  })

const textsOf = async (page: Page, beginning: string): Promise<readonly string[]> => {
  const texts = await page.locator('[data-bubble] .prose').allTextContents()
  return texts.filter((text) => text.startsWith(beginning))
}

test('[EE6] typing shows at the other side and ends with the message', async () => {
  await field(annsWindow).pressSequentially('thin')
  await bobsWindow.getByText('Ann is typing').waitFor()
  await field(annsWindow).press('Enter')
  await theirs(bobsWindow, 'thin').waitFor()
  await bobsWindow.getByText('Ann is typing').waitFor({ state: 'detached' })
})

test('[EE4] what one writes stands on both screens: mine at the right, theirs at the left in another colour', async () => {
  await say(annsWindow, 'from Ann')
  await theirs(bobsWindow, 'from Ann').waitFor()
  await say(bobsWindow, 'from Bob')
  await theirs(annsWindow, 'from Bob').waitFor()
  for (const [page, own, other] of [
    [annsWindow, 'from Ann', 'from Bob'],
    [bobsWindow, 'from Bob', 'from Ann'],
  ] as const) {
    const [right, left] = [await lookOf(page, own), await lookOf(page, other)]
    assert.equal(right.side, 'right')
    assert.equal(left.side, 'left')
    assert.notEqual(right.colour, left.colour)
  }
  assert.deepEqual(await textsOf(annsWindow, 'from'), ['from Ann', 'from Bob'])
  assert.deepEqual(await textsOf(bobsWindow, 'from'), ['from Ann', 'from Bob'])
})

test('[EE4] what both write at one moment ends in one order on both screens', async () => {
  const texts = [0, 1, 2]
  await Promise.all(
    [annsWindow, bobsWindow].map(async (page, who) => {
      for (const index of texts) await say(page, `at once ${who} ${index}`)
    }),
  )
  await theirs(annsWindow, 'at once 1 2').waitFor()
  await theirs(bobsWindow, 'at once 0 2').waitFor()
  const seen = await textsOf(annsWindow, 'at once')
  assert.equal(seen.length, 6)
  assert.deepEqual(await textsOf(bobsWindow, 'at once'), seen)
})

test('[EE5] a message is delivered when the other device has stored it, and read when it was on the screen', async () => {
  await leave(bobsWindow)
  await say(annsWindow, 'how far?')
  await reaches(annsWindow, 'how far?', 'delivered')
  await annsWindow.getByText('· Delivered').waitFor()
  await enter(bobsWindow, 'Ann')
  await reaches(annsWindow, 'how far?', 'read')
  await annsWindow.getByText('· Read').waitFor()
})

test('[EE5] who switches read marks off is not said to have read anything', async () => {
  await bobsWindow.getByRole('button', { name: 'Settings' }).click()
  await bobsWindow.getByRole('switch', { name: 'Show when I have read something' }).click()
  await bobsWindow.getByRole('switch', { name: 'Show when I have read something', checked: false }).waitFor()
  await say(annsWindow, 'seen in secret')
  await enter(bobsWindow, 'Ann')
  await theirs(bobsWindow, 'seen in secret').waitFor()
  await say(bobsWindow, 'an answer after it')
  await theirs(annsWindow, 'an answer after it').waitFor()
  await reaches(annsWindow, 'seen in secret', 'delivered')
  await done(bob.calls.configure({ readMarkers: true }))
  await say(annsWindow, 'seen in public')
  await reaches(annsWindow, 'seen in public', 'read')
})

test('[EE6] what was not read is counted in the list and in the title of the window', async () => {
  await leave(bobsWindow)
  await say(annsWindow, 'one unread')
  await say(annsWindow, 'two unread')
  await talk(bobsWindow, /Ann.*two unread.*2 unread/).waitFor()
  await until(bobsWindow, () => document.title === '(2) Kith')
  await enter(bobsWindow, 'Ann')
  await bobsWindow.getByText('New messages', { exact: true }).waitFor()
  await until(bobsWindow, () => document.title === 'Kith')
})

test('[EE8] drafts are there again after the window was loaded anew, and in another window', async () => {
  await field(annsWindow).fill('half a thought')
  await leave(annsWindow)
  await talk(annsWindow, 'Draft: half a thought').waitFor()
  await enter(annsWindow, 'Bob')
  await annsWindow.reload()
  await until(annsWindow, () => document.querySelector<HTMLTextAreaElement>('#composer')?.value === 'half a thought')
  await field(annsWindow).fill('')
})

/** By keyboard: from under a pointer that rests, a line moves away when the list does. */
const onLine = (page: Page, text: string, key: string): Promise<void> =>
  page.getByRole('article').filter({ hasText: text }).first().press(key)

test('[EE9] an edit, an answer, reactions and a deletion show on both sides', async () => {
  await say(annsWindow, 'see you at nine')
  await theirs(bobsWindow, 'see you at nine').waitFor()
  await field(annsWindow).press('ArrowUp')
  await field(annsWindow).fill('see you at ten')
  await field(annsWindow).press('Enter')
  for (const page of [annsWindow, bobsWindow])
    await page.getByRole('article').filter({ hasText: 'see you at ten' }).getByText('edited').waitFor()

  await onLine(bobsWindow, 'see you at ten', '+')
  await bobsWindow.getByRole('button', { name: 'React with 👍' }).click()
  await annsWindow.getByRole('button', { name: '👍 from Bob' }).click()
  await annsWindow.getByRole('button', { name: /👍.* from (you and Bob|Bob and you)/ }).waitFor()
  await bobsWindow.getByRole('button', { name: /👍.* from (you and Ann|Ann and you)/ }).click()
  await annsWindow.getByRole('button', { name: /👍 .*from you$/ }).waitFor()

  await onLine(bobsWindow, 'see you at ten', 'r')
  await bobsWindow.getByText('Answering Ann').waitFor()
  await say(bobsWindow, 'ten it is')
  await theirs(annsWindow, 'ten it is').getByRole('button', { name: 'see you at ten' }).waitFor()

  await onLine(annsWindow, 'see you at ten', 'Enter')
  await annsWindow.getByRole('menuitem', { name: 'Delete' }).click()
  await annsWindow.getByRole('alertdialog').getByRole('button', { name: 'Delete for both' }).click()
  await annsWindow.getByText('You deleted this message').waitFor()
  await bobsWindow.getByText('Ann deleted this message').waitFor()
})

test('[EE10] Markdown is drawn, and nothing that is written becomes HTML or a link that runs', async () => {
  await field(annsWindow).fill(
    '**bold** and `code`, [a trap](javascript:alert(1)), [home](https://example.org/), <img src=x onerror=alert(1)> <b>no</b>',
  )
  await field(annsWindow).press('Enter')
  const bubble = theirs(bobsWindow, 'a trap')
  await bubble.waitFor()
  assert.equal(await bubble.locator('strong').textContent(), 'bold')
  assert.equal(await bubble.locator('code').textContent(), 'code')
  assert.deepEqual(
    await bubble
      .locator('a')
      .evaluateAll((links) => links.map((link) => [link.getAttribute('href'), link.getAttribute('rel')])),
    [['https://example.org/', 'noopener noreferrer nofollow']],
  )
  assert.equal(await bubble.locator('img, b').count(), 0)
  assert.match((await bubble.textContent()) ?? '', /<img src=x onerror=alert\(1\)> <b>no<\/b>/)
})

test('[EE11] Enter sends, Shift+Enter breaks the line, and an emoji is picked from a list', async () => {
  await field(annsWindow).pressSequentially('first line')
  await field(annsWindow).press('Shift+Enter')
  await field(annsWindow).pressSequentially('second line ')
  await annsWindow.getByRole('button', { name: 'Emoji' }).click()
  await annsWindow.getByPlaceholder('Search emoji').fill('rocket')
  await annsWindow.getByRole('gridcell', { name: /rocket/i }).click()
  await until(annsWindow, () => document.querySelector<HTMLTextAreaElement>('#composer')?.value.endsWith('🚀') === true)
  await field(annsWindow).press('Enter')
  const bubble = theirs(bobsWindow, 'first line')
  await bubble.waitFor()
  assert.equal(await bubble.locator('.prose').innerText(), 'first line\nsecond line 🚀')
})

test('[EE11] a text of more than 64 KiB stays in the field, with words about it; one of exactly as much goes out', async () => {
  const longest = 'é'.repeat(32 * 1024)
  await field(annsWindow).fill(`${longest}!`)
  await annsWindow.getByText('This message is too long to send').waitFor()
  await field(annsWindow).press('Enter')
  assert.equal(await annsWindow.getByRole('button', { name: 'Send' }).isDisabled(), true)
  assert.equal((await field(annsWindow).inputValue()).length, longest.length + 1)
  await field(annsWindow).fill(longest)
  await field(annsWindow).press('Enter')
  await until(annsWindow, () => document.querySelector<HTMLTextAreaElement>('#composer')?.value === '')
  await theirs(bobsWindow, 'éééé').getByRole('button', { name: 'Show the whole message' }).waitFor()
  await say(annsWindow, 'that was long')
  await theirs(bobsWindow, 'that was long').waitFor()
  const history = await done(bob.calls.history({ conversation, limit: 2 }))
  assert.equal(history.lines[0]?.kind === 'message' && history.lines[0].text === longest, true)
})

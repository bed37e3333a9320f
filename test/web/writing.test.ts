import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { cameBack, departed, NOTHING_WRITTEN, textIn, withText } from '../../src/web/composer/writing.ts'
import type { Order } from '../../src/view/view.ts'
import { toLine } from '../../src/web/routes.ts'
import { called, goTo, onStage, openTheatre, playOn, until, type Scene, type Theatre } from './stage.ts'
import { idOf } from './fake/people.ts'

const WITH_BOB = idOf('with bob')

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => playOn(theatre, scene, act)

const field = (page: Page) => page.getByRole('textbox', { name: /^(Message to|Change the message)/ })
const bubble = (page: Page, text: string | RegExp) => page.locator('[data-bubble]', { hasText: text })
const openTalk = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByRole('link', { name }).first().click()
  await page.locator('[data-bubble]').last().waitFor()
}
/** Waits until the peer was handed this draft and the window knows of it. */
const kept = (page: Page, text: string): Promise<unknown> =>
  until(
    page,
    (wanted) =>
      globalThis.stage.peer.called.some(
        ({ name, input }) => name === 'draft' && (input as { text: string }).text === wanted,
      ),
    text,
  )
const shows = (page: Page, text: string): Promise<unknown> =>
  until(page, (wanted) => document.querySelector<HTMLTextAreaElement>('#composer')?.value === wanted, text)
/** Another window of the same peer. */
const elsewhere = {
  writes: (page: Page, text: string) =>
    onStage(page, (stage, input) => stage.peer.calls.draft(input), { conversation: WITH_BOB, text }),
}

test('[UI23] a draft that the peer does not take is there again, and is handed over when it is shorter', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('the older draft')
    await kept(page, 'the older draft')
    const long = 'long '.repeat(16_000)
    await onStage(
      page,
      (stage) => stage.peer.refuseNext('draft', { kind: 'text-too-long', bytes: 80_000, limit: 70_000 }),
      null,
    )
    await field(page).fill(long)
    await openTalk(page, /Maximiliane/)
    await page.getByText('Draft: long long').waitFor()
    await openTalk(page, /Bobby/)
    assert.equal(await field(page).inputValue(), long)
    await field(page).fill('shorter')
    await kept(page, 'shorter')
    await openTalk(page, /Maximiliane/)
    await openTalk(page, /Bobby/)
    assert.equal(await field(page).inputValue(), 'shorter')
  }))

test('[UI23] what was written while Kith was away is handed over when it is back', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await onStage(page, (stage) => stage.cut(), null)
    await page.getByRole('alert').getByText('Kith is not running.').waitFor()
    await onStage(page, (stage) => stage.peer.refuseNext('draft', { kind: 'disconnected' }), null)
    await field(page).fill('written without it')
    await kept(page, 'written without it')
    await onStage(page, (stage) => stage.restore(), null)
    await until(page, () => globalThis.stage.peer.called.filter(({ name }) => name === 'draft').length === 2)
    assert.deepEqual((await called(page, 'draft'))[1], { conversation: WITH_BOB, text: 'written without it' })
  }))

test('[UI80] a field in which nobody typed follows the draft of another window', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await elsewhere.writes(page, 'a long precious draft')
    await shows(page, 'a long precious draft')
    await field(page).press('End')
    await page.keyboard.type('x')
    await kept(page, 'a long precious draftx')
    // Sent, or emptied, in the other window: it is not kept here, to be sent twice.
    await elsewhere.writes(page, '')
    await shows(page, '')
  }))

test('[UI80] a field in which somebody typed is not overwritten, and ends no draft of another window', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('mine')
    await kept(page, 'mine')
    await elsewhere.writes(page, 'theirs')
    await openTalk(page, /Maximiliane/)
    await openTalk(page, /Bobby/)
    assert.equal(await field(page).inputValue(), 'mine')
    await page.keyboard.press('Enter')
    await bubble(page, 'mine').last().waitFor()
    await shows(page, 'theirs')
    assert.equal(
      (await called(page, 'draft')).some((input) => (input as { text: string }).text === ''),
      false,
    )
  }))

test('[UI81] an answer and a change stay with their conversation, each beside the draft', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('a draft')
    await page.getByRole('article').filter({ hasText: 'Photos are on the way' }).press('e')
    await field(page).fill('Photos are there')
    await openTalk(page, /Maximiliane/)
    await openTalk(page, /Bobby/)
    await page.getByText('Changing your message').waitFor()
    assert.equal(await field(page).inputValue(), 'Photos are there')
    await page.keyboard.press('Escape')
    assert.equal(await field(page).inputValue(), 'a draft')
    await page.getByRole('article').filter({ hasText: 'Same time next week' }).press('r')
    await openTalk(page, /Maximiliane/)
    await openTalk(page, /Bobby/)
    await page.getByText('Answering Bobby').waitFor()
    await field(page).press('Enter')
    await bubble(page, 'a draft').last().waitFor()
    assert.deepEqual(await called(page, 'say'), [{ conversation: WITH_BOB, text: 'a draft', reply: idOf('bob 10') }])
  }))

test('[UI14] what was sent and refused comes back in the order in which it was written, before what was written since', () => {
  const sent = ['one', 'two'].reduce(
    (writing, text) => departed(withText(writing, text, ''), { intent: writing.intent, text }, ''),
    NOTHING_WRITTEN,
  )
  const back = cameBack(withText(sent, 'three', ''), 'The disk is full.', '')
  assert.deepEqual([textIn(back, ''), back.sending, back.failed], ['one\ntwo\nthree', [], 'The disk is full.'])
})

test('[UI19] a window that Kith lets in no more keeps on the screen what was written', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await onStage(page, (stage) => stage.cut(), null)
    await page.getByRole('alert').getByText('Kith is not running.').waitFor()
    await onStage(page, (stage) => stage.peer.refuseNext('draft', { kind: 'disconnected' }), null)
    await field(page).fill('written without it')
    await onStage(page, (stage) => stage.startAnew(), null)
    await page.getByRole('alert').getByText('Kith was started anew and does not know this window.').waitFor()
    assert.equal(await field(page).inputValue(), 'written without it')
  }))

test('[UI82] in a group that one is out of, the text can be copied and discarded, and the list says that one is out', () =>
  play({}, async (page) => {
    await openTalk(page, /Sunday ridge walkers/)
    await field(page).fill('a long answer to you all')
    await kept(page, 'a long answer to you all')
    await onStage(page, (stage, conversation) => stage.peer.calls.leave({ conversation }), idOf('group ridge'))
    const left = page.getByRole('region', { name: 'What you did not send' })
    await left.getByText('a long answer to you all').waitFor()
    await page.getByRole('link', { name: /ridge walkers.*You are not in it any more/ }).waitFor()
    await left.getByRole('button', { name: 'Copy' }).click()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'a long answer to you all')
    await left.getByRole('button', { name: 'Discard' }).click()
    await left.waitFor({ state: 'detached' })
    await kept(page, '')
  }))

/** A place of long ago, from which the end is not loaded. */
const farUp = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: /Bob/ }).first().click()
  await page.locator('[data-bubble]').last().waitFor()
  const order = (await onStage(
    page,
    async (stage, conversation) => {
      const all = await stage.peer.calls.history({ conversation, limit: 2_000 })
      return all.ok ? all.value.lines[300]?.order : undefined
    },
    WITH_BOB,
  )) as Order
  await goTo(page, toLine(WITH_BOB, order))
  await bubble(page, /^300: /).waitFor()
}

for (const far of [true, false])
  test(`[UI83] a message that is sent ${far ? 'far from' : 'a little over'} the end takes there and shows`, () =>
    play({ story: 'flood', count: far ? 2_000 : 360 }, async (page) => {
      await farUp(page)
      await field(page).fill('said from long ago')
      await page.keyboard.press('Enter')
      await bubble(page, 'said from long ago').waitFor()
      await page.getByRole('button', { name: /Go to the newest message/ }).waitFor({ state: 'detached' })
    }))

test('[UI84] with ↑ no message is changed that is only the last of what is loaded', () =>
  play({ story: 'flood', count: 2_000 }, async (page) => {
    await farUp(page)
    await field(page).press('ArrowUp')
    assert.equal(await page.getByText('Changing your message').count(), 0)
    await page.getByRole('button', { name: /Go to the newest message/ }).click()
    await bubble(page, '1999: ').waitFor()
    await field(page).press('ArrowUp')
    await page.getByText('Changing your message').waitFor()
  }))

test('[UI84] with Alt and ↑ in an empty field the conversation above opens', () =>
  play({}, async (page) => {
    await openTalk(page, /Maximiliane/)
    await field(page).press('Alt+ArrowUp')
    await until(page, (id) => location.hash.startsWith('#/with/') && !location.hash.includes(id), idOf('with ida'))
    assert.equal(await page.getByText('Changing your message').count(), 0)
  }))

test('[UI85] while the peer does not answer, what was sent shows as being sent, also in a conversation that was left', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await onStage(page, (stage) => stage.peer.delay(4_000), null)
    for (const text of ['said first', 'said next']) {
      await field(page).fill(text)
      await page.keyboard.press('Enter')
      assert.equal(await field(page).inputValue(), '')
    }
    const sending = page.getByRole('status').filter({ hasText: 'Sending' })
    await sending.getByText('said first').waitFor()
    await sending.getByText('said next').waitFor()
    await page.getByRole('link', { name: /Maximiliane/ }).click()
    await page.getByRole('textbox', { name: /Message to Max/ }).waitFor()
    await onStage(page, (stage) => stage.peer.delay(0), null)
    await openTalk(page, /Bobby/)
    await sending.getByText('said first').waitFor()
    await bubble(page, 'said next').last().waitFor()
    await sending.waitFor({ state: 'detached' })
    assert.deepEqual(
      (await called(page, 'say')).map((input) => (input as { text: string }).text),
      ['said first', 'said next'],
    )
  }))

test('[UI86] writing goes on at the end of a draft that came back', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('first half')
    await openTalk(page, /Maximiliane/)
    await openTalk(page, /Bobby/)
    await shows(page, 'first half')
    await page.keyboard.type(' and second')
    await shows(page, 'first half and second')
  }))

test('[UI86] an emoji is put where the caret is, and is undone before what was typed before it', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await page.keyboard.type('onetwo')
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'Emoji' }).click()
    await page.getByRole('gridcell').first().click()
    await until(page, () => /^one.+two$/u.test(document.querySelector<HTMLTextAreaElement>('#composer')?.value ?? ''))
    await page.keyboard.press('Control+z')
    await shows(page, 'onetwo')
    await page.keyboard.press('Control+z')
    await until(page, () => 'onetw'.startsWith(document.querySelector<HTMLTextAreaElement>('#composer')?.value ?? '-'))
  }))

/** A file, or what else is dragged or copied, comes onto the field. True: the browser does what it likes with it. */
const gives = (page: Page, kind: 'drop' | 'dragover' | 'paste', what: 'file' | 'text'): Promise<boolean> =>
  page.evaluate(
    ([name, given]) => {
      const carried = new DataTransfer()
      if (given === 'file') carried.items.add(new File(['x'], 'picture.png', { type: 'image/png' }))
      else carried.items.add('words', 'text/plain')
      const facts = { bubbles: true, cancelable: true }
      const event =
        name === 'paste'
          ? new ClipboardEvent(name, { ...facts, clipboardData: carried })
          : new DragEvent(name, { ...facts, dataTransfer: carried })
      return document.querySelector('#composer')?.dispatchEvent(event) === true
    },
    [kind, what] as const,
  )

for (const kind of ['drop', 'paste'] as const)
  test(`[UI87] the ${kind} of a picture says that only text is sent, until something is written`, () =>
    play({}, async (page) => {
      await openTalk(page, /Bobby/)
      assert.equal(await gives(page, kind, 'text'), true)
      if (kind === 'drop') assert.equal(await gives(page, 'dragover', 'file'), false)
      assert.equal(await page.getByText('Kith sends text only').count(), 0)
      const left = await gives(page, kind, 'file')
      if (kind === 'drop') assert.equal(left, false)
      await page.getByText('Kith sends text only').waitFor()
      await field(page).fill('a text')
      await page.getByText('Kith sends text only').waitFor({ state: 'detached' })
    }))

/** Waits until the focus is at what matches. */
const at = (page: Page, selector: string): Promise<unknown> =>
  until(page, (wanted) => document.activeElement?.matches(wanted) === true, selector)

for (const width of [1_100, 360])
  test(`[UI88] the details are entered and left by keyboard, at ${width} pixels`, () =>
    play({ width }, async (page) => {
      await openTalk(page, /Bobby/)
      await page.getByRole('button', { name: /^About Bobby/ }).press('Enter')
      await at(page, 'h1')
      await page.getByRole('button', { name: 'Compare safety numbers' }).press('Enter')
      await page.getByRole('heading', { name: 'Safety number', level: 1 }).waitFor()
      await at(page, 'h1')
      await page.keyboard.press('Escape')
      await at(page, '#composer')
      assert.equal(await field(page).isVisible(), true)
      await page.getByRole('button', { name: /^About Bobby/ }).press('Enter')
      await page.getByRole('button', { name: 'Back to the conversation' }).press('Enter')
      await at(page, '#composer')
      if (width > 360) return
      await page.getByRole('button', { name: 'Back to the list' }).press('Enter')
      await at(page, 'a[href$="/with/' + WITH_BOB + '"]')
    }))

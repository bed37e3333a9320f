import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { called, goTo, onStage, openTheatre, overflow, playOn, until, type Scene, type Theatre } from './stage.ts'
import { idOf } from './fake/people.ts'

const WITH_BOB = idOf('with bob')
const WITH_DAN = idOf('with dan')

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => playOn(theatre, scene, act)

const field = (page: Page) => page.getByRole('textbox', { name: /^(Message to|Change the message)/ })
const bubbles = (page: Page) => page.locator('[data-bubble]')
const openTalk = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByRole('link', { name }).first().click()
  await bubbles(page).last().waitFor()
}

test('[UI12] the first start asks for a name, helps with it, and leads into the chat', () =>
  play({ story: 'first' }, async (page) => {
    const name = page.getByLabel('Your name')
    assert.equal(await name.inputValue(), 'ann')
    await name.fill('x'.repeat(43))
    await page.getByText('Take out 3 characters.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Start talking' }).isDisabled(), true)
    await name.fill('  Ann Lee ')
    await page.keyboard.press('Enter')
    await page.getByText('You are Ann Lee').waitFor()
    assert.deepEqual(await called(page, 'rename'), [{ name: 'Ann Lee' }])
  }))

test('[UI13] Enter sends, Shift+Enter breaks the line, and what arrives is beside it', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).pressSequentially('one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('two')
    await page.keyboard.press('Enter')
    await page.locator('[data-bubble=mine]', { hasText: 'two' }).waitFor()
    assert.deepEqual(await called(page, 'say'), [{ conversation: WITH_BOB, text: 'one\ntwo' }])
    assert.equal(await field(page).inputValue(), '')
    await onStage(page, (stage, id) => stage.peer.hear(id, 'and three'), WITH_BOB)
    await page.locator('[data-bubble=theirs]', { hasText: 'and three' }).waitFor()
    await page.getByRole('log').getByText('Bobby: and three').waitFor({ state: 'attached' })
  }))

test('[UI13] while an input method composes, Enter belongs to it', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('にほん')
    await field(page).dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    await field(page).dispatchEvent('keydown', { key: 'Enter', keyCode: 229 })
    assert.deepEqual(await called(page, 'say'), [])
    assert.equal(await field(page).inputValue(), 'にほん')
  }))

test('[UI14] a message that the disk refused comes back, and goes out when it is tried again', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await onStage(page, (stage) => stage.peer.refuseNext('say', { kind: 'disk-full' }), null)
    await field(page).fill('keep me')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The disk is full').waitFor()
    assert.equal(await field(page).inputValue(), 'keep me')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('[data-bubble=mine]', { hasText: 'keep me' }).waitFor()
  }))

test('[UI97] a change of a message that was deleted meanwhile stays in the field, with words, until it is given up', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await until(page, () => document.activeElement?.id === 'composer')
    await onStage(page, (stage) => stage.peer.refuseNext('edit', { kind: 'message-deleted' }), null)
    await page.keyboard.press('ArrowUp')
    await field(page).fill('what I meant')
    await page.keyboard.press('Enter')
    const words = page.getByRole('alert').getByText('This message was deleted meanwhile')
    await words.waitFor()
    assert.equal(await field(page).inputValue(), 'what I meant')
    await page.getByRole('button', { name: 'Stop changing' }).click()
    await words.waitFor({ state: 'detached' })
    assert.equal(await field(page).inputValue(), '')
  }))

test('[UI98] a message that is changed or deleted is so in what quotes it, and where it is being answered', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await until(page, () => document.activeElement?.id === 'composer')
    await field(page).fill('a secret')
    await page.keyboard.press('Enter')
    await page.locator('[data-bubble=mine] .prose', { hasText: 'a secret' }).click()
    await page.keyboard.press('r')
    await page.getByText('Answering yourself').waitFor()
    await page.keyboard.type('indeed')
    await page.keyboard.press('Enter')
    const quote = page
      .locator('[data-bubble=mine]', { hasText: 'indeed' })
      .getByRole('button', { name: 'Your answer to' })
    await quote.getByText('a secret').waitFor()
    await page.locator('[data-bubble=mine] .prose', { hasText: 'a secret' }).first().click()
    await page.keyboard.press('e')
    await field(page).fill('no secret')
    await page.keyboard.press('Enter')
    await quote.getByText('no secret').waitFor()
    await page.locator('[data-bubble=mine] .prose', { hasText: 'no secret' }).first().click()
    await page.keyboard.press('r')
    await page.locator('[data-bubble=mine] .prose', { hasText: 'no secret' }).first().click()
    await page.keyboard.press('Delete')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for both' }).click()
    await quote.getByText('This message was deleted').waitFor()
    // Over the field, too.
    assert.equal(await page.getByText('This message was deleted').count(), 2)
    assert.equal(await page.getByText('no secret').count(), 0)
  }))

test('[UI15] a conversation that is read to its end is marked as read, one whose end is out of sight is not', () =>
  play({ height: 420 }, async (page) => {
    await openTalk(page, /Dan/)
    await page.getByText('New messages', { exact: true }).waitFor()
    assert.deepEqual(await called(page, 'read'), [])
    assert.equal(await page.title(), '(13) Kith')
    await page.getByRole('button', { name: /Go to the newest message, 12 new messages/ }).click()
    await until(page, () => globalThis.stage.peer.called.some((each) => each.name === 'read'))
    await until(page, () => document.title === '(1) Kith')
    assert.equal(((await called(page, 'read'))[0] as { conversation: string }).conversation, WITH_DAN)
  }))

test('[UI16] 100,000 messages open at the end and scroll to older ones, which stay where they are', () =>
  play({ story: 'flood', count: 100_000 }, async (page) => {
    await page.getByRole('link', { name: /Bob/ }).first().click()
    await page.locator('[data-bubble]', { hasText: /^99999: / }).waitFor()
    const scroller = page.getByRole('group', { name: 'Messages with Bob' })
    await scroller.hover()
    let oldest = 99_999
    for (let turn = 0; turn < 30; turn++) {
      await page.mouse.wheel(0, -2_500)
      oldest = Math.min(oldest, await firstInSight(page))
    }
    await until(
      page,
      (before) =>
        Number(/^(\d+): /.exec(document.querySelector('[data-bubble]')?.textContent ?? '')?.[1] ?? 1e9) <
        Number(before),
      String(99_500),
    )
    const rows = await page.locator('[data-line]').count()
    assert.ok(rows < 80, `${rows} rows are in the page`)
    // Once it rests, far lines are let go, and the line in sight has not moved.
    await until(
      page,
      () => (document.querySelector('[aria-label="Messages with Bob"]')?.scrollHeight ?? Infinity) < 90_000,
    )
    await page.getByRole('button', { name: 'Go to the newest message' }).click()
    await page.locator('[data-bubble]', { hasText: /^99999: / }).waitFor()
  }))

test('[UI16] who scrolls up in the very moment in which a conversation opens is not taken back to its end', () =>
  play({ story: 'flood', count: 1_000 }, async (page) => {
    const nearest = await page.evaluate(async () => {
      const list = (): HTMLElement | null => document.querySelector('[aria-label="Messages with Bob"]')
      const opened = new Promise<HTMLElement>((resolve) => {
        const look = (): void => {
          const place = list()
          if (place === null || place.scrollTop < 600) return
          place.scrollTop -= 300
          observer.disconnect()
          resolve(place)
        }
        const observer = new MutationObserver(look)
        observer.observe(document.body, { childList: true, subtree: true, attributes: true })
      })
      document.querySelector<HTMLElement>('a[href*="#/with/"]')?.click()
      const place = await opened
      for (let frames = 0; frames < 30; frames++) await new Promise((resolve) => requestAnimationFrame(resolve))
      return place.scrollHeight - place.clientHeight - place.scrollTop
    })
    assert.ok(nearest >= 100, `${nearest} pixels from the end`)
  }))

test('[UI16] a message that arrives in the very frame in which somebody scrolls up does not take them back to the end', () =>
  play({ story: 'flood', count: 1_000 }, async (page) => {
    await page.getByRole('link', { name: /Bob/ }).first().click()
    await page.locator('[data-bubble]', { hasText: /^999: / }).waitFor()
    const conversation = new URL(page.url()).hash.replace('#/with/', '')
    const nearest = await page.evaluate(async (id) => {
      const place = document.querySelector<HTMLElement>('[aria-label="Messages with Bob"]') ?? document.body
      // At rest: ten frames in which no row was measured and nothing has moved.
      const rest = async (): Promise<void> => {
        let [still, seen] = [0, '']
        while (still < 10) {
          await new Promise((resolve) => requestAnimationFrame(resolve))
          const now = `${place.scrollTop} of ${place.scrollHeight}`
          still = now === seen ? still + 1 : 0
          seen = now
        }
      }
      let least = Infinity
      for (let turn = 0; turn < 5; turn++) {
        place.scrollTop = place.scrollHeight
        await rest()
        const drawn = new Promise<void>((resolve) => {
          const isThere = (): boolean => place.innerText.includes(`meanwhile ${turn}`)
          new MutationObserver(() => isThere() && resolve()).observe(place, { childList: true, subtree: true })
        })
        // Between two frames, as who turns a wheel does: within one, the browser tells of sizes before it tells of this.
        await new Promise((resolve) => setTimeout(resolve))
        place.scrollTop -= 300
        globalThis.stage.peer.hear(id, `meanwhile ${turn}`)
        await drawn
        await rest()
        least = Math.min(least, place.scrollHeight - place.clientHeight - place.scrollTop)
      }
      return least
    }, conversation)
    assert.ok(nearest >= 300, `${nearest} pixels from the end`)
  }))

test('[UI16] no page of older lines moves a line that is in sight, from the moment in which a conversation opens', () =>
  play({ story: 'flood', count: 1_000 }, async (page) => {
    const link = page.getByRole('link', { name: /Bob/ }).first()
    await link.waitFor()
    // In the page itself: where a bubble stands from frame to frame while pages of older lines come in.
    const { moved, oldest } = await link.evaluate(async (people: HTMLElement) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      const drawn = (): [string, number][] =>
        [...document.querySelectorAll<HTMLElement>('[data-line]')].map((row) => [
          row.dataset['line'] ?? '',
          row.getBoundingClientRect().top,
        ])
      people.click()
      while (drawn().length === 0) await frame()
      const place = document.querySelector('[aria-label="Messages with Bob"]') ?? document.body
      let moved = 0
      for (let turn = 0; turn < 60; turn++) {
        place.scrollTop -= 220
        await frame()
        const before = new Map(drawn())
        await frame()
        await frame()
        for (const [line, top] of drawn()) {
          const was = before.get(line)
          if (was !== undefined && was > 0 && was < innerHeight) moved = Math.max(moved, Math.abs(top - was))
        }
      }
      return { moved, oldest: document.querySelector('[data-bubble]')?.textContent ?? '' }
    })
    assert.ok(Number.parseInt(oldest, 10) < 900, oldest)
    assert.ok(moved < 1, `a line moved by ${moved} pixels`)
  }))

test('[UI19] when Kith stops the window says so, and goes on when it is back', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await onStage(page, (stage) => stage.cut(), null)
    await page.getByRole('alert').getByText('Kith is not running.').waitFor()
    await onStage(page, (stage) => stage.restore(), null)
    await page.getByText('Kith is not running.').waitFor({ state: 'detached' })
    await onStage(page, (stage, id) => stage.peer.hear(id, 'back again'), WITH_BOB)
    await page.locator('[data-bubble=theirs]', { hasText: 'back again' }).waitFor()
  }))

test('[UI19] without a token the window says how to get one, and with nobody there that it waits', async () => {
  await play({ door: 'not-let-in' }, (page) =>
    page.getByRole('heading', { name: 'Open this window from Kith' }).waitFor(),
  )
  await play({ door: 'lost' }, async (page) => {
    await page.getByRole('heading', { name: 'Kith is not running' }).waitFor()
    await onStage(page, (stage) => stage.restore(), null)
    await page.getByText('You are Ann').waitFor()
  })
})

test('[UI20] a message is answered, reacted to, changed and deleted by keyboard alone', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await until(page, () => document.activeElement?.id === 'composer')
    await page.keyboard.press('ArrowUp')
    await page.getByText('Changing your message').waitFor()
    await field(page).fill('Photos follow tomorrow')
    await page.keyboard.press('Enter')
    await page.locator('[data-bubble=mine]', { hasText: 'Photos follow tomorrow' }).waitFor()
    // A click on a bubble gives its row the focus; from there on it is keys alone.
    await page.locator('[data-bubble] .prose').last().click()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('r')
    await page.getByText('Answering yourself').waitFor()
    await page.keyboard.type('indeed')
    await page.keyboard.press('Enter')
    await page.locator('[data-bubble=mine]', { hasText: 'indeed' }).waitFor()
    await page.locator('[data-bubble] .prose').last().click()
    await page.keyboard.press('+')
    await page.getByRole('button', { name: 'React with 👍' }).click()
    await page.getByRole('button', { name: '👍 from you' }).waitFor()
    await page.locator('[data-bubble] .prose').last().click()
    await page.keyboard.press('Delete')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete for both' }).click()
    await page.getByText('You deleted this message').waitFor()
  }))

for (const [key, first] of [
  ['?', 'Close'],
  ['w', 'Close'],
  ['+', 'React with 👍'],
  ['Delete', 'Keep it'],
] as const)
  test(`[UI20] what ${key} opens has the next key, whether or not the page was drawn since`, () =>
    play({}, async (page) => {
      await goTo(page, `/with/${idOf('group ridge')}`)
      await page.locator('[data-bubble=mine] .prose').last().click()
      await page.evaluate(() => {
        globalThis.requestAnimationFrame = () => 0
      })
      await page.keyboard.press(key)
      await page.locator('.popup[data-open]').waitFor()
      assert.equal(
        await page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent),
        first,
      )
    }))

test('[UI21] delivery shows as it proceeds, and waits visibly for somebody who is away', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('hello?')
    await page.keyboard.press('Enter')
    const mark = page.locator('[data-delivery]').last()
    await page.locator('[data-bubble=mine]', { hasText: 'hello?' }).waitFor()
    assert.equal(await mark.getAttribute('data-delivery'), 'kept')
    await onStage(page, (stage, id) => stage.peer.setPerson(id, { presence: { at: 'away' } }), idOf('bob'))
    await page.getByText('Kept here. Waits for Bobby and goes out by itself.').waitFor()
    await onStage(page, (stage, id) => stage.peer.deliver(id, 'delivered'), WITH_BOB)
    await page.getByText('· Delivered').waitFor()
    await onStage(page, (stage, id) => stage.peer.deliver(id, 'read'), WITH_BOB)
    await page.getByText('· Read').waitFor()
  }))

test('[UI22] long names and words stay inside a window of 360 pixels', () =>
  play({ width: 360, height: 680 }, async (page) => {
    assert.equal(await overflow(page), 0)
    await openTalk(page, /Maximiliane/)
    assert.equal(await overflow(page), 0)
    const wide = await page.evaluate(
      () =>
        [...document.querySelectorAll('[role=group] *')].filter(
          (each) => each.getBoundingClientRect().right > innerWidth + 1,
        ).length,
    )
    assert.equal(wide, 0)
    await page.getByRole('button', { name: /^About/ }).click()
    await page.getByText('Next attempt').waitFor()
    assert.equal(await overflow(page), 0)
    await page.getByRole('button', { name: 'Back to the conversation' }).click()
    await page.getByRole('button', { name: 'Back to the list' }).click()
    await page.getByRole('searchbox').waitFor()
  }))

test('[UI23] what was not sent is there again', () =>
  play({}, async (page) => {
    await openTalk(page, /Bobby/)
    await field(page).fill('half a thought')
    await openTalk(page, /Maximiliane/)
    await page.getByText('Draft: half a thought').waitFor()
    assert.equal(await field(page).inputValue(), '')
    await openTalk(page, /Bobby/)
    assert.equal(await field(page).inputValue(), 'half a thought')
  }))

test('[UI11] a stranger opens as a conversation, and a request is accepted or blocked', () =>
  play({}, async (page) => {
    await page.getByRole('button', { name: /Erin/ }).click()
    await page.getByText('as a request, which they accept by answering').waitFor()
    await page.getByRole('link', { name: /Carol/ }).click()
    await page.getByRole('button', { name: 'Block', exact: true }).click()
    await page.getByText('You blocked Carol.').waitFor()
    await page.getByRole('button', { name: 'Unblock' }).click()
    await field(page).waitFor()
    assert.deepEqual(await called(page, 'decide'), [
      { person: idOf('carol'), standing: 'blocked' },
      { person: idOf('carol'), standing: 'accepted' },
    ])
  }))

test('[UI11] a found message leads to its place', () =>
  play({}, async (page) => {
    await page.getByRole('searchbox').fill('platform')
    await page.getByRole('link', { name: /platform 3/ }).click()
    await page.locator('.row-found', { hasText: 'Count me in' }).waitFor()
  }))

test('[UI17] the page asks nobody but its own origin, with the emoji list and all', () =>
  play({}, async (page) => {
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await openTalk(page, /Bobby/)
    await page.getByRole('button', { name: 'Emoji' }).click()
    await page.getByRole('gridcell').first().click()
    await until(page, () => (document.querySelector('#composer') as HTMLTextAreaElement).value !== '')
    assert.deepEqual([...asked], [new URL(page.url()).origin])
  }))

const firstInSight = async (page: Page): Promise<number> =>
  Number((await bubbles(page).first().textContent())?.match(/^(\d+): /)?.[1] ?? Number.MAX_SAFE_INTEGER)

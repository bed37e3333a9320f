import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { summaryWords } from '../../src/web/conversation/delivery-words.ts'
import { typingWords } from '../../src/web/group/typing-words.ts'
import { isolated } from '../../src/web/peer/names.ts'
import { idOf } from './fake/people.ts'
import { called, goTo, onStage, openTheatre, overflow, playOn, until, type Scene, type Theatre } from './stage.ts'

const RIDGE = idOf('group ridge')
const WIDE = { width: 1400, height: 900 } as const

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => playOn(theatre, scene, act)

const authors = (page: Page) => page.locator('[data-author]')
const confirm = (page: Page, words: string) =>
  page.getByRole('alertdialog').getByRole('button', { name: words, exact: true }).click()

test('[UI24] in a group a name stands above each run of bubbles of one author, and none above mine', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${RIDGE}`)
    await page.getByText('See you at the stop.').last().waitFor()
    assert.deepEqual(
      (await authors(page).allTextContents()).map((name) => name.split(/Verified| \(/)[0]),
      ['Bobby', 'Gwen', 'נועה', 'Maximiliane Alexandrine von Hohenfels-S.', 'Gwen'],
    )
    await onStage(page, (stage, [id, by]) => stage.peer.hear(id, 'Sun cream!', by), [RIDGE, idOf('noa')] as const)
    await page.locator('[data-bubble=theirs]', { hasText: 'Sun cream!' }).waitFor()
    assert.equal(await authors(page).last().textContent(), 'נועה')
    await page.getByRole('link', { name: /Sunday ridge walkers.*נועה.*: Sun cream!/s }).waitFor()
  }))

test('[UI24] every change of a group has its line, and an introduction leads into the group', () =>
  play({ ...WIDE, height: 1_800 }, async (page) => {
    await goTo(page, `/with/${RIDGE}`)
    for (const words of [
      'Bobby made the group “Walks”',
      'Bobby added you as an admin',
      'Bobby shared the last 7 days (214 messages) with you',
      'You changed the group’s picture',
      'You made Gwen an admin',
      'Gwen removed Mallory',
      'A message from Mallory does not count',
      'Tariq left the group',
    ])
      await page
        .getByRole('group', { name: /^Messages in/ })
        .getByText(words)
        .waitFor()
    await goTo(page, `/with/${idOf('with gwen')}`)
    await page.getByRole('button', { name: 'Open the group' }).click()
    await page.getByRole('heading', { name: 'Sunday ridge walkers' }).waitFor()
  }))

test('[UI24] typing of several people is told by their names', () =>
  play({}, async (page) => {
    assert.deepEqual([['Ann'], ['Ann', 'Bob'], ['Ann', 'Bob', 'Cy'], ['Ann', 'Bob', 'Cy', 'Di']].map(typingWords), [
      'Ann is typing',
      'Ann and Bob are typing',
      'Ann, Bob and Cy are typing',
      'Ann, Bob and 2 others are typing',
    ])
    await goTo(page, `/with/${RIDGE}`)
    await onStage(
      page,
      (stage, [conversation, ...people]) =>
        people.forEach((person) => stage.peer.tell({ kind: 'typing', conversation, person })),
      [RIDGE, idOf('bob'), idOf('gwen')] as const,
    )
    await page.getByText('Bobby and Gwen are typing').first().waitFor()
  }))

test('[UI22] a name from right to left turns no word of a sentence around it', () => {
  assert.equal(isolated('Ann'), 'Ann')
  assert.equal(isolated('נועה'), '\u2068נועה\u2069')
})

test('[UI25] a group is made of a name, people and a picture, which is cut to a small square here', () =>
  play({}, async (page) => {
    await page.getByRole('link', { name: 'New group' }).click()
    const make = page.getByRole('button', { name: /^Make the group/ })
    assert.equal(await make.isDisabled(), true)
    await page.getByLabel('Name of the group').fill('x'.repeat(61))
    await page.getByText('Take out 1 character.').waitFor()
    await page.getByLabel('Name of the group').fill('Weekend in the hut')
    await page.getByRole('searchbox', { name: 'Search people', exact: true }).fill('gw')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Do not choose Gwen' }).waitFor()
    await page.getByRole('checkbox', { name: /Bobby/ }).click()
    await page.getByLabel('Picture file').setInputFiles({
      name: 'large.png',
      mimeType: 'image/png',
      buffer: await page.screenshot(),
    })
    await page.getByRole('button', { name: 'Change' }).waitFor()
    await page.getByRole('button', { name: 'Make the group with 2 people' }).click()
    await page.getByRole('heading', { name: 'Weekend in the hut' }).waitFor()
    assert.deepEqual(await called(page, 'found'), [
      { title: 'Weekend in the hut', people: [idOf('gwen'), idOf('bob')] },
    ])
    const [{ picture }] = (await called(page, 'setPicture')) as [{ picture: string }]
    assert.match(picture, /^data:image\/webp;base64,/)
    assert.ok(Buffer.from(picture.split(',')[1] ?? '', 'base64').length <= 32 * 1024)
    await page.getByText('You changed the group’s picture').waitFor()
  }))

test('[UI25] a file that is no picture, and a refusal of the peer, are told in words and lose nothing', () =>
  play({}, async (page) => {
    await goTo(page, '/group')
    await page.getByLabel('Picture file').setInputFiles({
      name: 'a.png',
      mimeType: 'image/png',
      buffer: Buffer.from('no picture'),
    })
    await page.getByText('This file is no picture that can be shown here.').waitFor()
    await page.getByLabel('Name of the group').fill('Hut')
    await onStage(page, (stage) => stage.peer.refuseNext('found', { kind: 'not-met' }), null)
    await page.getByRole('button', { name: 'Make the group' }).click()
    await page.getByText('Your devices have not met yet').waitFor()
    assert.equal(await page.getByLabel('Name of the group').inputValue(), 'Hut')
  }))

test('[UI26] an admin adds, changes roles and removes, and is asked before what weighs', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${RIDGE}/details`)
    await page.getByRole('button', { name: 'Add people' }).click()
    await page.getByRole('checkbox', { name: /Erin/ }).click()
    await page.getByText('Everything').click()
    await page.getByRole('button', { name: 'Add 1 person' }).click()
    await page.getByText('You added Erin').waitFor()
    await page.getByText(/^You shared all that was said before/).waitFor()
    const members = page.getByRole('region', { name: 'Members' })
    await members.getByRole('button', { name: /^Erin/ }).click()
    await page.getByRole('button', { name: 'Make an admin' }).click()
    await confirm(page, 'Make an admin')
    await page.getByText('You made Erin an admin').waitFor()
    await members.getByRole('button', { name: /^Erin.*admin/s }).click()
    await page.getByRole('button', { name: 'Remove from the group' }).click()
    await confirm(page, 'Keep them')
    assert.deepEqual(await called(page, 'remove'), [])
    await page.getByRole('button', { name: 'Remove from the group' }).click()
    await confirm(page, 'Remove')
    await page.getByText('You removed Erin').waitFor()
    assert.deepEqual(await called(page, 'add'), [
      { conversation: RIDGE, person: idOf('erin'), role: 'member', history: { share: 'all' } },
    ])
    assert.deepEqual(await called(page, 'setRole'), [{ conversation: RIDGE, person: idOf('erin'), role: 'admin' }])
    assert.deepEqual(await called(page, 'remove'), [{ conversation: RIDGE, person: idOf('erin') }])
  }))

test('[UI26] an admin renames the group and takes its picture away', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${RIDGE}/details`)
    await page.getByRole('button', { name: 'Change name or picture' }).click()
    await page.getByLabel('Name of the group').fill('Monday ridge walkers')
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Monday ridge walkers' }).waitFor()
    assert.deepEqual(await called(page, 'retitle'), [{ conversation: RIDGE, title: 'Monday ridge walkers' }])
    assert.deepEqual(await called(page, 'setPicture'), [{ conversation: RIDGE, picture: '' }])
  }))

test('[UI26] who is no admin is offered nothing that admins do', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${idOf('group altos')}/details`)
    await page.getByRole('button', { name: /^Dan/ }).click()
    await page.getByRole('button', { name: 'Write to Dan alone' }).waitFor()
    for (const name of [
      'Add people',
      'Invitations',
      'Change name or picture',
      'Make an admin',
      'Remove from the group',
    ])
      assert.equal(await page.getByRole('button', { name }).count(), 0, name)
    await page.getByRole('button', { name: 'Safety number' }).click()
    await page.getByRole('heading', { name: 'Safety number' }).waitFor()
  }))

test('[UI27] a group that a stranger added me to asks first, and takes no text before', () =>
  play({}, async (page) => {
    await page.getByRole('link', { name: /Win a phone/ }).click()
    await page.getByText('Erin added you to this group, and you have not accepted Erin before.').waitFor()
    assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).count(), 0)
    await page.getByRole('button', { name: 'Accept' }).click()
    await page.getByRole('textbox', { name: /^Message to Win a phone/ }).waitFor()
    assert.deepEqual(await called(page, 'answer'), [{ conversation: idOf('group raffle'), standing: 'accepted' }])
  }))

test('[UI27] a group that I left or was removed from says so and takes no text', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${idOf('group flat')}`)
    await page.getByText('You were removed from this group.').waitFor()
    assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).count(), 0)
    await goTo(page, `/with/${RIDGE}/details`)
    await page.getByRole('button', { name: 'Leave the group' }).click()
    await confirm(page, 'Leave')
    await page.getByText('You are not in this group any more. What was said until then').waitFor()
    assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).count(), 0)
  }))

test('[UI28] of a message of mine in a group, everybody is listed with where it is', () =>
  play({}, async (page) => {
    await goTo(page, `/with/${RIDGE}`)
    assert.equal(
      summaryWords([
        { person: 'a', delivery: 'read' },
        { person: 'b', delivery: 'delivered' },
        { person: 'c', delivery: 'sealed' },
      ]),
      'Delivered to 2 of 3, read by 1',
    )
    await page.getByRole('button', { name: /^Sealed on the server Lighthouse/ }).click()
    await page.getByText('Delivered to 2 of 4, read by 1').waitFor()
    assert.deepEqual(
      await page
        .locator('[data-delivery-to]')
        .evaluateAll((items) => items.map((item) => item.getAttribute('data-delivery-to'))),
      ['sealed', 'sealed', 'delivered', 'read'],
    )
    await page.keyboard.press('Escape')
    await onStage(page, (stage, id) => stage.peer.deliver(id, 'read'), RIDGE)
    await page.getByRole('button', { name: 'Read by everybody' }).waitFor()
    // By keyboard: from the message itself.
    await page.locator('[data-bubble=mine]').last().click()
    await page.keyboard.press('w')
    await page.getByText('Read by all 4 people').waitFor()
  }))

test('[UI34] a muted conversation counts in the list and not in the title', () =>
  play(WIDE, async (page) => {
    await until(page, () => document.title === '(13) Kith')
    await page.getByRole('link', { name: /Choir: second altos.*8 unread.*muted/s }).waitFor()
    await goTo(page, `/with/${idOf('with dan')}/details`)
    await page.getByRole('switch', { name: 'Mute' }).click()
    await until(page, () => document.title === '(1) Kith')
    assert.deepEqual(await called(page, 'mute'), [{ conversation: idOf('with dan'), on: true }])
  }))

test('[UI322] where somebody may let nobody in, the place for it shows the group', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${idOf('group flat')}/add`)
    await page.getByRole('heading', { name: 'About the group' }).waitFor()
    assert.equal(await page.getByRole('heading', { name: 'Add people' }).count(), 0)
  }))

test('[UI34] a conversation is deleted here after one question, and is gone from the list', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${idOf('with dan')}/details`)
    await page.getByRole('button', { name: 'Delete here' }).click()
    await confirm(page, 'Delete here')
    await page.getByRole('heading', { name: 'Choose somebody to talk to' }).waitFor()
    assert.deepEqual(await called(page, 'forget'), [{ conversation: idOf('with dan') }])
    await page.getByRole('link', { name: /Dan.*the last one/s }).waitFor({ state: 'detached' })
  }))

test('[UI35] of 250 members each is found by name, and the list lays out only what is in sight', () =>
  play({ ...WIDE, story: 'crowd' }, async (page) => {
    await goTo(page, `/with/${idOf('group crowd')}/details`)
    await page.getByText('More than 64 devices are in this group.').waitFor()
    const members = page.getByRole('region', { name: 'Members' }).getByRole('listitem')
    await members.first().waitFor()
    assert.equal(await members.count(), 250)
    const drawn = await members.evaluateAll(
      (items) =>
        items.filter((item) => item.firstElementChild?.checkVisibility({ contentVisibilityAuto: true })).length,
    )
    assert.ok(drawn < 60, `${drawn} members are drawn`)
    await page.getByRole('searchbox', { name: 'Search the members' }).fill('hugo 248')
    await until(page, () => document.querySelectorAll('[aria-label=Members] li').length === 1)
    await members.first().click()
    await page.getByRole('button', { name: 'Write to Hugo 248 alone' }).waitFor()
    assert.equal(await overflow(page), 0)
  }))

test('[UI36] messages that wait for others, and a server without room, are told in the conversation', () =>
  play({}, async (page) => {
    await goTo(page, `/with/${idOf('group altos')}`)
    await page.getByText('3 messages arrived and wait for others').waitFor()
    await onStage(
      page,
      (stage) => stage.peer.setStatus({ mailboxFailure: { kind: 'full', server: 'Lighthouse' } }),
      null,
    )
    await page.getByText('It has no room for messages to who is away').waitFor()
    await page.getByRole('textbox', { name: /^Message to/ }).fill('anybody?')
    await page.keyboard.press('Enter')
    await page.getByText('The server Lighthouse has no room left').waitFor()
  }))

test('[UI22] the pages of a group stay inside a window of 360 pixels', () =>
  play({ width: 360, height: 680 }, async (page) => {
    for (const place of [
      `/with/${RIDGE}`,
      `/with/${RIDGE}/details`,
      `/with/${RIDGE}/add`,
      `/with/${RIDGE}/invite`,
      `/with/${idOf('with gwen')}/safety`,
      '/group',
      '/invite',
      '/join',
      `/joining/${idOf('joining book')}`,
    ]) {
      await goTo(page, place)
      await page.getByRole('heading', { level: 1 }).last().waitFor()
      assert.equal(await overflow(page), 0, place)
    }
  }))

test('[UI20] Enter chooses who was typed, also while a slow machine still shows who fitted before', () =>
  play(WIDE, async (page) => {
    await goTo(page, '/group')
    await page.getByLabel('Name of the group').fill('Slow hills')
    await page.getByRole('searchbox', { name: 'Search people', exact: true }).focus()
    const machine = await page.context().newCDPSession(page)
    const type = async (words: string): Promise<void> => {
      await machine.send('Emulation.setCPUThrottlingRate', { rate: 20 })
      await page.keyboard.type(words)
      await page.keyboard.press('Enter')
      await machine.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    }
    await type('bob')
    await page.getByRole('button', { name: 'Do not choose Bobby' }).waitFor()
    await type('zzz')
    await page.getByText('Nobody here is called that.').waitFor()
    await page.getByRole('heading', { name: 'New group' }).waitFor()
  }))

test('[UI20] a group is made, looked at and left by keyboard alone', () =>
  play(WIDE, async (page) => {
    const focused = (words: string): Promise<unknown> =>
      until(page, (wanted) => document.activeElement?.textContent === wanted, words)
    await page.getByRole('button', { name: 'New', exact: true }).focus()
    await page.keyboard.press('Enter')
    await focused('New group')
    await page.keyboard.press('Enter')
    await until(page, () => document.activeElement?.id === 'group-title')
    await page.keyboard.type('Keys only')
    await page.keyboard.press('Tab')
    await page.keyboard.type('bob')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Do not choose Bobby' }).waitFor()
    await page.getByLabel('Name of the group').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Keys only' }).waitFor()
    await page.getByRole('button', { name: /^About Keys only/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Leave the group' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Tab')
    await focused('Leave')
    await page.keyboard.press('Enter')
    await page.getByText('You are not in this group any more. What was said until then').waitFor()
  }))

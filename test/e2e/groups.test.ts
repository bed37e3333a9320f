import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { acquaint, told, viewsIn } from './people.ts'
import { done, setStage } from './stage.ts'
import { field, mine, reaches, say, talk, theirs } from './windows.ts'

const stage = await setStage()
const [ann, bob, carla] = await Promise.all([
  stage.home('ann', { name: 'Ann' }),
  stage.home('bob', { name: 'Bob' }),
  stage.home('carla', { name: 'Carla' }),
])
await acquaint(ann, bob, ['Ann', 'Bob'])
const WIDE = { width: 1_400, height: 900 } as const
const [annsWindow, bobsWindow, carlasWindow] = await Promise.all(
  [ann, bob, carla].map((home) => stage.open(home.windowUrl, WIDE)),
)
assert.ok(annsWindow && bobsWindow && carlasWindow)

const lines = (page: Page, words: string | RegExp) => page.getByRole('group', { name: /^Messages in/ }).getByText(words)

test('[EE22] a group is made in a window, and who I talk with is in it at once', async () => {
  await annsWindow.getByRole('button', { name: 'New', exact: true }).click()
  await annsWindow.getByRole('menuitem', { name: 'New group' }).click()
  await annsWindow.getByLabel('Name of the group').fill('Lake on Saturday')
  await annsWindow.getByRole('checkbox', { name: /Bob/ }).click()
  await annsWindow.getByLabel('Picture file').setInputFiles({
    name: 'lake.png',
    mimeType: 'image/png',
    buffer: await annsWindow.screenshot(),
  })
  await annsWindow.getByRole('button', { name: 'Make the group with 1 person' }).click()
  await annsWindow.getByRole('heading', { name: 'Lake on Saturday' }).waitFor()
  await say(annsWindow, 'Shall we take the early train?')
  await talk(bobsWindow, /Lake on Saturday/).click()
  await theirs(bobsWindow, 'Shall we take the early train?').waitFor()
  await lines(bobsWindow, 'Ann added you').waitFor()
  // The picture arrived as well.
  await bobsWindow.locator('main header img').waitFor()
  await say(bobsWindow, 'Gladly')
  await theirs(annsWindow, 'Gladly').waitFor()
})

test('[EE23] an invitation that is pasted into another window leads into the group', async () => {
  await annsWindow.getByRole('button', { name: /^About Lake/ }).click()
  await annsWindow.getByRole('button', { name: 'Invitations' }).click()
  await annsWindow.getByRole('button', { name: 'Make the invitation' }).click()
  const link = await annsWindow.getByLabel('The invitation as a link').inputValue()
  assert.match(link, /^kith:[\w-]+$/)
  await annsWindow.getByRole('img', { name: 'The invitation as a QR code' }).waitFor()

  await carlasWindow.getByRole('button', { name: 'New', exact: true }).click()
  await carlasWindow.getByRole('menuitem', { name: 'Join with an invitation' }).click()
  await carlasWindow.getByLabel('The invitation').fill(`Come along! ${link.slice(0, -1)}`)
  await carlasWindow.getByText('This is no whole invitation').waitFor()
  await carlasWindow.getByLabel('The invitation').fill(`Come along! ${link}`)
  await carlasWindow.getByRole('heading', { name: 'Ann invites you into the group “Lake on Saturday”.' }).waitFor()
  await carlasWindow.getByRole('button', { name: 'Join the group' }).click()
  await field(carlasWindow).waitFor()
  await say(carlasWindow, 'I am in, too')
  await theirs(annsWindow, 'I am in, too').waitFor()
  await theirs(bobsWindow, 'I am in, too').waitFor()
  await say(bobsWindow, 'The more the merrier')
  await theirs(carlasWindow, 'The more the merrier').waitFor()
  await lines(bobsWindow, 'Ann added Carla').waitFor()
  // In the list the last line says who wrote it.
  await talk(annsWindow, /Lake on Saturday.*Bob: The more the merrier/s).waitFor()
  await annsWindow.getByText('Open for 7 days, used 1 of 10 times').waitFor()
  // What was said before she came is not hers to read.
  assert.equal(await theirs(carlasWindow, 'early train').count(), 0)
})

test('[EE24] in a group a message says for each where it is, and names stand above what others say', async () => {
  await say(annsWindow, 'Meet at the clock')
  await reaches(annsWindow, 'Meet at the clock', 'read')
  await annsWindow.getByRole('button', { name: 'Read by everybody' }).click()
  await annsWindow.getByText('Read by all 2 people').waitFor()
  await annsWindow.keyboard.press('Escape')
  const names = await annsWindow.locator('[data-author]').allTextContents()
  assert.deepEqual(names.slice(-2), ['Carla', 'Bob'])
})

test('[EE25] what is said to who is away lies sealed on the server, and is read there while I am away', async () => {
  await bobsWindow.context().close()
  await bob.stop()
  await say(annsWindow, 'Bring the blanket')
  await reaches(annsWindow, 'Bring the blanket', 'sealed')
  await annsWindow.getByRole('button', { name: /^Sealed on the server/ }).click()
  await annsWindow.getByText('Delivered to 1 of 2, read by 1').waitFor()
  await annsWindow.locator('[data-delivery-to=sealed]', { hasText: 'Bob' }).waitFor()
  await annsWindow.keyboard.press('Escape')
  await Promise.all([annsWindow, carlasWindow].map((page) => page.context().close()))
  await Promise.all([ann.stop(), carla.stop()])
  const again = await stage.home('bob')
  const window = await stage.open(again.windowUrl, WIDE)
  await talk(window, /Lake on Saturday/).click()
  await theirs(window, 'Bring the blanket').waitFor()
})

test('[EE26] who was removed reads nothing that is said from then on, and is told', async () => {
  const [annAgain, carlaAgain] = await Promise.all([stage.home('ann'), stage.home('carla')])
  const [annsPage, carlasPage] = await Promise.all(
    [annAgain, carlaAgain].map((home) => stage.open(home.windowUrl, WIDE)),
  )
  assert.ok(annsPage && carlasPage)
  await talk(annsPage, /Lake on Saturday/).click()
  await talk(carlasPage, /Lake on Saturday/).click()
  await annsPage.getByRole('button', { name: /^About Lake/ }).click()
  await annsPage
    .getByRole('region', { name: 'Members' })
    .getByRole('button', { name: /^Carla/ })
    .click()
  await annsPage.getByRole('button', { name: 'Remove from the group' }).click()
  await annsPage.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await lines(annsPage, 'You removed Carla').waitFor()
  await carlasPage.getByText('You were removed from this group.').waitFor()
  assert.equal(await field(carlasPage).count(), 0)
  await say(annsPage, 'Only we two now')
  // Bob looks at it: whether “delivered” shows before is a matter of milliseconds.
  await reaches(annsPage, 'Only we two now', 'read')
  const { id } = await told(carlaAgain.calls, (update) => viewsIn(update).find(({ kind }) => kind === 'group'))
  const hers = await done(carlaAgain.calls.history({ conversation: id, limit: 100 }))
  assert.equal(JSON.stringify(hers).includes('Only we two now'), false)
  assert.equal(await mine(carlasPage, 'I am in, too').count(), 1)
})

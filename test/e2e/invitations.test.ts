import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { acquaint } from './people.ts'
import { setStage } from './stage.ts'
import { field, say, talk, theirs } from './windows.ts'

const stage = await setStage()
const WIDE = { width: 1_400, height: 900 } as const

/** An invitation to talk, made in this window. */
const inviteIn = async (page: Page): Promise<string> => {
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Invite somebody' }).click()
  await page.getByRole('button', { name: 'Make the invitation' }).click()
  return page.getByLabel('The invitation as a link').inputValue()
}

const offerTo = async (page: Page, link: string): Promise<void> => {
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Join with an invitation' }).click()
  await page.getByLabel('The invitation').fill(link)
}

test('[EE27] an answer waits on the server for an inviter who is away, and both talk once they are back', async () => {
  const ann = await stage.home('ann', { name: 'Ann' })
  const annsWindow = await stage.open(ann.windowUrl)
  const link = await inviteIn(annsWindow)
  await annsWindow.getByText('It works while you are away').waitFor()
  await annsWindow.context().close()
  await ann.stop()

  const dora = await stage.home('dora', { name: 'Dora' })
  const dorasWindow = await stage.open(dora.windowUrl)
  await offerTo(dorasWindow, link)
  await dorasWindow.getByRole('heading', { name: 'Ann invites you to talk.' }).waitFor()
  await dorasWindow.getByRole('button', { name: 'Accept' }).click()
  await dorasWindow.getByText(/^Waiting for Ann to come online\. Your answer lies sealed on the server/).waitFor()

  const again = await stage.home('ann')
  const page = await stage.open(again.windowUrl)
  await field(dorasWindow).waitFor()
  await say(dorasWindow, 'Found you')
  await talk(page, /Dora/).click()
  await theirs(page, 'Found you').waitFor()
  // An invitation is no request: nothing is left to accept.
  assert.equal(await page.getByRole('button', { name: 'Accept' }).count(), 0)
  await say(page, 'Welcome')
  await theirs(dorasWindow, 'Welcome').waitFor()

  const emil = await stage.home('emil', { name: 'Emil' })
  const emilsWindow = await stage.open(emil.windowUrl)
  await offerTo(emilsWindow, link)
  await emilsWindow.getByRole('button', { name: 'Accept' }).click()
  await emilsWindow.getByText('This invitation was already used as often as it may be.').waitFor()
})

test('[EE28] both screens show one safety number, and comparing gives a mark that can be taken away', async () => {
  const [bob, carla] = await Promise.all([stage.home('bob', { name: 'Bob' }), stage.home('carla', { name: 'Carla' })])
  await acquaint(bob, carla, ['Bob', 'Carla'])
  const windows = await Promise.all([bob, carla].map((home) => stage.open(home.windowUrl, WIDE)))
  const [bobs, carlas] = windows
  assert.ok(bobs && carlas)
  await talk(bobs, /Carla/).click()
  await talk(carlas, /Bob/).click()
  const digits = await Promise.all(
    windows.map(async (page) => {
      await page.getByRole('button', { name: /^About/ }).click()
      await page.getByRole('button', { name: 'Compare safety numbers' }).click()
      const groups = page.getByRole('list', { name: /twelve groups/ }).getByRole('listitem')
      await groups.first().waitFor()
      return (await groups.allTextContents()).join(' ')
    }),
  )
  assert.match(digits[0] ?? '', /^(\d{5} ){11}\d{5}$/)
  assert.equal(digits[0], digits[1])
  // Carla reads the code off Bob's screen, from a picture of it.
  await carlas.getByRole('button', { name: 'Scan their code' }).click()
  await carlas.getByLabel('Picture with a QR code').setInputFiles({
    name: 'code.png',
    mimeType: 'image/png',
    buffer: await bobs.getByRole('img', { name: /^The safety number/ }).screenshot(),
  })
  await carlas.locator('main header [data-verified=yes]').waitFor()
  await bobs.getByRole('button', { name: 'The digits are the same' }).click()
  await bobs.locator('main header [data-verified=yes]').waitFor()
  await bobs.getByRole('button', { name: 'Take the mark away' }).click()
  await bobs.locator('main header [data-verified=yes]').waitFor({ state: 'detached' })
})

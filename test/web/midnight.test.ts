import { after, before, test } from 'node:test'
import { openTheatre, playOn, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

test('[UI113] what was today is yesterday after midnight, in a conversation that stays open', () =>
  playOn(theatre, {}, async (page) => {
    await page.clock.install()
    await page.getByRole('link', { name: /Bobby/ }).first().click()
    const messages = page.getByRole('group', { name: /^Messages with/ })
    await messages.getByText('Today', { exact: true }).waitFor()
    await page.clock.fastForward('24:00:00')
    await messages.getByText('Today', { exact: true }).waitFor({ state: 'detached' })
    await messages.getByText('Yesterday', { exact: true }).first().waitFor()
  }))

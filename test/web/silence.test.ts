import { after, before, test } from 'node:test'
import { goTo, onStage, openTheatre, playOn, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

test('[UI320] a Kith that does not answer is told of until it does, at a choice of the settings', () =>
  playOn(theatre, {}, async (page) => {
    const words = page.getByRole('alert').filter({ hasText: 'Kith does not answer.' })
    await goTo(page, '/settings')
    await page.getByRole('switch').first().waitFor()
    await onStage(page, (stage) => stage.peer.delay(8_000), null)
    await page.getByRole('switch').first().click()
    await words.getByText('is not done so far').waitFor()
    await words.waitFor({ state: 'detached' })
  }))

test('[UI320] at the naming step too', () =>
  playOn(theatre, { story: 'first' }, async (page) => {
    const words = page.getByRole('alert').filter({ hasText: 'Kith does not answer.' })
    await onStage(page, (stage) => stage.peer.delay(8_000), null)
    await page.getByRole('button', { name: 'Start talking' }).click()
    await words.waitFor()
    await words.waitFor({ state: 'detached' })
  }))

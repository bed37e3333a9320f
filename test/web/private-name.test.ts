import { after, before, test } from 'node:test'
import { idOf } from './fake/people.ts'
import { goTo, onStage, openTheatre, playOn, until, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

test('[UI321] a private name that is given elsewhere comes into its field, until somebody types there', () =>
  playOn(theatre, {}, async (page) => {
    const shows = (text: string): Promise<unknown> =>
      until(page, (wanted) => document.querySelector<HTMLInputElement>('#private-name')?.value === wanted, text)
    const given = (privateName: string): Promise<unknown> =>
      onStage(page, (stage, [id, name]) => stage.peer.setPerson(id, { privateName: name }), [
        idOf('bob'),
        privateName,
      ] as const)
    await goTo(page, `/with/${idOf('with bob')}/details`)
    await page.locator('#private-name').waitFor()
    await given('Bob of the choir')
    await shows('Bob of the choir')
    await page.locator('#private-name').fill('typed')
    await given('Bob of the band')
    await shows('typed')
  }))

test('[UI321] my own name that is changed elsewhere comes into its field, until somebody types there', () =>
  playOn(theatre, {}, async (page) => {
    const shows = (text: string): Promise<unknown> =>
      until(page, (wanted) => document.querySelector<HTMLInputElement>('#own-name')?.value === wanted, text)
    const renamed = (to: string): Promise<unknown> =>
      onStage(page, (stage, name) => stage.peer.calls.rename({ name }), to)
    await goTo(page, '/settings')
    await page.locator('#own-name').waitFor()
    await renamed('Ann of the choir')
    await shows('Ann of the choir')
    await page.locator('#own-name').fill('typed')
    await renamed('Ann of the band')
    await shows('typed')
  }))

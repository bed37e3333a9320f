import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { idOf } from './fake/people.ts'
import { codeOf, DIGITS } from './fake/safety-calls.ts'
import { filmQr } from './qr-film.ts'
import { called, goTo, onStage, openTheatre, playOn, type Scene, type Theatre } from './stage.ts'

const WIDE = { width: 1400, height: 900 } as const

let theatre: Theatre
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-film-'))
  const camera = join(folder, 'safety.y4m')
  await filmQr(camera, codeOf(idOf('bob')))
  theatre = await openTheatre({ camera })
})
after(async () => {
  await theatre.close()
  await rm(folder, { recursive: true })
})

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => playOn(theatre, scene, act)

test('[UI32] a safety number is shown in twelve groups of five, and comparing it gives a mark beside the name', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${idOf('with bob')}/details`)
    await page.getByRole('button', { name: 'Compare safety numbers' }).click()
    const groups = page.getByRole('list', { name: /twelve groups/ }).getByRole('listitem')
    await groups.first().waitFor()
    const shown = await groups.allTextContents()
    assert.deepEqual([shown.length, shown.join('')], [12, DIGITS])
    await page.getByRole('button', { name: 'The digits are the same' }).click()
    await page.getByText('Verified: you compared safety numbers with Bobby').waitFor()
    await page.getByRole('link', { name: /Bobby.*Verified/s }).waitFor()
    await page.locator('main header [data-verified=yes]').waitFor()
    await page.getByRole('button', { name: 'Take the mark away' }).click()
    await page.getByRole('button', { name: 'The digits are the same' }).waitFor()
    assert.equal(await page.locator('main header [data-verified]').count(), 0)
    assert.deepEqual(await called(page, 'verify'), [{ person: idOf('bob') }])
  }))

test('[UI32] a code scanned from their screen gives the mark, one of somebody else does not', () =>
  play(WIDE, async (page) => {
    await goTo(page, `/with/${idOf('with dan')}/safety`)
    await page.getByRole('button', { name: 'Scan their code' }).click()
    await page.getByRole('button', { name: 'Scan with the camera' }).click()
    await page.getByText('This code is about somebody else, so nothing was marked as verified.').waitFor()
    assert.equal(await page.locator('[data-verified=yes]').count(), 1, 'Gwen alone, as before')
    await goTo(page, `/with/${idOf('with bob')}/safety`)
    await page.getByRole('button', { name: 'Scan their code' }).click()
    await page.getByRole('button', { name: 'Scan with the camera' }).click()
    await page.getByText('Verified: you compared safety numbers with Bobby').waitFor()
    assert.deepEqual(await called(page, 'verify'), [
      { person: idOf('dan'), scanned: codeOf(idOf('bob')) },
      { person: idOf('bob'), scanned: codeOf(idOf('bob')) },
    ])
  }))

test('[UI33] a changed key is a warning above the field, until it is compared again or let go', () =>
  play({ ...WIDE, story: 'crowd' }, async (page) => {
    await page.getByRole('link', { name: /^Bob/ }).click()
    await page.getByText('Bob has used a device that you do not know').waitFor()
    await page.getByRole('link', { name: /Bob.*Not verified any more/s }).waitFor()
    await page.getByRole('button', { name: 'Compare again' }).click()
    await page.getByRole('button', { name: 'The digits are the same' }).click()
    await page.locator('[data-warning]').waitFor({ state: 'detached' })
    await onStage(
      page,
      (stage, id) => stage.peer.setPerson(id, { verified: { at: 'changed', since: 0, changed: 1 } }),
      idOf('bob'),
    )
    await page.getByRole('button', { name: 'Go on without the mark' }).click()
    await page.locator('[data-warning]').waitFor({ state: 'detached' })
    assert.deepEqual(await called(page, 'unverify'), [{ person: idOf('bob') }])
  }))

test('[UI33] a request of somebody who looks like a person I verified warns of that', () =>
  play({ story: 'crowd' }, async (page) => {
    await page.getByRole('link', { name: /B0b/ }).click()
    await page.getByText('Careful: this is not the Bob whom you verified').waitFor()
    await page.getByRole('button', { name: 'Accept' }).waitFor()
  }))

test('[UI37] the settings say whether a passphrase is set, and how to set one, export and import', () =>
  play({}, async (page) => {
    await goTo(page, '/settings')
    await page.getByText('No passphrase is set').waitFor()
    await page.getByText(/^npm run kith -- passphrase set/).waitFor()
    await page.getByText(/^npm run kith -- export FILE/).waitFor()
    await page.getByText(/^npm run kith -- import FILE/).waitFor()
    await onStage(page, (stage) => stage.peer.setStatus({ passphrase: true }), null)
    await page.getByText('A passphrase is set').waitFor()
    await page.getByText(/^npm run kith -- passphrase remove/).waitFor()
  }))

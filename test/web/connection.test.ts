import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { HARD_NETWORK, UNSEEN_NETWORK } from './fake/networks.ts'
import { called, goTo, onStage, openTheatre, overflow, playOn, type Scene, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> =>
  playOn(theatre, scene, async (page) => {
    await goTo(page, '/settings')
    await connection(page).waitFor()
    await act(page)
  })

const connection = (page: Page) => page.getByRole('region', { name: 'Your connection' })

test('[UI61] the settings tell what my network does to those who call, and change as it does', () =>
  play({}, async (page) => {
    await connection(page).getByText('People can reach you directly').waitFor()
    await connection(page).getByText('203.0.113.9:41873 leads to you (PCP)').waitFor()
    await onStage(page, (stage, network) => stage.peer.setStatus({ network }), HARD_NETWORK)
    await connection(page).getByText('Some people can reach you directly').waitFor()
    await connection(page).getByText('Gives each connection a door of its own (symmetric)').waitFor()
    await onStage(page, (stage, network) => stage.peer.setStatus({ network }), UNSEEN_NETWORK)
    await connection(page).getByText('Not known how others can reach you').waitFor()
    assert.equal(await connection(page).getByText('IPv6').count(), 0)
  }))

test('[UI61] looking again asks the peer, and the router is asked no longer when I say so', () =>
  play({}, async (page) => {
    await connection(page).getByRole('button', { name: 'Look again' }).click()
    await connection(page).getByText('Looking. This takes up to five seconds.').waitFor()
    assert.equal((await called(page, 'lookAgain')).length, 1)
    await connection(page).getByRole('switch', { name: 'Let your router pass calls on' }).click()
    await connection(page).getByRole('switch', { checked: false }).waitFor()
    assert.deepEqual(await called(page, 'configure'), [{ mapPorts: false }])
  }))

// The settings with a good network are looked at with the other pages.
for (const [width, colours, network] of [
  [1_280, 'light', HARD_NETWORK],
  [360, 'dark', HARD_NETWORK],
  [360, 'light', UNSEEN_NETWORK],
] as const)
  test(`[UI62] a network of which much is odd stays inside ${width} pixels, and axe finds nothing (${colours})`, () =>
    play({ width, height: 1_800, colours, withoutPolicy: true }, async (page) => {
      await onStage(page, (stage, given) => stage.peer.setStatus({ network: given }), network)
      assert.equal(await overflow(page), 0)
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
      )
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
        [],
      )
    }))

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import type { ServerState } from '../../src/view/view.ts'
import { called, goTo, onStage, openTheatre, overflow, playOn, type Scene, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> =>
  playOn(theatre, scene, async (page) => {
    await goTo(page, '/settings')
    await servers(page).waitFor()
    await act(page)
  })

const servers = (page: Page) => page.getByRole('region', { name: 'Servers' })

const NOW = Date.UTC(2026, 10, 22, 21, 4, 50)

/** One of each kind, under names of every length. */
const SEVERAL: readonly ServerState[] = [
  {
    at: 'connected',
    address: 'chat.example.org:12345',
    since: NOW - 60_000,
    people: 'on',
    mailboxes: 'on',
    name: 'Lighthouse',
  },
  {
    at: 'connected',
    address: '[2001:db8:1111:2222:3333:4444:5555:6666]:40001',
    since: NOW - 60_000,
    people: 'off',
    mailboxes: 'off',
  },
  {
    at: 'unreachable',
    address: 'a-server-with-a-very-long-name.of-a-school-that-has-one.example.org:12345',
    since: NOW - 240_000,
    next: NOW + 8_000,
    failure: { kind: 'refused', detail: 'ECONNREFUSED' },
  },
  { at: 'connecting', address: '192.168.1.7:12345' },
]

const show = (page: Page, count: number): Promise<unknown> =>
  onStage(page, (stage, some) => stage.peer.setStatus({ servers: some }), SEVERAL.slice(0, count))

test('[UI70] servers are added to the list and taken off it, and what is no address is said beside it', () =>
  play({}, async (page) => {
    await servers(page).getByText('On chat.example.org:12345.').waitFor()
    const field = servers(page).getByLabel('Server to add')
    await field.fill('no server at all')
    await servers(page).getByRole('button', { name: 'Add' }).click()
    await servers(page).getByText('is not a server’s address').waitFor()
    await field.fill('second.example.org')
    await page.keyboard.press('Enter')
    await servers(page).getByText('Connecting to second.example.org').waitFor()
    assert.equal(await field.inputValue(), '')
    assert.equal(await servers(page).getByText('is not a server’s address').count(), 0)
    await servers(page).getByRole('button', { name: 'Use chat.example.org:12345 no longer' }).click()
    await servers(page).getByText('On chat.example.org:12345.').waitFor({ state: 'detached' })
    await servers(page).getByRole('button', { name: 'Use second.example.org no longer' }).click()
    await servers(page).getByText('No server.').waitFor()
    assert.deepEqual((await called(page, 'useServers')).slice(1), [
      { addresses: ['chat.example.org:12345', 'second.example.org'] },
      { addresses: ['second.example.org'] },
      { addresses: [] },
    ])
  }))

test('[UI71] the foot of the list says how many servers answer, and with four no further one is offered', () =>
  play({}, async (page) => {
    const foot = page.getByRole('navigation')
    await show(page, 2)
    await foot.getByText('On 2 servers').waitFor()
    await foot.getByRole('heading', { name: 'On your servers' }).waitFor()
    await show(page, 4)
    await foot.getByText('On 2 of 4 servers').waitFor()
    assert.equal(await servers(page).getByLabel('Server to add').count(), 0)
    await onStage(page, (stage, some) => stage.peer.setStatus({ servers: some }), SEVERAL.slice(2, 3))
    await foot.getByText(/^Cannot reach a-server-with/).waitFor()
  }))

for (const [width, colours] of [
  [1_280, 'light'],
  [1_280, 'dark'],
  [360, 'light'],
  [360, 'dark'],
] as const)
  test(`[UI72] four servers of every kind stay inside ${width} pixels, and axe finds nothing (${colours})`, () =>
    play({ width, height: 1_800, colours, withoutPolicy: true }, async (page) => {
      await show(page, 4)
      await servers(page).getByText('Connecting to 192.168.1.7:12345').waitFor()
      assert.equal(await overflow(page), 0)
      if (process.env['KITH_PICTURES'] !== undefined)
        await page.screenshot({ path: `${process.env['KITH_PICTURES']}/servers-${width}-${colours}.png` })
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
      )
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`),
        [],
      )
    }))

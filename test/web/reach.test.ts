import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import type { ReachView } from '../../src/view/reach-view.ts'
import { HARD_NETWORK } from './fake/networks.ts'
import { idOf } from './fake/people.ts'
import { called, goTo, onStage, openTheatre, overflow, playOn, type Scene, type Theatre } from './stage.ts'

let theatre: Theatre
before(async () => {
  theatre = await openTheatre()
})
after(() => theatre.close())

const GWEN = idOf('gwen')
const page = `/with/${idOf('with gwen')}/details`

/** Through the server, after a call at one moment that a router did not let in. */
const relayed: ReachView = {
  person: GWEN,
  presence: { at: 'here', path: 'relayed', since: 0 },
  link: { path: 'relayed', address: 'relay', since: 0, server: 'Attic', roundTrip: 41.8 },
  shown: 'everywhere',
  candidates: [
    { address: '192.168.7.20:40112', from: 'announced' },
    { address: '203.0.113.77:40112', from: 'told' },
  ],
  attempts: [
    {
      path: 'punched',
      address: 'punch',
      started: 0,
      outcome: { at: 'failed', after: 2_510, failure: { kind: 'not-let-in', detail: 'called 203.0.113.77:40112' } },
    },
  ],
  waiting: 0,
}

const play = (scene: Scene, act: (page: Page) => Promise<void>): Promise<void> =>
  playOn(theatre, scene, async (window) => {
    await onStage(window, (stage, network) => stage.peer.setStatus({ network }), HARD_NETWORK)
    await setReach(window, relayed)
    await goTo(window, page)
    await reach(window).waitFor()
    await act(window)
  })

/** Times are told as the page counts them. */
const setReach = (window: Page, view: ReachView): Promise<unknown> =>
  onStage(
    window,
    (stage, given) => {
      const now = stage.now()
      stage.peer.setReach({
        ...given,
        ...(given.link && { link: { ...given.link, since: now - 90_000 } }),
        attempts: given.attempts.map((each) => ({ ...each, started: now - 60_000 })),
        next: now + 600_000,
      })
    },
    view,
  )

const reach = (window: Page) => window.getByRole('region', { name: 'How they are reached' })

test('[UI51] the page tells the path with its round trip, the addresses that are known, and the next attempt', () =>
  play({}, async (window) => {
    await reach(window).getByText('there and back in 42 ms').waitFor()
    await reach(window).getByText('A direct way is looked for again in 10 minutes.').waitFor()
    await reach(window).getByText('2 known addresses').click()
    await reach(window).getByText('203.0.113.77:40112', { exact: true }).waitFor()
    await reach(window).getByText('announced on your network').waitFor()
    await reach(window).getByRole('button', { name: 'Try now' }).click()
    assert.deepEqual(await called(window, 'tryNow'), [{ person: GWEN }])
  }))

test('[UI50] [UI51] it says why the way is through the server, and changes with the path', () =>
  play({}, async (window) => {
    await reach(window).getByText('Your router gives each connection a door of its own').waitFor()
    await reach(window).getByText('Your messages go through the server Attic, sealed').waitFor()
    const { next: _, ...direct } = {
      ...relayed,
      link: { path: 'punched', address: '203.0.113.77:40112', since: 0 },
    } as const
    await setReach(window, direct)
    await reach(window).getByText('Your devices called each other at the same moment').waitFor()
    assert.equal(await reach(window).getByText('a door of its own').count(), 0)
  }))

test('[UI260] of somebody who is blocked it says that nothing is tried and what waits, and promises nothing', () =>
  play({}, async (window) => {
    await setReach(window, { ...relayed, waiting: 2 })
    await onStage(window, (stage, id) => stage.peer.setPerson(id, { standing: 'blocked' }), GWEN)
    await reach(window).getByText('You blocked Gwen: Kith does not call them, and ends their calls.').waitFor()
    await reach(window).getByText('2 messages of yours wait here until you unblock them.').waitFor()
    assert.equal(await reach(window).getByText('known address').count(), 0)
    assert.equal(await reach(window).getByRole('button').count(), 0)
  }))

test('[UI52] whether to connect directly is chosen in the settings, which say what it costs', () =>
  play({}, async (window) => {
    await goTo(window, '/settings')
    await window.getByText('They then carry everything, sealed; that is slower').waitFor()
    await window.getByRole('switch', { name: 'Connect directly' }).click()
    assert.deepEqual(await called(window, 'configure'), [{ directly: false }])
  }))

for (const [width, colours] of [
  [1_280, 'light'],
  [360, 'dark'],
] as const)
  test(`[UI51] the page stays inside ${width} pixels, and axe finds nothing (${colours})`, () =>
    play({ width, height: 1_400, colours, withoutPolicy: true }, async (window) => {
      await reach(window).getByText('2 known addresses').click()
      assert.equal(await overflow(window), 0)
      await window.evaluate(axe.source)
      const { violations } = await window.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
      )
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
        [],
      )
      const folder = process.env['SHOTS']
      if (folder !== undefined) await window.screenshot({ path: `${folder}/reach-${width}-${colours}.png` })
    }))

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Result } from '../../src/core/bytes/result.ts'
import { launchBrowser } from '../browser.ts'
import { endAll, startHome, startServer, type Home, type HomeOptions, type Server } from './homes.ts'
import { openWindow, type Scene, type Watch } from './windows.ts'

/** A server, people with a Kith each, and a browser with windows on them, all real. */
export type Stage = {
  readonly folder: string
  readonly server: Server
  readonly browser: Browser
  /** Somebody on the server: their Kith, in a process and a profile of its own. */
  home(profile: string, options?: Partial<HomeOptions>): Promise<Home>
  /** A window as a fresh browser opens it. */
  open(url: string, scene?: Scene): Promise<Page>
  /** Complaints of pages that fit are expected until the end of the test. */
  expectTrouble(pattern: RegExp): void
}

/**
 * Sets the stage for one file of tests. After each test, the pages must not have complained of anything, broken their
 * policy, asked anybody but their own Kith, or got a cookie.
 */
export const setStage = async (): Promise<Stage> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-e2e-'))
  const [browser, server] = await Promise.all([launchBrowser(), startServer(folder)])
  const watch: Watch = { troubles: [] }
  let expected: RegExp[] = []

  afterEach(async (context) => {
    // The types know nothing of it: what a test's context is after the test.
    const { passed, name } = context as unknown as { readonly passed: boolean; readonly name: string }
    if (!passed) await pictureAll(browser, name)
    const cookies = await Promise.all(browser.contexts().map((context) => context.cookies()))
    const troubles = watch.troubles.splice(0).filter((trouble) => !expected.some((pattern) => pattern.test(trouble)))
    expected = []
    assert.deepEqual(troubles, [], 'the pages complained')
    assert.deepEqual(cookies.flat(), [], 'a page got a cookie')
  })
  after(async () => {
    await browser.close()
    await endAll()
    await rm(folder, { recursive: true, force: true })
  })
  return {
    folder,
    server,
    browser,
    home: (profile, options) => startHome({ folder, profile, port: server.port, ...options }),
    open: (url, scene = {}) => openWindow(browser, url, scene, watch),
    expectTrouble: (pattern) => void expected.push(pattern),
  }
}

/** With `KITH_E2E_FAILURES=FOLDER`, every page as it was when a test failed. */
const pictureAll = async (browser: Browser, test: string): Promise<void> => {
  const folder = process.env['KITH_E2E_FAILURES']
  if (folder === undefined) return
  const pages = browser.contexts().flatMap((context) => context.pages())
  for (const [index, page] of pages.entries())
    await page.screenshot({ path: join(folder, `${test.replace(/\W+/g, '-').slice(0, 60)}-${index}.png`) })
}

/** What a call answered; a refusal fails the test. */
export const done = async <Value>(answer: Promise<Result<Value, { readonly kind: string }>>): Promise<Value> => {
  const result = await answer
  if (!result.ok) throw new Error(`a call was refused: ${JSON.stringify(result.refusal)}`)
  return result.value
}

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { emojiList } from '../../src/web/emoji/emoji-list.ts'
import { launchBrowser } from '../browser.ts'
import type { Stage } from './fake/main.ts'

/** What the local door sends with every page: the window must live under it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; " +
  "media-src 'self' blob:; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'"

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

export type Scene = {
  readonly story?: 'first' | 'empty' | 'busy' | 'flood' | 'crowd'
  readonly count?: number
  readonly door?: 'lost' | 'not-let-in'
  readonly width?: number
  readonly height?: number
  readonly colours?: 'light' | 'dark'
  /** Only for tools that put a script of their own into the page. */
  readonly withoutPolicy?: boolean
  readonly reducedMotion?: boolean
}

export type Theatre = {
  /** A window on a fake peer. What the page reports as an error or a broken policy is gathered in `troubles`. */
  open(scene: Scene): Promise<{ page: Page; troubles: readonly string[]; context: BrowserContext }>
  close(): Promise<void>
}

/**
 * Builds the window once on the fake peer, serves it as the door does, and opens pages on it in one browser. `camera` is
 * a film that the browser's camera shows.
 */
export const openTheatre = async ({ camera }: { readonly camera?: string } = {}): Promise<Theatre> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-window-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('fake', import.meta.url)),
    plugins: [react(), tailwindcss(), emojiList()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'esnext',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const file = join(folder, path === '/' ? 'index.html' : path)
    readFile(file).then(
      (bytes) => {
        response.writeHead(200, {
          'content-type': TYPES[extname(file)] ?? '',
          'content-security-policy': POLICY,
          'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=()',
        })
        response.end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await launchBrowser(camera === undefined ? {} : { camera })
  return {
    open: (scene) => openPage(browser, origin, scene),
    close: async () => {
      await browser.close()
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

const openPage = async (browser: Browser, origin: string, scene: Scene) => {
  const context = await browser.newContext({
    viewport: { width: scene.width ?? 1180, height: scene.height ?? 780 },
    colorScheme: scene.colours ?? 'light',
    reducedMotion: scene.reducedMotion === false ? 'no-preference' : 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    bypassCSP: scene.withoutPolicy === true,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('console', (message) => {
    // The page has no icon of its own on this stage.
    if ((message.type() === 'error' || message.type() === 'warning') && !message.text().includes('404'))
      troubles.push(message.text())
  })
  const wanted = new URLSearchParams({ story: scene.story ?? 'busy' })
  if (scene.count !== undefined) wanted.set('count', String(scene.count))
  if (scene.door !== undefined) wanted.set('door', scene.door)
  await page.goto(`${origin}/?${wanted.toString()}`)
  return { page, troubles, context }
}

/** Opens a scene, plays it, and expects that the page complained of nothing and still fits its window. */
export const playOn = async (theatre: Theatre, scene: Scene, act: (page: Page) => Promise<void>): Promise<void> => {
  const { page, troubles, context } = await theatre.open(scene)
  page.setDefaultTimeout(10_000)
  await act(page)
  assert.deepEqual(troubles, [])
  assert.equal(await overflow(page), 0)
  await context.close()
}

/** What the window asked the peer with calls of this name. */
export const called = async (page: Page, name: string): Promise<readonly unknown[]> =>
  (await onStage(
    page,
    (stage, wanted) => stage.peer.called.filter((each) => each.name === wanted).map((each) => each.input),
    name,
  )) as readonly unknown[]

/** Waits until something about the page is true; the page's own events decide when, never a pause. */
export const until = (page: Page, fact: (input: string) => boolean, input = ''): Promise<unknown> =>
  page.waitForFunction(fact, input)

/** Goes to a place in the window. */
export const goTo = (page: Page, place: string): Promise<void> =>
  page.evaluate((hash) => {
    location.hash = hash
  }, place)

/** How far the page is wider or longer than the window: it never is, only lists in it scroll. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement
    return Math.max(scrollWidth - innerWidth, scrollHeight - innerHeight)
  })

/** Runs in the page, with what a test may do there. */
export const onStage = async <Input>(
  page: Page,
  act: (stage: Stage, input: Input) => unknown,
  input: Input,
): Promise<unknown> => {
  const stage = await page.evaluateHandle(() => globalThis.stage)
  return stage.evaluate(act as (stage: Stage, input: unknown) => unknown, input)
}

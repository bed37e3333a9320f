import type { Browser, Locator, Page } from 'playwright-core'

export type Scene = {
  readonly width?: number
  readonly height?: number
  readonly colours?: 'light' | 'dark'
  /** Pixels of the picture for one of the page. */
  readonly density?: number
}

/** What pages complained of, in order. */
export type Watch = { readonly troubles: string[] }

/** On a busy machine processes, pages and messages may all wait for each other for a while. */
const PATIENCE_MILLIS = 20_000

/**
 * Opens an address in a context of its own, as a fresh browser would. What the page says to the console, what breaks
 * its policy and whom else it asks becomes a trouble.
 */
export const openWindow = async (browser: Browser, url: string, scene: Scene, watch: Watch): Promise<Page> => {
  const context = await browser.newContext({
    viewport: { width: scene.width ?? 1100, height: scene.height ?? 720 },
    deviceScaleFactor: scene.density ?? 1,
    colorScheme: scene.colours ?? 'light',
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  context.setDefaultTimeout(PATIENCE_MILLIS)
  const page = await context.newPage()
  const { origin, host } = new URL(url)
  await page.exposeFunction('tellOfViolation', (words: string) => void watch.troubles.push(words))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      const told = (globalThis as unknown as { tellOfViolation(words: string): void }).tellOfViolation
      told(`policy: ${violatedDirective} ${blockedURI} ${sample}`)
    })
  })
  page.on('pageerror', (error) => watch.troubles.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) watch.troubles.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) watch.troubles.push(`request: ${request.url()}`)
  })
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== host) watch.troubles.push(`socket: ${socket.url()}`)
  })
  await page.goto(url)
  return page
}

export const field = (page: Page): Locator => page.getByRole('textbox', { name: /^(Message to|Change the message)/ })
export const mine = (page: Page, text: string | RegExp): Locator =>
  page.locator('[data-bubble=mine]', { hasText: text })
export const theirs = (page: Page, text: string | RegExp): Locator =>
  page.locator('[data-bubble=theirs]', { hasText: text })
/** The line of the list at the left that leads to a conversation. */
export const talk = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('navigation').getByRole('link', { name }).first()
/** Somebody at the left with whom nothing was said yet. */
export const stranger = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('navigation').getByRole('button', { name }).first()

export const say = async (page: Page, text: string): Promise<void> => {
  await field(page).fill(text)
  await field(page).press('Enter')
  await mine(page, text.split('\n')[0] ?? '')
    .last()
    .waitFor()
}

/** How far the newest message of mine with this text got, once it is there. */
export const reaches = (page: Page, text: string, delivery: 'kept' | 'sealed' | 'delivered' | 'read'): Promise<void> =>
  page.getByRole('article').filter({ hasText: text }).locator(`[data-delivery=${delivery}]`).last().waitFor()

/** Waits until something about the page is true; the page's own events decide when, never a pause. */
export const until = async (page: Page, fact: (input: string) => boolean, input = ''): Promise<void> => {
  await page.waitForFunction(fact, input)
}

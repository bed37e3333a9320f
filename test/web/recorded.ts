import type { Page } from 'playwright-core'

/** A notification as a page made it. */
type Told = { readonly title: string; readonly body: string; readonly tag: string; closed: boolean; click(): void }

declare global {
  var told: Told[]
}

/** Writes down every notification of a page, in order: a browser without a screen shows them to nobody. */
export const recordNotifications = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const known = Notification
    globalThis.told = []
    globalThis.Notification = class extends known {
      constructor(title: string, { body = '', tag = '', ...options }: NotificationOptions = {}) {
        super(title, { body, tag, ...options })
        const click = (): void => void this.dispatchEvent(new Event('click'))
        const told = { title, body, tag, closed: false, click }
        globalThis.told.push(told)
        this.close = () => void (told.closed = true)
      }
    }
  })

/** Somebody turns to another program, or comes back. */
export const turn = (page: Page, to: 'away' | 'back'): Promise<void> =>
  page.evaluate((away) => {
    document.hasFocus = () => !away
    window.dispatchEvent(new Event(away ? 'blur' : 'focus'))
  }, to === 'away')

/** What was told in a page, in order. */
export const toldIn = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => globalThis.told.map(({ title, body }) => `${title}: ${body}`))

import { chromium, type Browser } from 'playwright-core'
import { findBrowser } from '../scripts/browser.ts'

/** Nothing that the browser does on its own account, and nothing that needs a screen or a graphics card. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const FAKE_MEDIA_FLAGS = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/**
 * A browser of its own for a test, headless, with an empty profile that is deleted when the browser is closed. The
 * caller closes it. `fakeMedia` gives pages a camera and a microphone, without asking anybody.
 */
export const launchBrowser = async ({ fakeMedia = false }: { readonly fakeMedia?: boolean } = {}): Promise<Browser> => {
  const executablePath = await findBrowser()
  if (executablePath === undefined) throw new Error('there is no browser: run "npm test", which brings one or says how')
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...(fakeMedia ? FAKE_MEDIA_FLAGS : [])] })
}

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

type Media = {
  readonly fakeMedia?: boolean
  /** A film in the format Y4M that the camera shows over and over. */
  readonly camera?: string
}

/**
 * A browser of its own for a test, headless, with an empty profile that is deleted when the browser is closed. The
 * caller closes it. `fakeMedia` gives pages a camera and a microphone, without asking anybody.
 */
export const launchBrowser = async ({ fakeMedia = false, camera }: Media = {}): Promise<Browser> => {
  const executablePath = await findBrowser()
  if (executablePath === undefined) throw new Error('there is no browser: run "npm test", which brings one or says how')
  const media = fakeMedia || camera !== undefined ? FAKE_MEDIA_FLAGS : []
  const film = camera === undefined ? [] : [`--use-file-for-fake-video-capture=${camera}`]
  return chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...media, ...film] })
}

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where systems and their package managers put a Chromium or a Chrome. */
const KNOWN_PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
    .map((folder) => folder ?? 'C:\\')
    .flatMap((folder) => [
      join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]),
}

/**
 * The path of a browser for tests: what KITH_CHROMIUM names, else one of this system's, else the one that is inside
 * the package @sparticuz/chromium (Linux on x64 only), unpacked. Undefined when there is none that runs.
 */
export const findBrowser = async (): Promise<string | undefined> => systemBrowser() ?? (await packagedBrowser())

/** A browser that is installed on this system. Throws when KITH_CHROMIUM names a file that is not there. */
export const systemBrowser = (): string | undefined => {
  const named = process.env['KITH_CHROMIUM']
  if (named === undefined || named === '') return KNOWN_PLACES[process.platform]?.find((place) => existsSync(place))
  if (!existsSync(named)) throw new Error(`KITH_CHROMIUM names ${named}, which is not there`)
  return named
}

const packagedBrowser = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const { default: chromium } = await import('@sparticuz/chromium')
  const path = await chromium.executablePath()
  return spawnSync(path, ['--version']).status === 0 ? path : undefined
}

/** Debian's packages for these tools can be installed without asking anybody: as root, on Debian. */
export const mayInstall = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

/** Installs Debian packages. Says nothing unless it fails, then throws with what apt-get said. */
export const installPackages = (names: readonly string[]): void => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  execFileSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...names]
  execFileSync('apt-get', install, { env, stdio: ['ignore', 'ignore', 'pipe'] })
}

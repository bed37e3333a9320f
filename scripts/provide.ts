// Brings what the tests need besides packages: a browser, and on Linux as root the tools for networks of their own.

import { spawnSync } from 'node:child_process'
import { findBrowser, installPackages, mayInstall, systemBrowser } from './browser.ts'

/** Programs for network namespaces and address translation, with the Debian package of each. */
const NETWORK_TOOLS = { ip: 'iproute2', nft: 'nftables' }

const isThere = (program: string): boolean => spawnSync(program, ['-V']).error === undefined

const missing = [
  ...(systemBrowser() === undefined ? ['chromium'] : []),
  ...Object.entries(NETWORK_TOOLS).flatMap(([program, name]) => (isThere(program) ? [] : [name])),
]

if (missing.length > 0 && mayInstall()) {
  console.error(`kith: installing ${missing.join(', ')} for the tests ...`)
  try {
    installPackages(missing)
  } catch (error) {
    console.error(`kith: ${error instanceof Error ? error.message : String(error)}`)
  }
}

if ((await findBrowser()) === undefined) {
  console.error(
    'kith: the tests need Chromium or Chrome. Install one, or say where it is: KITH_CHROMIUM=/path/to/chromium npm test',
  )
  process.exitCode = 1
}

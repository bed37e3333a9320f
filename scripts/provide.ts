// Brings what the tests need besides packages: a browser, and on Linux as root the tools for networks of their own.

import { findBrowser, installPackages, mayInstall, systemBrowser } from './browser.ts'
import { missingNetworkTools } from './network-tools.ts'

const missing = [...(systemBrowser() === undefined ? ['chromium'] : []), ...missingNetworkTools()]

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

import { installPackages, mayInstall } from '../../scripts/browser.ts'
import { missingNetworkTools } from '../../scripts/network-tools.ts'

const missing = missingNetworkTools()
if (missing.length > 0 && mayInstall()) {
  process.stderr.write(`kith: installing ${missing.join(', ')} for the lab ...\n`)
  installPackages(missing)
}

// Whether there are networks of one's own is found out when these are loaded.
const [{ lab }, { removeMachines }] = await Promise.all([import('./lab.ts'), import('../scenario/networks.ts')])

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

process.exitCode = await lab(process.argv.slice(2), ending.signal).catch((error: unknown) => {
  if (!ending.signal.aborted) throw error
  removeMachines()
  return 130
})

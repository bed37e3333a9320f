import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { gatewayOfBsd, gatewayOfLinux, gatewayOfWindows } from '../../core/gateway/route.ts'

const PRINTING_MILLIS_MAX = 2_000
const PRINTED_BYTES_MAX = 256 * 1024

/** The address of the router on this machine's network; undefined when there is none, or the system does not say. */
export const findRouter = async (): Promise<string | undefined> => {
  switch (process.platform) {
    case 'linux':
      return gatewayOfLinux(await readFile('/proc/net/route', 'latin1').catch(() => ''))
    case 'win32':
      return gatewayOfWindows(await printed('route', ['print', '-4', '0.0.0.0']))
    default:
      return gatewayOfBsd(await printed('route', ['-n', 'get', 'default']))
  }
}

const printed = (program: string, words: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const limits = { timeout: PRINTING_MILLIS_MAX, maxBuffer: PRINTED_BYTES_MAX, windowsHide: true }
    execFile(program, words, limits, (error, out) => resolve(error ? '' : out))
  })

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { libp2pWire, medianTrip, tcpWire } from './link.ts'
import type { Ready } from './link-process.ts'
import { row, type Row } from './row.ts'

const RUNS = 5

/** What everything stands on, measured in the same run: without it no figure of a busy machine says anything. */
export const benchRaw = async (runs = RUNS): Promise<readonly Row[]> => {
  const child = fork(new URL('link-process.ts', import.meta.url))
  const [ready] = (await once(child, 'message')) as [Ready]
  const tcp: number[] = []
  const libp2p: number[] = []
  for (let run = 0; run < runs; run++) {
    tcp.push(await medianTrip(await tcpWire(ready)))
    libp2p.push(await medianTrip(await libp2pWire(ready)))
  }
  child.disconnect()
  return [
    row('raw TCP, round trip of 200 bytes, p50', 'ms', tcp),
    row('raw libp2p stream, round trip of 200 bytes, p50', 'ms', libp2p),
  ]
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { libp2pWire, medianTrip, tcpWire } from './link.ts'
import type { Ready } from './link-process.ts'
import { quantile, row, type Row } from './row.ts'

const RUNS = 5
const SYNCS = 200
const SYNC_PAUSE_MILLIS = 2
/** What a message alone has SQLite write, more or less: its pages in the log. */
const SYNCED_BYTES = 48 * 1024
/** Begun anew at its end, as the log is. */
const SYNCED_FILE_BYTES = 16 * 1024 * 1024

/** What everything stands on, measured in the same run: without it no figure of a busy machine says anything. */
export const benchRaw = async (runs = RUNS): Promise<readonly Row[]> => {
  const child = fork(new URL('link-process.ts', import.meta.url))
  const [ready] = (await once(child, 'message')) as [Ready]
  const tcp: number[] = []
  const libp2p: number[] = []
  const synced: number[] = []
  for (let run = 0; run < runs; run++) {
    tcp.push(await medianTrip(await tcpWire(ready)))
    libp2p.push(await medianTrip(await libp2pWire(ready)))
    synced.push(await medianSync())
  }
  child.disconnect()
  return [
    row('raw TCP, round trip of 200 bytes, p50', 'ms', tcp),
    row('raw libp2p stream, round trip of 200 bytes, p50', 'ms', libp2p),
    row('raw file, 48 KiB overwritten and synced, p50', 'ms', synced),
  ]
}

/** Milliseconds in which the disk takes what a message writes: each is written twice before it is reported, once on each side. */
const medianSync = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const file = openSync(join(folder, 'log'), 'w')
  try {
    writeSync(file, Buffer.alloc(SYNCED_FILE_BYTES))
    fdatasyncSync(file)
    const bytes = Buffer.alloc(SYNCED_BYTES, 1)
    const millis: number[] = []
    for (let place = 0; millis.length < SYNCS; place = (place + SYNCED_BYTES) % (SYNCED_FILE_BYTES - SYNCED_BYTES)) {
      await pause(SYNC_PAUSE_MILLIS)
      const began = performance.now()
      writeSync(file, bytes, 0, bytes.length, place)
      fdatasyncSync(file)
      millis.push(performance.now() - began)
    }
    return quantile(millis, 0.5)
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}

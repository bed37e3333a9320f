import { encode } from 'uqr'
import { accept, refuse } from '../../../src/core/bytes/result.ts'
import type { Dial } from '../../../src/web/connection.ts'
import { mount } from '../../../src/web/mount.tsx'
import { createFakePeer, type FakePeer } from './fake-peer.ts'
import { idOf, MINUTE, NOW } from './people.ts'
import { crowd } from './crowd.ts'
import { busy, empty, first, flood } from './stories.ts'

/** What a test reaches through the page. */
export type Stage = {
  readonly peer: FakePeer
  cut(): void
  restore(): void
  /** Kith ends and is started anew: it lets this window in no more. */
  startAnew(): void
  now(): number
  /** Draws a QR code into a canvas. */
  drawQr(context: CanvasRenderingContext2D, text: string, pixels: number): void
}

declare global {
  var stage: Stage
}

const wanted = new URLSearchParams(location.search)
const stories = { first, empty, busy, crowd: crowd() }
const name = wanted.get('story') ?? 'busy'
const story = name === 'flood' ? flood(Number(wanted.get('count') ?? 100_000)) : stories[name as keyof typeof stories]

// The stories take place at one moment; a test's clock goes on from there.
const started = performance.now()
const now = (): number => NOW + Math.round(performance.now() - started)
Date.now = now

const peer = createFakePeer(story, now)
let end = (): void => undefined
let running = wanted.get('door') !== 'lost'
let letIn = wanted.get('door') !== 'not-let-in'

const dial: Dial = async () => {
  if (!letIn) return refuse({ kind: 'not-let-in' })
  if (!running) return refuse({ kind: 'not-running' })
  return accept({ calls: peer.calls, closed: new Promise((resolve) => (end = resolve)), close: () => undefined })
}

peer.setReach({
  person: idOf('ida'),
  presence: { at: 'away', since: NOW - 58 * MINUTE },
  lastSeen: NOW - 58 * MINUTE,
  next: NOW + 14_000,
  waiting: 2,
  shown: 'everywhere',
  candidates: [
    { address: '192.0.2.40:40112', from: 'answered' },
    { address: '[2001:db8:85a3:8d3:1319:8a2e:370:7348]:40112', from: 'told' },
  ],
  attempts: [
    {
      path: 'relayed',
      address: 'chat.example.org:12345',
      started: NOW - 20_000,
      outcome: {
        at: 'failed',
        after: 84,
        failure: { kind: 'not-registered', detail: 'not registered with this server' },
      },
    },
    {
      path: 'nearby',
      address: '192.0.2.40:40112',
      started: NOW - 21_000,
      outcome: { at: 'failed', after: 5_000, failure: { kind: 'timeout', detail: 'ETIMEDOUT' } },
    },
    {
      path: 'direct',
      address: '[2001:db8:85a3:8d3:1319:8a2e:370:7348]:40112',
      started: NOW - 21_000,
      outcome: { at: 'failed', after: 12, failure: { kind: 'unreachable', detail: 'ENETUNREACH' } },
    },
    {
      path: 'nearby',
      address: '192.0.2.40:40112',
      started: NOW - 3 * MINUTE,
      outcome: { at: 'failed', after: 2, failure: { kind: 'refused', detail: 'ECONNREFUSED' } },
    },
  ],
})

globalThis.stage = {
  peer,
  now,
  cut: () => {
    running = false
    end()
  },
  restore: () => void (running = true),
  startAnew: () => {
    letIn = false
    end()
  },
  drawQr: (context, text, pixels) => {
    const { size, data } = encode(text, { ecc: 'L', border: 4 })
    const scale = Math.floor(pixels / size)
    context.fillStyle = '#000'
    data.forEach((row, y) => row.forEach((dark, x) => dark && context.fillRect(x * scale, y * scale, scale, scale)))
  },
}
mount(dial)

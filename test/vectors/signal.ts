import { writeFileSync } from 'node:fs'
import { toHex } from '../../src/core/bytes/hex.ts'
import { parseAddress, type Address } from '../../src/core/reach/address.ts'
import { encodeSignal, REFUSALS, type Signal } from '../../src/link/webrtc/signal.ts'

/** `node test/vectors/signal.ts` writes the vectors beside this file; a test reads them back. */
export const VECTORS_FILE = new URL('signal.json', import.meta.url)

const description = {
  ufrag: 'LT32',
  password: '576mEn3+gPb46Xs6UnFaVh',
  fingerprint: Uint8Array.from({ length: 32 }, (_, index) => index),
}

const address = (text: string): Address => {
  const read = parseAddress(text)
  if (!read) throw new Error(text)
  return read
}

export const signals: readonly Signal[] = [
  { kind: 'offer', description },
  { kind: 'answer', description, setup: 'active' },
  { kind: 'answer', description, setup: 'passive' },
  { kind: 'candidate', candidate: { type: 'host', address: address('192.168.1.7:40001') } },
  { kind: 'candidate', candidate: { type: 'host', address: address('[2001:db8::7]:40001') } },
  { kind: 'candidate', candidate: { type: 'srflx', address: address('203.0.113.7:50002') } },
  { kind: 'gathered' },
  ...REFUSALS.map((because) => ({ kind: 'refused', because }) as const),
]

type Vector = { readonly signal: unknown; readonly bytes: string }

/** Signals as JSON: byte strings in hexadecimal, addresses as text. */
export const vectors = (): readonly Vector[] =>
  signals.map((signal) => ({ signal: readable(signal), bytes: toHex(encodeSignal(signal)) }))

const readable = (signal: Signal): unknown =>
  JSON.parse(
    JSON.stringify(signal, (name, value: unknown) => {
      if (name === 'address') return (value as Address).text
      return value instanceof Uint8Array ? toHex(value) : value
    }),
  )

if (import.meta.main) writeFileSync(VECTORS_FILE, `${JSON.stringify(vectors(), null, 2)}\n`)

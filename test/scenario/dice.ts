import type { TestContext } from 'node:test'

/** Random numbers that come again with the same seed, which is printed and may be given as SEED. */
export const dice = (context: TestContext) => {
  let state = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32)) >>> 0
  context.diagnostic(`SEED=${state}`)
  // Mulberry32 (public domain, Tommy Ettinger).
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    /** A whole number from 0 to `limit`, without it. */
    below: (limit: number): number => next() % limit,
    bytes: (length: number): Uint8Array => Uint8Array.from({ length }, () => next() & 0xff),
  }
}

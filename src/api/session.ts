import { createHash, timingSafeEqual } from 'node:crypto'

import { isHex, toHex, type Hex } from '../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Millis } from '../view/view.ts'

export const TOKEN_BYTES = 32
export const CODE_BYTES = 16
export const CODE_MILLIS_MAX = 60_000
/** One-time codes that wait at once; one more replaces the oldest. */
export const CODES_MAX = 16
/** Wrong codes and tokens that are answered one by one within FAILURES_MILLIS; beyond that they are cut short. */
export const FAILURES_MAX = 20
export const FAILURES_MILLIS = 60_000

export type Intruder = { readonly kind: 'wrong-secret' } | { readonly kind: 'too-many-failures' }

/** Who may come through the local door: whoever shows the token, and whoever brings a fresh one-time code gets it. */
export type Session = {
  readonly token: Hex
  /** A one-time code that is good for CODE_MILLIS_MAX. */
  ticket(now: Millis): Hex
  /** Gives the token for a code that was never used and has not expired. The code is worth nothing afterwards. */
  redeem(code: string, now: Millis): Result<Hex, Intruder>
  admit(token: string, now: Millis): Result<null, Intruder>
}

export const openSession = (random: (bytes: number) => Uint8Array, token = toHex(random(TOKEN_BYTES))): Session => {
  const codes = new Map<Hex, Millis>()
  let failures: readonly Millis[] = []

  // The right secret is let in however many wrong ones came before it: otherwise any program on this machine could
  // lock the owner out. Guessing 128 bits needs no lock; the limit keeps answers and log lines from being a load.
  const fail = (now: Millis): Result<never, Intruder> => {
    failures = failures.filter((at) => at > now - FAILURES_MILLIS && at <= now)
    if (failures.length >= FAILURES_MAX) return refuse({ kind: 'too-many-failures' })
    failures = [...failures, now]
    return refuse({ kind: 'wrong-secret' })
  }

  return {
    token,
    ticket: (now) => {
      for (const [code, expires] of codes) if (expires <= now || codes.size >= CODES_MAX) codes.delete(code)
      const code = toHex(random(CODE_BYTES))
      codes.set(code, now + CODE_MILLIS_MAX)
      return code
    },
    redeem: (code, now) => {
      if (!isHex(code, CODE_BYTES)) return fail(now)
      let found: Hex | undefined
      for (const each of codes.keys()) if (sameSecret(each, code)) found = each
      if (found === undefined) return fail(now)
      const expires = codes.get(found) ?? 0
      codes.delete(found)
      return expires > now ? accept(token) : fail(now)
    },
    admit: (shown, now) => (isHex(shown, TOKEN_BYTES) && sameSecret(token, shown) ? accept(null) : fail(now)),
  }
}

/** Takes the same time wherever the two differ. Hashing first makes the lengths equal. */
const sameSecret = (ours: string, theirs: string): boolean =>
  timingSafeEqual(createHash('sha256').update(ours).digest(), createHash('sha256').update(theirs).digest())

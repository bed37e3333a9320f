import type { Hex } from '../core/bytes/hex.ts'
import { accept, refuse } from '../core/bytes/result.ts'
import { compareScanned, safetyCode, safetyDigits } from '../core/identity/safety.ts'
import type { Calls } from '../view/calls.ts'
import { done, personOf } from './calls/asked.ts'
import type { RunningPeer } from './running.ts'

/** Numbers are computed slowly on purpose; these many stay in memory. */
const NUMBERS_KEPT_MAX = 64

/** Comparing safety numbers, and what is remembered of it. */
export const createVerification = (peer: RunningPeer): Pick<Calls, 'safety' | 'verify' | 'unverify'> => {
  const numbers = new Map<Hex, string>()

  const digitsWith = (person: Hex): string => {
    const digits = numbers.get(person) ?? safetyDigits(peer.me, person)
    numbers.set(person, digits)
    if (numbers.size > NUMBERS_KEPT_MAX) numbers.delete(numbers.keys().next().value ?? '')
    return digits
  }

  return {
    safety: ({ person }) => {
      const known = personOf(peer, person)
      const verified = peer.people.verified(person)
      if (!known.ok) return Promise.resolve(known)
      const code = safetyCode(peer.me, person)
      return Promise.resolve(accept({ person, digits: digitsWith(person), code, verified }))
    },

    verify: async ({ person, scanned }) => {
      const known = personOf(peer, person)
      if (!known.ok) return known
      // A stranger's key may be that of whom I mean, with somebody between us: only contacts are plainly others.
      const isKnown = (other: Hex): boolean => peer.standingOf(other) === 'accepted'
      const compared =
        scanned === undefined ? undefined : compareScanned(scanned, { me: peer.me, them: person, isKnown })
      if (compared?.ok === false) return refuse(compared.refusal)
      const before = known.value
      const kept = await peer.keep(peer.people.verify(person, peer.scheduler.now()))
      if (!kept.ok) peer.people.restore(before)
      peer.screens.tellPerson(person)
      return done(kept)
    },

    unverify: async ({ person }) => {
      const known = personOf(peer, person)
      if (!known.ok) return known
      const before = known.value
      const kept = await peer.keep(peer.people.unverify(person))
      if (!kept.ok) peer.people.restore(before)
      peer.screens.tellPerson(person)
      return done(kept)
    },
  }
}

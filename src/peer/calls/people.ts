import { accept } from '../../core/bytes/result.ts'
import { parseName } from '../../core/identity/name.ts'
import type { Calls } from '../../view/calls.ts'
import type { Deciding } from '../deciding.ts'
import { reachView } from '../reach-view.ts'
import type { RunningPeer } from '../running.ts'
import { createVerification } from '../verification.ts'
import { done, personOf } from './asked.ts'

type About = Pick<Calls, 'decide' | 'namePrivately' | 'reach' | 'tryNow' | 'safety' | 'verify' | 'unverify'>

/** Calls about one other person. */
export const peopleCalls = (peer: RunningPeer, deciding: Deciding): About => ({
  decide: async ({ person, standing }) => {
    const known = personOf(peer, person)
    return known.ok ? deciding.person(person, standing) : known
  },

  namePrivately: async ({ person, name }) => {
    const known = personOf(peer, person)
    if (!known.ok) return known
    const parsed = name.trim() === '' ? undefined : parseName(name)
    if (parsed && !parsed.ok) return parsed
    const before = known.value.privateName
    const kept = await peer.keep(peer.people.namePrivately(person, parsed?.value))
    if (!kept.ok) peer.people.namePrivately(person, before)
    peer.screens.tellPerson(person)
    return done(kept)
  },

  reach: async ({ person }) => {
    const known = personOf(peer, person)
    return known.ok ? accept(await reachView(peer, person)) : known
  },

  tryNow: ({ person }) => {
    const known = personOf(peer, person)
    if (!known.ok) return Promise.resolve(known)
    for (const { id } of peer.people.devicesOf(person)) peer.network.tryNow(id)
    return Promise.resolve(accept(null))
  },

  ...createVerification(peer),
})

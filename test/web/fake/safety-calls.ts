import { accept, refuse } from '../../../src/core/bytes/result.ts'
import type { Calls } from '../../../src/view/calls.ts'
import { told } from './people.ts'
import type { World } from './world.ts'

export type SafetyCalls = Pick<Calls, 'safety' | 'verify' | 'unverify'>

export const DIGITS = '302194471809523366710042958813776245190037815526649071338204'

/** What the code of the safety number with somebody says on this stage. */
export const codeOf = (person: string): string => `kith-safety:1:${person.slice(0, 16)}:${DIGITS.slice(0, 30)}`

/** The calls about safety numbers, as a peer of this world answers them. */
export const safetyCalls = (world: World): SafetyCalls => ({
  safety: (input) =>
    world.answer('safety', input, () =>
      accept({
        person: input.person,
        digits: DIGITS,
        code: codeOf(input.person),
        verified: told(world.people.get(input.person)).verified,
      }),
    ),
  verify: (input) =>
    world.answer('verify', input, () => {
      if (input.scanned !== undefined && input.scanned !== codeOf(input.person))
        return refuse(
          input.scanned.startsWith('kith-safety:')
            ? { kind: 'safety-mismatch', other: true }
            : { kind: 'safety-unreadable' },
        )
      world.setPerson(input.person, { verified: { at: 'yes', since: world.now() } })
      return accept(null)
    }),
  unverify: (input) =>
    world.answer('unverify', input, () => {
      world.setPerson(input.person, { verified: { at: 'no' } })
      return accept(null)
    }),
})

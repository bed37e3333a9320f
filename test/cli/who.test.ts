import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { findPerson } from '../../src/cli/who.ts'
import { idOf, personOf } from '../api/fake-calls.ts'
import { kith, machineWith } from './fake-world.ts'
import { fakeCalls } from '../api/fake-calls.ts'

const BOB = personOf({ id: idOf('b'), name: 'Bob', tag: 'k7wq2f', privateName: 'Bobby' })
const EVE = personOf({ id: idOf('e'), name: 'Eve', tag: 'x1y2z3' })
const MALLORY = personOf({ id: idOf('f'), name: 'bob', tag: 'm4m4m4', standing: 'new' })

const meant = (who: string, people = [BOB, EVE]): string => {
  const found = findPerson(who, people)
  return found.ok ? found.value.name : found.refusal.kind
}

test('[CL1] WHO is a name, a private name, a tag or an id, in any case', () => {
  for (const who of ['Bob', 'bob', ' BOB ', 'Bobby', 'bobby', 'k7wq2f', 'K7WQ2F', '·k7wq2f', idOf('b'), 'Bobby (Bob)'])
    assert.equal(meant(who), 'Bob', who)
  assert.equal(meant('Bobby (Bob) ·k7wq2f'), 'Bob')
  assert.equal(meant('Carol'), 'unknown-person')
  assert.equal(meant(''), 'unknown-person')
  assert.equal(meant(idOf('c')), 'unknown-person')
})

test('[CL1] a name that fits several people is refused with their tags, never guessed', () => {
  const found = findPerson('bob', [BOB, EVE, MALLORY])
  assert.deepEqual(found, {
    ok: false,
    refusal: { kind: 'unclear-person', who: 'bob', people: ['Bobby (Bob) ·k7wq2f', 'bob ·m4m4m4'] },
  })
  assert.equal(meant('m4m4m4', [BOB, EVE, MALLORY]), 'bob')
  assert.equal(meant('k7wq2f', [BOB, EVE, MALLORY]), 'Bob')
})

test('[CL1] a stranger who takes a friend’s tag or private name for a name makes it unclear, not theirs', () => {
  for (const name of ['k7wq2f', 'Bobby']) {
    const stranger = personOf({ id: idOf('f'), name, tag: 'm4m4m4', standing: 'new' })
    assert.equal(meant(name, [BOB, stranger]), 'unclear-person')
    assert.equal(meant(idOf('b'), [BOB, stranger]), 'Bob')
  }
})

test('[CL1] somebody blocked does not make a name unclear, and can be meant when nobody else is', () => {
  const blocked = { ...MALLORY, standing: 'blocked' as const }
  assert.equal(meant('bob', [BOB, blocked]), 'Bob')
  assert.equal(meant('bob', [blocked]), 'bob')
})

test('[CL1] whatever is typed, one person is meant only if nobody else is called so', () => {
  const names = fc.constantFrom('Bob', 'bob', 'Eve', 'k7wq2f', 'Bobby', 'Zoë')
  const people = fc.array(fc.record({ name: names, tag: fc.constantFrom('k7wq2f', 'x1y2z3'), privateName: names }), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(people, fc.oneof(names, fc.string()), (list, who) => {
      const views = list.map((each, index) => personOf({ ...each, id: idOf(index.toString(16)) }))
      const found = findPerson(who, views)
      const fits = views.filter((each) =>
        [each.name, each.tag, each.privateName].some((name) => name?.toLowerCase() === who.toLowerCase()),
      )
      if (fits.length > 1) assert(!found.ok && found.refusal.kind === 'unclear-person')
      if (found.ok) assert(fits.length === 0 || fits[0]?.id === found.value.id)
    }),
  )
})

test('[CL1] an unclear WHO ends with 2 and lists the tags', async () => {
  const machine = machineWith({ calls: fakeCalls({ people: [BOB, MALLORY] }), running: true })
  assert.equal(await kith('say bob hello', machine), 2)
  assert.match(machine.noted.join('\n'), /Bobby \(Bob\) ·k7wq2f, bob ·m4m4m4/)
  assert.deepEqual(machine.printed, [])
})

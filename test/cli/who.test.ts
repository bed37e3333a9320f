import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { findGroup, findPerson, findWhom } from '../../src/cli/who.ts'
import { kith, machineWith } from './fake-world.ts'
import { CLIMBERS, CONVERSATION, fakeCalls, idOf, lineOf, personOf, TALK } from '../api/fake-calls.ts'

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

test('[CL234] case is that of every language, and however accents are spelled', () => {
  for (const [name, ...others] of [
    ['\u0130pek', 'ipek', 'IPEK', '\u0130PEK', 'i\u0307pek'],
    ['I\u015f\u0131k', '\u0131\u015f\u0131k', 'I\u015eIK', 'i\u015fik'],
    ['Stra\u00dfer', 'STRASSER', 'strasser'],
    ['\u039f\u03b4\u03c5\u03c3\u03c3\u03ad\u03c5\u03c2', '\u039f\u0394\u03a5\u03a3\u03a3\u0388\u03a5\u03a3'],
    ['Zo\u00eb', 'ZOE\u0308', 'zoe\u0308'],
  ] as const) {
    const people = [personOf({ id: idOf('1'), name, tag: 'a1a1a1' }), EVE]
    for (const who of others) assert.equal(meant(who, people), name, `${who} is ${name}`)
  }
  const two = ['\u0130pek', 'Ipek'].map((name, at) => personOf({ id: idOf(`${at}`), name, tag: `a1a1a${at}` }))
  assert.equal(meant('ipek', two), 'unclear-person')
  assert.equal(meant('a1a1a1', two), 'Ipek')
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

const OTHERS = { ...CLIMBERS, id: idOf('7') }

test('[CL22] GROUP is a title, a tag or an id, in any case; groups of one title are told apart by their tags', () => {
  const called = (group: string, groups = [CONVERSATION, CLIMBERS]): string => {
    const found = findGroup(group, groups)
    return found.ok ? found.value.id.slice(0, 6) : found.refusal.kind
  }
  for (const text of ['Climbers', ' climbers ', '999999', '·999999', 'climbers ·999999', idOf('9')])
    assert.equal(called(text), '999999', text)
  assert.equal(called('Bob'), 'unknown-group')
  const two = [CLIMBERS, OTHERS]
  assert.deepEqual(findGroup('climbers', two), {
    ok: false,
    refusal: { kind: 'unclear-group', who: 'climbers', groups: ['Climbers ·999999', 'Climbers ·777777'] },
  })
  assert.equal(called('777777', two), '777777')
  assert.equal(called('climbers', [CLIMBERS, { ...OTHERS, role: 'gone' }]), '999999')
  assert.equal(called('climbers', [{ ...OTHERS, role: 'gone' }]), '777777')
})

test('[CL22] WHO may be a group; what fits a person and a group is refused with both tags', () => {
  const bobs = { ...CLIMBERS, title: 'Bob' }
  const whom = (who: string, groups = [CLIMBERS]): string => {
    const found = findWhom(who, [BOB, EVE], groups)
    if (!found.ok) return found.refusal.kind
    return found.value.at === 'group' ? found.value.group.title : found.value.person.name
  }
  assert.deepEqual([whom('climbers'), whom('bob'), whom('carol')], ['Climbers', 'Bob', 'unknown-person'])
  assert.deepEqual(findWhom('bob', [BOB, EVE], [bobs]), {
    ok: false,
    refusal: { kind: 'unclear-whom', who: 'bob', fitting: ['Bobby (Bob) ·k7wq2f', 'Bob ·999999'] },
  })
  assert.deepEqual([whom('k7wq2f', [bobs]), whom('999999', [bobs])], ['Bob', 'Bob'])
})

test('[CL22] a group that was left makes no person unclear, and what fits groups alone speaks of groups', async () => {
  const left = { ...CLIMBERS, title: 'Bob', role: 'gone' as const }
  const found = findWhom('bob', [BOB, EVE], [left])
  assert.deepEqual(found.ok && found.value.at, 'person')
  const kept = findWhom('bob', [EVE], [left])
  assert.deepEqual(kept.ok && kept.value.at, 'group')
  const blocked = findWhom('climbers', [{ ...EVE, name: 'Climbers', standing: 'blocked' }], [CLIMBERS])
  assert.deepEqual(blocked.ok && blocked.value.at, 'group')
  const byId = findWhom(left.id, [BOB, EVE], [left, OTHERS])
  assert.deepEqual(byId.ok && byId.value.at, 'group')
  const calls = fakeCalls({ conversations: [CLIMBERS, OTHERS] })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('say climbers hello', machine), 2)
  assert.match(machine.noted.join(), /Several of your groups are called “climbers”/)
})

test('[CL22] a message, a history and a tail go to a group by its title', async () => {
  const calls = fakeCalls({ conversations: [CONVERSATION, CLIMBERS] })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('say climbers hello all', machine), 0)
  assert.deepEqual(calls.asked, [{ call: 'say', input: { conversation: CLIMBERS.id, text: 'hello all' } }])
  assert.deepEqual(machine.printed, ['Kept here, not yet with everybody in Climbers.'])
  assert.equal(await kith('history climbers', machineWith({ calls, running: true })), 0)
  assert.deepEqual(calls.asked.at(-1), { call: 'history', input: { conversation: CLIMBERS.id, limit: 50 } })
  const tail = machineWith({ calls, running: true })
  const exit = kith('tail climbers --json', tail)
  await calls.subscribed(1)
  calls.push({ kind: 'line', conversation: TALK, line: lineOf(1, 'elsewhere') })
  calls.push({ kind: 'line', conversation: CLIMBERS.id, line: lineOf(2, 'here') })
  await tail.prints('here')
  tail.end()
  assert.equal(await exit, 0)
  assert.equal(tail.printed.length, 1)
})

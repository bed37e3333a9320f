import assert from 'node:assert/strict'
import { test } from 'node:test'

import { historyText, lineText } from '../../src/cli/print.ts'
import { accept } from '../../src/core/bytes/result.ts'
import type { Calls } from '../../src/view/calls.ts'
import type { ReachView } from '../../src/view/reach-view.ts'
import type { LineView, Quote } from '../../src/view/view.ts'
import { BOB, CONVERSATION, fakeCalls, idOf, lineOf, personOf, STATUS, TALK } from '../api/fake-calls.ts'
import { kith, machineWith, NOW } from './fake-world.ts'

const PLACE = { locale: 'en-GB', timeZone: 'UTC' }
const BOB_VIEW = personOf({ id: BOB, name: 'Bob', tag: 'bbbbbb' })
const CAST = { people: new Map([[BOB, BOB_VIEW]]), me: idOf('a') }
const at = (line: LineView, millis: number): LineView => ({ ...line, at: millis })

test('[CL9] people are listed, those who are here first, with their tags', async () => {
  const people = [
    personOf({ id: idOf('1'), name: 'Zed', tag: 'zzzzzz', presence: { at: 'here', path: 'nearby', since: NOW } }),
    personOf({ id: idOf('2'), name: 'Ann', tag: 'aaaaaa', standing: 'blocked' }),
    personOf({ id: BOB, name: 'Bob', tag: 'bbbbbb' }),
    personOf({ id: idOf('3'), name: 'Eve\u001b[2J', tag: 'eeeeee', foundBy: ['server'], standing: 'new' }),
  ]
  const conversations = [{ ...CONVERSATION, unread: 2 }]
  const machine = machineWith({ calls: fakeCalls({ people, conversations }), running: true })
  assert.equal(await kith('people', machine), 0)
  assert.deepEqual(machine.printed, [
    'Zed ·zzzzzz  Here, nearby',
    'Ann ·aaaaaa  Not found at the moment, blocked',
    'Bob ·bbbbbb  Away, 2 unread',
    'Eve\\u{1b}[2J ·eeeeee  On this server',
  ])
})

test('[UI260] people --reach says of somebody who is blocked that nothing is tried', async () => {
  const blocked = fakeCalls({ people: [{ ...BOB_VIEW, standing: 'blocked' }] })
  const reach: ReachView = {
    person: BOB,
    presence: { at: 'away' },
    shown: 'this-machine',
    candidates: [],
    attempts: [],
    waiting: 1,
  }
  const machine = machineWith({ calls: { ...blocked, reach: async () => accept(reach) }, running: true })
  assert.equal(await kith('people --reach bob', machine), 0)
  assert.deepEqual(machine.printed, [
    'You blocked Bob ·bbbbbb: Kith does not call them, and ends their calls. 1 message of yours waits here until you unblock them.',
  ])
})

test('[UI53] people --reach tells the path, why it is not direct, what is known and what was tried', async () => {
  const reach: ReachView = {
    person: BOB,
    presence: { at: 'here', path: 'relayed', since: NOW },
    link: { path: 'relayed', address: 'relay', since: NOW - 60_000, roundTrip: 41 },
    shown: 'everywhere',
    candidates: [{ address: '203.0.113.7:4001', from: 'told' }],
    attempts: [
      {
        path: 'punched',
        address: 'punch',
        started: NOW - 60_000,
        outcome: { at: 'failed', after: 2_500, failure: { kind: 'not-called', detail: 'did not call' } },
      },
    ],
    next: NOW + 600_000,
    waiting: 0,
  }
  const calls: Calls = { ...fakeCalls(), reach: async () => accept(reach) }
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('people --reach bob', machine), 0)
  assert.deepEqual(machine.printed, [
    'Bob ·bbbbbb  Here, through the server',
    'Path      through the server, for 1 minute, there and back in 41 ms',
    'For a direct way both have to call at one moment, and Bob ·bbbbbb’s device did not. Your messages go through a server, sealed: it cannot read them.',
    'Known     203.0.113.7:4001, they said so',
    'Tried     1 minute ago, direct, Both call at one moment, over TCP: For this way both devices have to call at one moment, and the other one did not. (did not call, after 2.5 seconds)',
    'Next      in 10 minutes',
  ])
  const unknown = machineWith({ calls, running: true, passing: true })
  assert.equal(await kith('people --reach nobody', unknown), 2)
  const json = machineWith({ calls, running: true })
  assert.equal(await kith('people --reach bob --json', json), 0)
  assert.deepEqual(
    json.printed.map((each) => JSON.parse(each) as unknown),
    [reach],
  )
})

test('[CL9] --json prints the views themselves, one object a line', async () => {
  const running = { calls: fakeCalls(), running: true }
  const printedBy = async (line: string): Promise<unknown[]> => {
    const machine = machineWith(running)
    assert.equal(await kith(`${line} --json`, machine), 0)
    return machine.printed.map((each) => JSON.parse(each) as unknown)
  }
  assert.deepEqual(await printedBy('people'), [BOB_VIEW])
  assert.deepEqual(await printedBy('history bob'), [lineOf(1, 'hello')])
  assert.deepEqual(await printedBy('name'), [{ name: 'Ann', tag: 'aaaaaa' }])
  assert.deepEqual(await printedBy('status'), [{ ...STATUS, running: true, unread: 0 }])
})

test('[CL9] status says how Kith is doing', async () => {
  const machine = machineWith({ running: true })
  assert.equal(await kith('status', machine), 0)
  const text = machine.printed.join('\n')
  for (const part of ['Name      Ann ·aaaaaa', 'Running   yes', 'Server    No server', 'in /somewhere/ann'])
    assert(text.includes(part), part)
})

test('[CL39] status of a profile without a name does not say that there is no server', async () => {
  const { me: _, ...nameless } = STATUS
  const machine = machineWith({ calls: fakeCalls({ status: nameless }), running: true })
  assert.equal(await kith('status', machine), 0)
  assert(machine.printed.some((each) => /^Server +Not asked yet: you have no name\. /.test(each)))
})

test('[CL9] name prints the name, or changes it; without one it says so', async () => {
  const calls = fakeCalls()
  const changed = machineWith({ calls, running: true })
  assert.equal(await kith('name Anna', changed), 0)
  assert.deepEqual(changed.printed, ['Anna'])
  const { me: _, ...nameless } = STATUS
  const machine = machineWith({ calls: fakeCalls({ status: nameless }), running: true })
  assert.equal(await kith('name', machine), 1)
  assert.match(machine.noted.join(), /You have no name yet/)
})

test('[CL10] a history longer than a page is read backwards and printed forwards', async () => {
  const all = Array.from({ length: 1_234 }, (_, index) => lineOf(index + 1, `line ${index + 1}`))
  const limits: number[] = []
  const calls = fakeCalls({
    overrides: {
      history: async ({ before, limit }) => {
        limits.push(limit)
        const earlier = all.filter((line) => before === undefined || line.order.seq < before.seq)
        return accept({ lines: earlier.slice(-limit), more: earlier.length > limit })
      },
    },
  })
  const textsOf = async (line: string): Promise<string[]> => {
    const machine = machineWith({ calls, running: true })
    assert.equal(await kith(line, machine), 0)
    return machine.printed.map((each) => (JSON.parse(each) as { text: string }).text)
  }
  assert.deepEqual(await textsOf('history bob --json --limit 3'), ['line 1232', 'line 1233', 'line 1234'])
  const texts = await textsOf('history bob --json --limit 1200')
  assert.deepEqual([texts.length, texts[0], texts.at(-1)], [1_200, 'line 35', 'line 1234'])
  assert.deepEqual((await textsOf('history bob --json --limit 5000')).length, 1_234)
  assert(limits.every((limit) => limit >= 1 && limit <= 500))
})

test('[CL10] a person with whom nothing was said has no history, and none is begun', async () => {
  const calls = fakeCalls({ conversations: [] })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('history bob', machine), 0)
  assert.deepEqual([machine.printed, machine.noted, calls.asked], [[], ['Nothing was said yet.'], []])
})

test('[CL10] lines stand under their days, with the further lines of a message set in', () => {
  const yesterday = at({ ...lineOf(1, 'one\ntwo'), mine: true }, NOW - 24 * 60 * 60 * 1000)
  const quoting: LineView = {
    ...lineOf(2, 'yes'),
    kind: 'message',
    text: 'yes\u0007',
    reply: { kind: 'message', id: idOf('1'), person: BOB, text: 'long '.repeat(20) },
    edited: true,
    reactions: [{ emoji: '👍', people: [BOB, idOf('a')] }],
  }
  const joined: LineView = { ...lineOf(3, ''), kind: 'joined' }
  assert.deepEqual(historyText([yesterday, at(quoting, NOW), at(joined, NOW)], CAST, NOW, PLACE), [
    '--- Yesterday ---',
    '12:00  me: one\n  two',
    '--- Today ---',
    `12:00  Bob: [> ${'long '.repeat(11)}long…] yes\\u{7}  (edited)  [👍 2]`,
    '12:00  * Bob accepted your request',
  ])
  const quoted = (reply: Quote): string =>
    lineText(at({ ...quoting, text: 'yes', reply, reactions: [] }, NOW), CAST, PLACE)
  assert.deepEqual(
    [quoted({ kind: 'deleted', id: idOf('1'), person: BOB }), quoted({ kind: 'unknown', id: idOf('1') })],
    [
      '12:00  Bob: [> This message was deleted] yes  (edited)',
      '12:00  Bob: [> A message that has not arrived here] yes  (edited)',
    ],
  )
  assert.equal(
    lineText(at(lineOf(1, 'hi'), NOW), { people: new Map(), me: undefined }, PLACE),
    '12:00  somebody (bbbbbbbb): hi',
  )
})

test('[CL11] tail prints what comes, of one conversation or all, and Ctrl+C ends it with 0', async () => {
  const calls = fakeCalls()
  const other = idOf('9')
  const all = machineWith({ calls, running: true })
  const one = machineWith({ calls, running: true })
  const exits = [kith('tail', all), kith('tail bob', one)]
  await calls.subscribed(2)
  calls.push({ kind: 'line', conversation: other, line: { ...lineOf(7, 'elsewhere'), person: idOf('8') } })
  calls.push({ kind: 'line', conversation: TALK, line: lineOf(1, 'first') })
  await Promise.all([all.prints('first'), one.prints('first')])
  all.end()
  one.end()
  assert.deepEqual(await Promise.all(exits), [0, 0])
  assert.deepEqual(all.printed.map(withoutTime), ['somebody (88888888): elsewhere', '[Bob] Bob: first'])
  assert.deepEqual(one.printed.map(withoutTime), ['Bob: first'])
})

test('[CL11] tail prints an edited line again, and one that only got a reaction not', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true })
  const exit = kith('tail bob', machine)
  await calls.subscribed(1)
  const first = lineOf(1, 'first') as Extract<LineView, { kind: 'message' }>
  calls.push({ kind: 'line', conversation: TALK, line: first })
  calls.push({ kind: 'line', conversation: TALK, line: { ...first, reactions: [{ emoji: '👍', people: [BOB] }] } })
  calls.push({ kind: 'line', conversation: TALK, line: { ...first, text: 'second', edited: true } })
  calls.push({ kind: 'lagged' })
  calls.push({ kind: 'line', conversation: TALK, line: lineOf(2, 'last') })
  await machine.prints('last')
  machine.end()
  assert.equal(await exit, 0)
  assert.deepEqual(machine.printed.map(withoutTime), ['Bob: first', 'Bob: second  (edited)', 'Bob: last'])
  assert.match(machine.noted.join(), /some lines were not printed/)
})

test('[CL11] tail ends with 1 when Kith stops', async () => {
  const stopping = fakeCalls({
    overrides: {
      updates: async function* () {
        yield {
          kind: 'snapshot',
          status: STATUS,
          people: [BOB_VIEW],
          conversations: [CONVERSATION],
          invitations: [],
          joinings: [],
        }
      },
    },
  })
  const machine = machineWith({ calls: stopping, running: true })
  assert.equal(await kith('tail', machine), 1)
  assert.match(machine.noted.join(), /Kith stopped answering/)
})

/** The clock is written as this machine's place does. */
const withoutTime = (text: string): string => text.replace(/\d{1,2}:\d{2}( [AP]M)? {2}/u, '')

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { COMMANDS } from '../../src/cli/commands.ts'
import { refuse } from '../../src/core/bytes/result.ts'
import { BOB, CLIMBERS, CONVERSATION, fakeCalls, idOf, personOf } from '../api/fake-calls.ts'
import { kith, machineWith, type Machine } from './fake-world.ts'

const CAROL = personOf({ id: idOf('e'), name: 'Carol', tag: 'cccccc' })
const PEOPLE = [personOf({ id: BOB, name: 'Bob', tag: 'bbbbbb' }), CAROL]
const IN = { conversation: CLIMBERS.id }

const setUp = () => {
  const calls = fakeCalls({ people: PEOPLE, conversations: [CONVERSATION, CLIMBERS] })
  return { calls, machine: (): Machine => machineWith({ calls, running: true }) }
}

test('[CL26] groups lists them, those in which something happened last first', async () => {
  const conversations = [
    { ...CLIMBERS, unread: 3, muted: true },
    { ...CLIMBERS, id: idOf('8'), title: 'Eve\u001b[2J', active: 5_000, at: 'request', role: 'member' } as const,
    { ...CLIMBERS, id: idOf('7'), title: 'Old', active: 1, role: 'gone' } as const,
    CONVERSATION,
  ]
  const machine = machineWith({ calls: fakeCalls({ conversations }), running: true })
  assert.equal(await kith('groups', machine), 0)
  assert.deepEqual(machine.printed, [
    'Eve\\u{1b}[2J ·888888  2 people, you are a member, you were added and have not answered: kith group accept, ignore or block',
    'Climbers ·999999  2 people, you are an admin, muted, 3 unread',
    'Old ·777777  You are not in this group any more',
  ])
  const json = machineWith({ calls: fakeCalls({ conversations }), running: true })
  assert.equal(await kith('groups --json', json), 0)
  assert.equal(json.printed.length, 3)
})

test('[CL26] group makes a group, adds, removes, gives roles, renames and leaves', async () => {
  const { calls, machine } = setUp()
  const lines = [
    'group new Walkers bob carol',
    'group add climbers bob --role admin --history all',
    'group remove climbers bob',
    'group role climbers bob admin',
    'group title climbers The High Ones',
    'group leave climbers',
    'group accept climbers',
    'group ignore climbers',
    'group block climbers',
  ]
  const printed = []
  for (const line of lines) {
    const own = machine()
    assert.equal(await kith(line, own), 0, line)
    printed.push(...own.printed)
  }
  assert.deepEqual(
    calls.asked.map(({ call, input }) => [call, input]),
    [
      ['found', { title: 'Walkers', people: [BOB, CAROL.id] }],
      ['add', { ...IN, person: BOB, role: 'admin', history: { share: 'all' } }],
      ['remove', { ...IN, person: BOB }],
      ['setRole', { ...IN, person: BOB, role: 'admin' }],
      ['retitle', { ...IN, title: 'The High Ones' }],
      ['leave', IN],
      ['answer', { ...IN, standing: 'accepted' }],
      ['answer', { ...IN, standing: 'ignored' }],
      ['answer', { ...IN, standing: 'blocked' }],
    ],
  )
  assert.deepEqual(printed.slice(0, 2), [
    'Made Walkers ·999999. Invite others: kith invite 999999',
    'Bob ·bbbbbb is in Climbers now.',
  ])
})

test('[CL233] what changes something prints with --json what it did to what, and nothing else', async () => {
  const { machine } = setUp()
  for (const [line, done] of [
    ['group add climbers bob', { ...IN, people: [BOB], role: 'member' }],
    ['group remove climbers bob', { ...IN, person: BOB }],
    ['group role climbers bob admin', { ...IN, person: BOB, role: 'admin' }],
    ['group title climbers The High Ones', { ...IN, title: 'The High Ones' }],
    ['group leave climbers', IN],
    ['group block climbers', { ...IN, standing: 'blocked' }],
    ['mute climbers', { ...IN, on: true }],
    ['mute climbers off', { ...IN, on: false }],
    ['forget climbers --yes', IN],
  ] as const) {
    const own = machine()
    assert.equal(await kith(`${line} --json`, own), 0, line)
    assert.deepEqual(
      own.printed.map((each) => JSON.parse(each) as unknown),
      [done],
      line,
    )
  }
})

test('[CL233] every command but kith itself and server takes --json', () => {
  const without = COMMANDS.filter(({ options }) => !('json' in options)).map(({ name }) => name)
  assert.deepEqual(without, ['start', 'server'])
})

test('[CL26] group members tells who is in and as what', async () => {
  const { machine } = setUp()
  const own = machine()
  assert.equal(await kith('group members climbers', own), 0)
  assert.deepEqual(own.printed, ['Ann ·aaaaaa  admin, you'])
  const json = machine()
  assert.equal(await kith('group members 999999 --json', json), 0)
  assert.equal((JSON.parse(json.printed[0] ?? '') as { role: string }).role, 'admin')
})

test('[CL26] nothing is done while a name is unknown or unclear, or a word is wrong', async () => {
  const { calls, machine } = setUp()
  for (const line of [
    'group',
    'group sing climbers',
    'group constructor climbers',
    'group new',
    'group new Walkers bob dave',
    'group add climbers',
    'group add climbers bob dave',
    'group add walkers bob',
    'group add climbers bob --role owner',
    'group add climbers bob --history some',
    'group remove climbers bob carol',
    'group role climbers bob owner',
    'group members climbers --role admin',
    'invite walkers',
    'invite --days 0',
    'invite --uses 1001',
    'mute bob maybe',
    'join',
    'join kith:a kith:b',
    'join kith:a --timeout 5',
  ]) {
    const own = machine()
    assert.equal(await kith(line, own), 2, line)
    assert.match(own.noted[0] ?? '', /^kith: ./, line)
    assert.deepEqual(own.printed, [], line)
  }
  assert.deepEqual(calls.asked, [])
})

test('[CL26] what the group refuses is told in words, and ends with 1', async () => {
  const overrides = { remove: async () => refuse({ kind: 'not-admin' } as const) }
  const calls = fakeCalls({ people: PEOPLE, conversations: [CLIMBERS], overrides })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('group remove climbers bob', machine), 1)
  assert.match(machine.noted.join(), /Only an admin/)
})

test('[CL28] mute and forget take somebody or a group, and nothing is deleted without --yes', async () => {
  const { calls, machine } = setUp()
  const run = (line: string): Promise<number> => kith(line, machine())
  assert.deepEqual(
    [
      await run('mute climbers'),
      await run('mute bob off'),
      await run('mute carol'),
      await run('forget bob'),
      await run('forget bob --yes'),
      await run('forget climbers --yes'),
    ],
    [0, 0, 1, 2, 0, 0],
  )
  assert.deepEqual(
    calls.asked.map(({ call, input }) => [call, input]),
    [
      ['mute', { ...IN, on: true }],
      ['mute', { conversation: CONVERSATION.id, on: false }],
      ['forget', { conversation: CONVERSATION.id }],
      ['forget', IN],
    ],
  )
})

test('[CL29] without a running peer, one runs until what was changed had its chance to leave', async () => {
  for (const line of ['group leave climbers', 'invite', 'revoke 11111111', 'forget climbers --yes']) {
    const calls = fakeCalls({
      conversations: [CLIMBERS],
      invitations: [
        {
          id: idOf('1'),
          role: 'member',
          history: { share: 'none' },
          made: 0,
          expires: 1,
          uses: 1,
          used: 0,
          state: 'open',
        },
      ],
    })
    let waits = 0
    const machine = machineWith({ calls, passing: true })
    const { wait } = machine.world
    const world = {
      ...machine.world,
      wait: (millis: number, signal: AbortSignal) => ((waits += millis), wait(millis, signal)),
    }
    assert.equal(await kith(line, { ...machine, world }), 0, line)
    assert(waits >= 5_000, line)
    assert.deepEqual(machine.events, ['peer of default opened {}', 'peer closed'], line)
  }
})

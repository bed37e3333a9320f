import assert from 'node:assert/strict'
import { test } from 'node:test'

import { qrText } from '../../src/cli/qr.ts'
import { accept, refuse } from '../../src/core/bytes/result.ts'
import type { JoiningView } from '../../src/view/invitation-view.ts'
import { BOB, CLIMBERS, CONVERSATION, fakeCalls, idOf, INVITATION, OFFER } from '../api/fake-calls.ts'
import { kith, machineWith, NOW, type Machine } from './fake-world.ts'

const OPEN = { ...INVITATION, expires: NOW + 6.2 * 24 * 60 * 60 * 1000 }
const LONG_LINK = `kith:${'x'.repeat(300)}`

const joining = (state: JoiningView['state']): JoiningView => ({
  id: INVITATION.id,
  inviter: OFFER.inviter,
  since: NOW,
  state,
})

/** A machine whose peer runs and answers joins with this joining at once. */
const joiningMachine = (state: JoiningView['state'], passing = false): Machine =>
  machineWith({ calls: fakeCalls({ joinings: [joining(state)] }), running: true, passing })

test('[CL23] invite asks for one use and seven days, prints the link alone, and tells the rest beside it', async () => {
  const calls = fakeCalls({ overrides: { invite: async () => accept({ ...OPEN, waitsAt: 'example.org' }) } })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('invite', machine), 0)
  assert.deepEqual(machine.printed, ['kith:abc'])
  assert.match(machine.noted.join('\n'), /open for 6 days, used 0 of 1 time\. .*on the server example\.org\.$/)
})

test('[CL23] into a group it is ten uses, and role, uses, days and history are what was given', async () => {
  const calls = fakeCalls({ conversations: [CONVERSATION, CLIMBERS] })
  const machine = (): Machine => machineWith({ calls, running: true, passing: true })
  assert.equal(await kith('invite climbers', machine()), 0)
  assert.equal(await kith('invite climbers --role admin --uses 3 --days 30 --history 14 --json', machine()), 0)
  assert.equal(await kith('invite', machine()), 0)
  const usual = { role: 'member', days: 7, history: { share: 'none' } }
  assert.deepEqual(
    calls.asked.map(({ input }) => input),
    [
      { ...usual, uses: 10, conversation: CLIMBERS.id },
      { role: 'admin', uses: 3, days: 30, history: { share: 'days', days: 14 }, conversation: CLIMBERS.id },
      { ...usual, uses: 1 },
    ],
  )
})

test('[CL23] a QR code is shown in a terminal that is wide enough, and nowhere else', async () => {
  const noted = async (columns?: number): Promise<string> => {
    const calls = fakeCalls({ overrides: { invite: async () => accept({ ...OPEN, link: LONG_LINK, waitsAt: 'h' }) } })
    const machine = machineWith({ calls, running: true, ...(columns !== undefined && { columns }) })
    assert.equal(await kith('invite', machine), 0)
    return machine.noted.join('\n')
  }
  const wide = await noted(200)
  assert.match(wide, /▄▄▄▄▄/)
  assert(wide.includes(qrText(LONG_LINK, 200) ?? 'none'))
  assert.equal(/▄▄▄▄▄/.test((await noted(40)) + (await noted())), false)
})

test('[CL24] join tells what is offered, accepts it, and says how it stands', async () => {
  const calls = fakeCalls({ joinings: [joining({ at: 'waiting', left: 'example.org' })] })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('join kith:abc', machine), 0)
  assert.deepEqual(
    calls.asked.map(({ call, input }) => [call, input]),
    [
      ['examine', { link: 'kith:abc' }],
      ['join', { link: 'kith:abc' }],
    ],
  )
  assert.match(machine.noted.join('\n'), /^Bob invites you to talk\.\nBob uses no server, so an answer cannot wait/)
  assert.match(machine.printed.join(), /^Waiting for Bob to come online\. .*example\.org/)
})

test('[CL24] join says that it visits the inviter’s server when that is another', async () => {
  const offer = { ...OFFER, servers: ['a.org:12345'], way: 'visited' as const }
  const calls = fakeCalls({
    joinings: [joining({ at: 'in', conversation: CONVERSATION.id })],
    overrides: { examine: async () => accept(offer) },
  })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('join kith:abc', machine), 0)
  assert.match(machine.noted.join('\n'), /another server than you\. Kith visits a\.org:12345/)
})

test('[CL24] --wait ends with 0 when in, 1 when the answer is no, 3 when it is not in time', async () => {
  const inside = { at: 'in', conversation: CONVERSATION.id } as const
  assert.equal(await kith('join kith:abc --wait', joiningMachine(inside)), 0)
  const refused = joiningMachine({ at: 'refused', because: 'used' })
  assert.equal(await kith('join kith:abc --wait', refused), 1)
  assert.match(refused.printed.join(), /already used/)
  assert.equal(await kith('join kith:abc --wait --timeout 1', joiningMachine({ at: 'waiting', left: 'h' }, true)), 3)
  assert.equal(await kith('join kith:abc', joiningMachine({ at: 'waiting' }, true)), 0)
  assert.equal(await kith('join kith:abc', joiningMachine({ at: 'refused', because: 'revoked' })), 1)
})

test('[CL24] what is no invitation ends with 2, what is one and does not work with 1, each in words', async () => {
  const ends = async (refusal: Parameters<typeof refuse>[0]): Promise<number> => {
    const overrides = { examine: async () => refuse(refusal as never) }
    const machine = machineWith({ calls: fakeCalls({ overrides }), running: true })
    const exit = await kith('join kith:abc', machine)
    assert.match(machine.noted.join(), /^kith: [A-Z]/)
    assert.deepEqual(machine.printed, [])
    return exit
  }
  assert.deepEqual(
    [
      await ends({ kind: 'invitation-mangled' }),
      await ends({ kind: 'invitation-newer' }),
      await ends({ kind: 'invitation-expired', at: NOW } as never),
      await ends({ kind: 'invitation-own' }),
    ],
    [2, 1, 1, 1],
  )
})

test('[CL25] invitations lists the open ones and those that are waited for; with --all the others too', async () => {
  const used = { ...OPEN, id: idOf('2'), state: 'used', used: 1 } as const
  const ofGroup = { ...OPEN, id: idOf('3'), conversation: CLIMBERS.id, uses: 10 }
  const calls = fakeCalls({
    conversations: [CONVERSATION, CLIMBERS],
    invitations: [OPEN, used, ofGroup],
    joinings: [{ ...joining({ at: 'waiting' }), id: idOf('4') }],
  })
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('invitations', machine), 0)
  assert.deepEqual(machine.printed, [
    '11111111  to talk to you, open for 6 days, used 0 of 1 time\n          kith:abc',
    '33333333  into Climbers as member, open for 6 days, used 0 of 10 times\n          kith:abc',
    '44444444  Waiting for Bob to come online. Leave Kith running, or start it again later: your answer goes out by itself.',
  ])
  const all = machineWith({ calls, running: true })
  assert.equal(await kith('invitations --all --json', all), 0)
  assert.deepEqual(
    all.printed.map((each) => (JSON.parse(each) as { id: string }).id[0]),
    ['1', '2', '3', '4'],
  )
  const none = machineWith({ running: true })
  assert.equal(await kith('invitations', none), 0)
  assert.match(none.noted.join(), /No invitation is open/)
})

test('[CL25] revoke takes the beginning of an id or the link, gives up a joining, and refuses what fits several', async () => {
  const calls = fakeCalls({
    invitations: [OPEN, { ...OPEN, id: `1111${'2'.repeat(60)}`, link: 'kith:other' }],
    joinings: [{ ...joining({ at: 'waiting' }), id: idOf('4') }],
  })
  const run = async (id: string): Promise<number> => kith(`revoke ${id}`, machineWith({ calls, running: true }))
  assert.deepEqual(
    [
      await run('11111111'),
      await run('kith:other'),
      await run('4444'),
      await run('1111'),
      await run('99'),
      await run('4'),
    ],
    [0, 0, 0, 2, 2, 2],
  )
  assert.deepEqual(
    calls.asked.map(({ call, input }) => [call, input]),
    [
      ['revoke', { invitation: OPEN.id }],
      ['revoke', { invitation: `1111${'2'.repeat(60)}` }],
      ['forgetJoining', { joining: idOf('4') }],
    ],
  )
})

test('[CL27] safety prints the digits in twelve groups and what they mean', async () => {
  const machine = machineWith({ running: true, columns: 100 })
  assert.equal(await kith('safety bob', machine), 0)
  assert.deepEqual(
    machine.printed.slice(0, 3),
    Array.from({ length: 3 }, () => '12345 67890 12345 67890'),
  )
  assert.match(machine.printed[3] ?? '', /have not compared safety numbers with Bob/)
  assert.match(machine.noted.join(), /▄▄▄▄▄/)
})

test('[CL27] the mark is set when the digits or a scanned code agree, and taken away', async () => {
  const calls = fakeCalls()
  const run = (line: string): Promise<number> => kith(line, machineWith({ calls, running: true }))
  assert.deepEqual(
    [
      await run('safety bob --verified'),
      await run('safety bob --scanned kith-safety:x'),
      await run('safety bob --forget'),
      await run('safety bob --verified --forget'),
    ],
    [0, 0, 0, 2],
  )
  assert.deepEqual(
    calls.asked.filter(({ call }) => call !== 'safety').map(({ call, input }) => [call, input]),
    [
      ['verify', { person: BOB }],
      ['verify', { person: BOB, scanned: 'kith-safety:x' }],
      ['unverify', { person: BOB }],
    ],
  )
  const overrides = { verify: async () => refuse({ kind: 'safety-mismatch', other: false } as const) }
  const machine = machineWith({ calls: fakeCalls({ overrides }), running: true })
  assert.equal(await kith('safety bob --scanned x', machine), 1)
  assert.match(machine.noted.join(), /somebody may stand between you/)
})

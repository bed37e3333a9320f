import assert from 'node:assert/strict'
import { test } from 'node:test'

import { BUSY_MILLIS_MAX } from '../../src/cli/borrow.ts'
import { accept, refuse } from '../../src/core/bytes/result.ts'
import type { Calls } from '../../src/view/calls.ts'
import { BOB, CONVERSATION, fakeCalls, idOf, personOf, TALK } from '../api/fake-calls.ts'
import { kith, machineWith } from './fake-world.ts'

/** The device of mine whose messages the fake peer says, and its first sequence. */
const progress = (delivered: number, read = 0, sealed = 0) => [{ device: idOf('d'), sealed, delivered, read }]

test('[CL6] a message that is kept ends with 0, and its words are joined', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true })
  assert.equal(await kith('say bob hello there', machine), 0)
  assert.deepEqual(calls.asked, [
    { call: 'open', input: { person: BOB } },
    { call: 'say', input: { conversation: TALK, text: 'hello there' } },
  ])
  assert.deepEqual(machine.printed, ['Kept here, not yet with Bob.'])
  assert.deepEqual(machine.events, ['disconnected'])
})

test('[CL6] a message that is not kept never ends with 0', async () => {
  const refusals: readonly Awaited<ReturnType<Calls['say']>>[] = [
    refuse({ kind: 'disk-full' }),
    refuse({ kind: 'disk-failed', detail: 'EIO' }),
    refuse({ kind: 'disconnected' }),
    refuse({ kind: 'not-met' }),
    refuse({ kind: 'text-empty' }),
    refuse({ kind: 'text-too-long', bytes: 70_000, limit: 65_536 }),
  ]
  const exits = []
  for (const refusal of refusals) {
    const machine = machineWith({ calls: fakeCalls({ overrides: { say: async () => refusal } }), running: true })
    exits.push(await kith('say bob hello', machine))
    assert.match(machine.noted.join(), /^kith: [A-Z]/)
    assert.deepEqual(machine.printed, [])
  }
  assert.deepEqual(exits, [1, 1, 1, 1, 2, 2])
})

test('[CL7] --wait ends with 0 once it is delivered', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true })
  const exit = kith('say bob hello --wait delivered', machine)
  await calls.subscribed(1)
  calls.push({ kind: 'typing', conversation: TALK, person: BOB })
  calls.push({ kind: 'conversation', conversation: { ...CONVERSATION, progress: progress(1) } })
  assert.equal(await exit, 0)
  assert.deepEqual(machine.printed, ['Delivered to Bob.'])
})

test('[CL7] --wait sealed ends with 0 once it lies on a server, and says on which', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true })
  const exit = kith('say bob hello --wait sealed', machine)
  await calls.subscribed(1)
  calls.push({
    kind: 'conversation',
    conversation: { ...CONVERSATION, sealedAt: 'example.org', progress: progress(0, 0, 1) },
  })
  assert.equal(await exit, 0)
  assert.deepEqual(machine.printed, ['Sealed on the server example.org, not yet with Bob.'])
})

test('[CL7] --wait read is not content with delivered', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true })
  const exit = kith('say bob hello --wait read --json', machine)
  await calls.subscribed(1)
  calls.push({ kind: 'conversation', conversation: { ...CONVERSATION, progress: progress(1) } })
  calls.push({ kind: 'conversation', conversation: { ...CONVERSATION, progress: progress(1, 1) } })
  assert.equal(await exit, 0)
  assert.equal((JSON.parse(machine.printed[0] ?? '') as { delivery: string }).delivery, 'read')
})

test('[CL7] what is not delivered in time ends with 3, and says that it is kept', async () => {
  const machine = machineWith({ running: true, passing: true })
  assert.equal(await kith('say bob hello --wait delivered --timeout 5', machine), 3)
  assert.match(machine.noted.join(), /not delivered yet. It is kept/)
})

test('[CL76] Ctrl+C while waiting ends with 130, and says that the message is kept', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true })
  const exit = kith('say bob hello --wait delivered', machine)
  await calls.subscribed(1)
  machine.end()
  assert.equal(await exit, 130)
  assert.match(machine.noted.join(), /you ended the wait before it was delivered\. It is kept/)
})

test('[CL76] Ctrl+C while looking says neither that nobody is called so nor who is there', async () => {
  for (const line of ['say Nobody x', 'people', 'status']) {
    const calls = fakeCalls({ people: [] })
    const machine = machineWith({ calls })
    const exit = kith(line, machine)
    await calls.subscribed(1)
    machine.end()
    assert.equal(await exit, 130, line)
    assert.deepEqual(machine.printed, [])
    assert.match(machine.noted.join(), /^kith: Interrupted before it was done\. Nothing was said or changed\.$/, line)
  }
})

test('[CL76] Ctrl+C while a message is read from standard input sends nothing', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls, running: true, typed: 'half a mess' })
  machine.end()
  assert.equal(await kith('say bob -', machine), 130)
  assert.deepEqual(calls.asked, [])
})

test('[CL8] - reads the message from standard input, without the last line break', async () => {
  const calls = fakeCalls()
  assert.equal(await kith('say bob -', machineWith({ calls, running: true, typed: 'one\n\ntwo\n' })), 0)
  assert.deepEqual(calls.asked.at(-1)?.input, { conversation: TALK, text: 'one\n\ntwo' })
})

test('[CL8] standard input beyond a message’s length is refused without being read to its end', async () => {
  const machine = machineWith({ running: true, typed: 'x'.repeat(65_536 + 3) })
  assert.equal(await kith('say bob -', machine), 2)
  assert.match(machine.noted.join(), /more than 65,536 bytes.*Nothing was sent/)
})

test('[CL12] without a running peer one runs until the message had its chance to leave', async () => {
  const machine = machineWith({ passing: true })
  assert.equal(await kith('say bob hello --profile ann', machine), 0)
  assert.deepEqual(machine.events, ['peer of ann opened {}', 'peer closed'])
})

test('[CL12] a peer that has only just started looks for WHO before nobody is called so', async () => {
  const calls = fakeCalls({ people: [] })
  const machine = machineWith({ calls })
  const exit = kith('say carol hello', machine)
  await calls.subscribed(1)
  calls.push({ kind: 'person', person: personOf({ id: idOf('e'), name: 'Carol', tag: 'cccccc' }) })
  calls.push({ kind: 'conversation', conversation: { ...CONVERSATION, person: idOf('e'), progress: progress(1) } })
  assert.equal(await exit, 0)
  assert.deepEqual(machine.printed, ['Delivered to Carol.'])
  assert.equal(await kith('say carol hello', machineWith({ calls: fakeCalls({ people: [] }), passing: true })), 2)
})

test('[CL12] a profile in use by a command is waited for, then told about', async () => {
  let tries = 0
  const busy = () => (++tries < 5 ? refuse({ kind: 'profile-in-use', folder: '/somewhere' } as const) : accept(null))
  assert.equal(await kith('name', machineWith({ opening: busy, passing: true })), 0)
  const stuck = machineWith({
    opening: () => refuse({ kind: 'profile-in-use', folder: '/somewhere' }),
    passing: true,
  })
  assert.equal(await kith('name', stuck), 1)
  assert.match(stuck.noted.join(), /Another process is using the profile in \/somewhere/)
  assert(stuck.events.length <= BUSY_MILLIS_MAX / 200 + 1, `${stuck.events.length} tries`)
})

test('[CL12] the time that looking takes is part of the wait', async () => {
  const opening = () => refuse({ kind: 'profile-in-use', folder: '/somewhere' } as const)
  const machine = machineWith({ opening, passing: true, looking: 2_000 })
  assert.equal(await kith('name', machine), 1)
  assert.equal(machine.events.length, 5)
  assert.match(machine.noted.join(), /such as `kith tail`.* keep a profile for as long as they run/)
})

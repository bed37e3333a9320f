import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

import { BOB, fakeCalls, personOf } from '../api/fake-calls.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { parse } from '../../src/cli/parse.ts'
import { kith, machineWith } from './fake-world.ts'

test('[CL3] unknown commands and options, missing values and wrong numbers of arguments end with 2 and touch nothing', async () => {
  const lines = [
    'sing',
    'peoples',
    'people --jsno',
    'people bob',
    'say',
    'say bob',
    'say bob --wait',
    'say bob hi --wait soon',
    'say bob hi --timeout 5',
    'say bob hi --wait delivered --timeout -1',
    'say bob hi --wait delivered --timeout 1e3',
    'history',
    'history bob --limit 0',
    'history bob --limit 100001',
    'history bob --limit many',
    'history bob eve',
    'name a b',
    'tail bob eve',
    'status --json=yes',
    '--ui 65536',
    '--ui http',
    '--listen :',
    '--listen host:99999',
    '--listen [::1:4000',
    '--profile ann sing',
    '--profile ann people --jsno',
    'server --port 70000',
    'server --people maybe',
    'server --profile ann',
    'help sing',
    'people --data=',
    'people --profile=',
    'server --data=',
    'server --host=',
    '--server=',
    '--name=',
  ]
  for (const line of lines) {
    const machine = machineWith()
    assert.equal(await kith(line, machine), 2, line)
    assert.match(machine.noted[0] ?? '', /^kith: ./, line)
    assert.deepEqual([machine.printed, machine.events], [[], []], line)
  }
})

test('[CL3] a value that is missing is told in one line, whatever stands where it should be', async () => {
  for (const line of ['people --reach --json', 'people --reach']) {
    const machine = machineWith()
    await kith(line, machine)
    assert.match(machine.noted[0] ?? '', /^kith: --reach takes WHO, and /, line)
  }
})

test('[CL231] a number that does not fit is told in one form, whatever stands for it', async () => {
  for (const [line, range] of [
    ['history bob --limit', '1 to 100000'],
    ['invite --days', '1 to 365'],
    ['invite --uses', '1 to 1000'],
    ['say bob hi --wait read --timeout', '0 to 86400'],
    ['server --port', '0 to 65535'],
  ] as const)
    for (const value of ['-1', '1e9', 'x', '99999999']) {
      const told = ['', '='].map((sign) => (sign === '' ? `${line} ${value}` : `${line}=${value}`))
      for (const each of told) {
        const machine = machineWith()
        assert.equal(await kith(each, machine), 2, each)
        assert.equal(
          machine.noted[0],
          `kith: ${line.split(' ').at(-1)} takes a number from ${range}, not '${value}'.`,
          each,
        )
        assert.deepEqual([machine.printed, machine.events], [[], []], each)
      }
    }
})

test('[CL231] words that begin with - are told where they go', async () => {
  for (const [line, words] of [
    ['tail -x', /no option -x here.*behind --\.$/],
    ['say bob -1 is enough', /no option -1 here.*behind --\.$/],
    ['people --reach -x', /--reach takes WHO, and is followed by -x\..*is written --reach=-x\.$/],
    ['people --json=yes', /--json takes no value, and got 'yes'\.$/],
  ] as const) {
    const machine = machineWith()
    assert.equal(await kith(line, machine), 2, line)
    assert.match(machine.noted[0] ?? '', words, line)
  }
  const calls = fakeCalls({ people: [personOf({ id: BOB, name: '-x', tag: 'k7wq2f' })] })
  assert.equal(await kith('people --reach=-x --json', machineWith({ calls, running: true })), 0)
})

test('[CL230] options that go with every command may stand before it', async () => {
  for (const line of ['--profile ann people', '--json --profile ann people', '--profile=ann people --json']) {
    const machine = machineWith({ passing: true })
    assert.equal(await kith(line, machine), 0, line)
    assert.equal(machine.events[0], 'peer of ann opened {}', line)
  }
  const helped = machineWith()
  assert.equal(await kith('--profile ann help say', helped), 0)
  assert.match(helped.printed.join(), /^Usage: kith say /)
  const wrong = machineWith()
  assert.equal(await kith('--profile ann people --jsno', wrong), 2)
  assert.match(wrong.noted.join('\n'), /no option --jsno here.*\n`kith people --help` tells/)
})

test('[CL3] no command line throws', () => {
  const words = fc.constantFrom(
    'say',
    'people',
    '--json',
    '--wait',
    '-',
    '--',
    '--profile',
    '--no-open',
    'help',
    '-h',
    '=',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string())), (line) => {
      const wanted = parse(line, COMMANDS)
      if (wanted.ok && wanted.value.at === 'run')
        assert(wanted.value.given.words.length >= wanted.value.command.words.min)
    }),
    { numRuns: 5_000 },
  )
})

test('[CL2] every command tells its options and the exit codes', async () => {
  for (const command of COMMANDS) {
    const machine = machineWith()
    assert.equal(await kith(`${command.name} --help`, machine), 0)
    const help = machine.printed.join('\n')
    assert(help.startsWith(`Usage: kith ${command.name}`), help)
    for (const option of Object.keys(command.options)) assert(help.includes(`--${option}`), `${command.name} ${option}`)
    assert.match(help, /Exit codes: 0 done, 1 failed, 2 wrong or unclear.*\n.*3 timed out/)
    assert(
      help.split('\n').every((line) => line.length <= 80),
      command.name,
    )
    const asked = machineWith()
    assert.equal(await kith(`help ${command.name}`, asked), 0)
    assert.deepEqual(asked.printed, machine.printed)
  }
})

test('[CL2] help lists every command, and --version the version', async () => {
  for (const line of ['help', '--help', '-h']) {
    const machine = machineWith()
    assert.equal(await kith(line, machine), 0)
    for (const command of COMMANDS) assert(machine.printed.join('\n').includes(`\n  ${command.name} `), command.name)
  }
  const machine = machineWith()
  assert.equal(await kith('--version', machine), 0)
  assert.match(machine.printed.join(), /^\d+\.\d+\.\d+/)
})

test('[CL2] reading commands take --json', () => {
  for (const name of [
    'people',
    'tail',
    'history',
    'name',
    'status',
    'doctor',
    'groups',
    'group',
    'invitations',
    'safety',
  ])
    assert('json' in (COMMANDS.find((each) => each.name === name)?.options ?? {}), name)
})

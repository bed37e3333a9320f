import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'

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
    '--profile ann people',
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
    assert.match(machine.noted[0] ?? '', /^kith: Option '--reach[^']*' argument missing\.$/, line)
  }
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

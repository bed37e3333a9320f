import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hasScreen } from '../../src/cli/browser.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import type { PeerRefusal } from '../../src/cli/command.ts'
import { runLine } from '../../src/cli/run-line.ts'
import { accept, refuse } from '../../src/core/bytes/result.ts'
import { fakeCalls, STATUS } from '../api/fake-calls.ts'
import { kith, machineWith } from './fake-world.ts'

test('[CL14] kith alone opens the profile, its door and the window, and closes them in order at Ctrl+C', async () => {
  const machine = machineWith({ screen: true })
  const exit = kith('', machine)
  await machine.prints('Ctrl+C')
  machine.end()
  assert.equal(await exit, 0)
  assert.deepEqual(machine.events, [
    'peer of default opened {"stays":true}',
    'door opened at the last',
    'browser at http://127.0.0.1:1/#code=ba5',
    'door closed',
    'peer closed',
  ])
  assert.deepEqual(machine.printed, [
    'Kith runs as Ann ·aaaaaa (profile default).',
    '',
    '  Window   http://127.0.0.1:1, open in your browser',
    '  Server   No server',
    '  Ctrl+C   stop',
  ])
})

test('[CL14] without a screen, or with --no-open, the address with its code is printed', async () => {
  for (const [line, screen] of [
    ['start', false],
    ['--no-open', true],
  ] as const) {
    const machine = machineWith({ screen })
    const exit = kith(line, machine)
    await machine.prints('Ctrl+C')
    machine.end()
    assert.equal(await exit, 0)
    assert(machine.printed.includes('  Window   open within a minute: http://127.0.0.1:1/#code=ba5'))
    assert(!machine.events.some((each) => each.startsWith('browser')))
  }
})

test('[CL14] [CL61] the options reach what they are for', async () => {
  const calls = fakeCalls()
  const machine = machineWith({ calls })
  const exit = kith('--profile ann --server chat.example --listen [::1]:4000 --ui 8123 --name Anna', machine)
  await machine.prints('Ctrl+C')
  machine.end()
  await exit
  assert.deepEqual(machine.events.slice(0, 2), [
    'peer of ann opened {"servers":["chat.example"],"listen":{"port":4000,"host":"::1"},"windowPort":8123,"stays":true}',
    'door opened at 8123',
  ])
  const none = machineWith()
  const ended = kith('--server none --nearby off --map-ports off --listen 4000', none)
  await none.prints('Ctrl+C')
  none.end()
  await ended
  assert.equal(
    none.events[0],
    'peer of default opened {"servers":[],"nearby":"off","mapPorts":"off","listen":{"port":4000},"stays":true}',
  )
  assert.equal(await kith('--nearby maybe', machineWith()), 2)
  assert.equal(await kith('--map-ports maybe', machineWith()), 2)
})

test('[CL14] --name answers the naming step, and a name that is not allowed ends with 2', async () => {
  const named: string[] = []
  const calls = fakeCalls({
    overrides: {
      rename: async ({ name }) => {
        named.push(name)
        return accept({ name })
      },
    },
  })
  const machine = machineWith({ calls })
  const exit = kith('--name=Ann', machine)
  await machine.prints('Ctrl+C')
  machine.end()
  assert.equal(await exit, 0)
  const refused = machineWith({ calls })
  assert.equal(await runLine(['--name', ' '], COMMANDS, () => refused.world, refused.world.terminal), 2)
  assert.deepEqual(refused.events, [])
  assert.deepEqual(named, ['Ann'])
})

test('[CL14] [CL39] somebody without a name is greeted without one, and told that nothing is looked for yet', async () => {
  const { me: _, ...nameless } = STATUS
  const machine = machineWith({ calls: fakeCalls({ status: nameless }) })
  const exit = kith('', machine)
  await machine.prints('Ctrl+C')
  machine.end()
  await exit
  assert.equal(machine.printed[0], 'Kith runs (profile default).')
  assert(machine.printed.includes('  Server   Not asked yet: you have no name'))
})

test('[CL13] a profile that runs already says so, and its window is opened again', async () => {
  const seen = machineWith({ running: true, screen: true })
  assert.equal(await kith('--profile ann', seen), 0)
  assert.deepEqual(seen.events, ['disconnected', 'browser at http://127.0.0.1:1/#code=f00'])
  assert.deepEqual(seen.printed, [
    'Kith already runs with the profile ann (process 4711).',
    'Its window opens in your browser.',
  ])
  const unseen = machineWith({ running: true })
  assert.equal(await kith('--profile ann --name Eve', unseen), 0)
  assert.equal(unseen.printed[1], 'Open this within a minute: http://127.0.0.1:1/#code=f00')
  assert.match(unseen.noted.join(), /change nothing in a Kith that runs/)
})

test('[CL13] a running peer that gives no window is told about', async () => {
  const machine = machineWith({ running: true, window: undefined })
  assert.equal(await kith('', machine), 1)
})

test('[CL15] what cannot be opened ends with 1, says how to mend it, and leaves nothing open', async () => {
  const told = async (refusal: PeerRefusal): Promise<string> => {
    const machine = machineWith({ opening: () => refuse(refusal), passing: true })
    assert.equal(await kith('', machine), 1)
    assert(!machine.events.includes('door opened at the last'))
    return machine.noted.join()
  }
  assert.match(await told({ kind: 'profile-newer', folder: '/f' }), /newer version .* Update Kith/)
  assert.match(await told({ kind: 'profile-damaged', file: '/f/kith.db' }), /not a database/)
  assert.match(await told({ kind: 'folder-failed', folder: '/f', detail: 'EACCES' }), /EACCES.*--data/)
  assert.match(await told({ kind: 'port-in-use', port: 4000 }), /port 4000/)
  assert.match(await told({ kind: 'no-such-host', host: '1.2.3.4' }), /1\.2\.3\.4/)
  assert.match(await told({ kind: 'disk-full' }), /disk is full/)
  const machine = machineWith({ door: async (_, __, port) => refuse({ kind: 'port-in-use', port: port ?? 0 }) })
  assert.equal(await kith('--ui 8123', machine), 1)
  assert.match(machine.noted.join(), /already listens on port 8123/)
  assert.deepEqual(machine.events, ['peer of default opened {"windowPort":8123,"stays":true}', 'peer closed'])
})

test('[CL15] a server address that is none ends with 2', async () => {
  const machine = machineWith({ opening: () => refuse({ kind: 'server-address', text: 'a b' }) })
  assert.equal(await kith('--server=a_b', machine), 2)
})

test('[CL17] the server tells its port, runs until Ctrl+C, and closes', async () => {
  const machine = machineWith()
  const exit = kith('server --port 4000 --people off --metrics 9000', machine)
  await machine.prints('Ctrl+C')
  machine.end()
  assert.equal(await exit, 0)
  assert.equal(machine.printed[0], 'Kith server listens on TCP port 12345.')
  const routers = machine.printed.findIndex((line) => line.startsWith('  Routers'))
  assert.deepEqual(machine.printed.slice(routers, routers + 2), [
    '  Routers  people can test theirs at UDP 12345, TCP 12345, TCP 12346',
    '           UDP port 12346 is in use by another program: Kith does without it, and people learn less about theirs',
  ])
  assert.deepEqual(machine.events, ['server opened {"port":4000,"people":"off","metricsPort":9000}', 'server closed'])
})

test('[CL17] a server whose port is taken ends with 1 and names it', async () => {
  const machine = machineWith({ server: async ({ port }) => refuse({ kind: 'port-in-use', port: port ?? 0 }) })
  assert.equal(await kith('server', machine), 1)
  assert.match(machine.noted.join(), /port 12345/)
})

test('[CL19] a screen is there on macOS, Windows, X, Wayland and Linux inside Windows', () => {
  assert.equal(hasScreen('darwin', {}), true)
  assert.equal(hasScreen('win32', {}), true)
  assert.equal(hasScreen('linux', { DISPLAY: ':0' }), true)
  assert.equal(hasScreen('linux', { WAYLAND_DISPLAY: 'wayland-0' }), true)
  assert.equal(hasScreen('linux', { WSL_DISTRO_NAME: 'Debian' }), true)
  assert.equal(hasScreen('linux', { DISPLAY: '' }), false)
})

test('[CL70] --server may be given several times, in the order of preference, and none means none', async () => {
  for (const [line, servers] of [
    ['--server a.example --server b.example:4000', ['a.example', 'b.example:4000']],
    ['--server none', []],
  ] as const) {
    const machine = machineWith()
    const exit = kith(line, machine)
    await machine.prints('Ctrl+C')
    machine.end()
    await exit
    assert.equal(machine.events[0], `peer of default opened ${JSON.stringify({ servers, stays: true })}`)
  }
})

test('[CL70] an empty --server, and none beside others, end with 2 and change nothing', async () => {
  for (const line of [
    ['--server', ''],
    ['--server', ' '],
    ['--server', 'a.example', '--server', 'none'],
  ]) {
    const machine = machineWith()
    assert.equal(await runLine(line, COMMANDS, () => machine.world, machine.world.terminal), 2, line.join(' '))
    assert.match(machine.noted[0] ?? '', /--server/)
    assert.deepEqual(machine.events, [])
  }
})

test('[CL73] a start whose window cannot be served has not renamed anybody', async () => {
  const named: string[] = []
  const calls = fakeCalls({
    overrides: {
      rename: async ({ name }) => {
        named.push(name)
        return accept({ name })
      },
    },
  })
  const machine = machineWith({ calls, door: async (_, __, port) => refuse({ kind: 'port-in-use', port: port ?? 0 }) })
  assert.equal(await kith('--ui 8123 --name Mallory', machine), 1)
  assert.deepEqual(named, [])
})

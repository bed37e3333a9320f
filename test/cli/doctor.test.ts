import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import {
  examineFolder,
  examineRuntime,
  examineStatus,
  examineWindow,
  spaceFinding,
  type Finding,
} from '../../src/cli/examine.ts'
import { refuse } from '../../src/core/bytes/result.ts'
import type { StatusView } from '../../src/view/view.ts'
import { STATUS } from '../api/fake-calls.ts'
import { HARD_NETWORK, UNSEEN_NETWORK } from '../web/fake/networks.ts'
import { kith, machineWith, NOW } from './fake-world.ts'

const short = (finding: Finding | undefined): string => `${finding?.state} ${finding?.what}`

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-doctor-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('[CL16] an old Node, and a window that is not built, are bad', async (t) => {
  assert.equal(short(examineRuntime('24.0.0', 'linux-x64')), 'good Node')
  assert.equal(short(examineRuntime('20.20.2', 'linux-x64')), 'bad Node')
  const folder = await folderFor(t)
  assert.equal(short(await examineWindow(folder)), 'bad Window')
  await writeFile(join(folder, 'index.html'), '')
  assert.equal(short(await examineWindow(folder)), 'good Window')
})

test('[CL16] a folder that is a file, or that others can read, is bad, and one that is not there is odd', async (t) => {
  const parent = await folderFor(t)
  const folder = join(parent, 'ann')
  const look = async (): Promise<readonly Finding[]> => examineFolder({ name: 'ann', folder })
  assert.equal(short((await look())[0]), 'odd Folder')
  await mkdir(folder, { mode: 0o700 })
  assert.deepEqual(
    (await look()).map((each) => each.what),
    ['Folder', 'Disk'],
  )
  assert.equal(short((await look())[0]), 'good Folder')
  await writeFile(join(folder, 'door.json'), '{}', { mode: 0o644 })
  const [open] = await look()
  assert(open?.state === 'bad' && open.found.includes(join(folder, 'door.json')))
  assert.match(open.mend, /chmod/)
  await chmod(join(folder, 'door.json'), 0o600)
  await chmod(folder, 0o750)
  assert.equal(short((await look())[0]), 'bad Folder')
  await rm(folder, { recursive: true })
  await writeFile(folder, '')
  assert.equal(short((await look())[0]), 'bad Folder')
})

test('[CL75] little space is odd, and none is bad', () => {
  assert.deepEqual(
    [2 ** 30, 2 ** 24, 2 ** 12, 0].map((bytes) => spaceFinding(bytes).state),
    ['good', 'odd', 'bad', 'bad'],
  )
})

test('[CL16] what the peer says of itself is sorted into good, odd and bad', () => {
  const states = (status: Parameters<typeof examineStatus>[0]): Record<string, string> =>
    Object.fromEntries(examineStatus(status, NOW).map((each) => [each.what, each.state]))
  assert.deepEqual(states({ ...STATUS, addresses: ['10.0.0.1:4000'] }), {
    Name: 'good',
    Listens: 'good',
    Server: 'good',
    Nearby: 'good',
    Reach: 'odd',
  })
  const { me: _, ...nameless } = STATUS
  // Nobody is looked for before there is a name.
  assert.deepEqual(states(nameless), { Name: 'odd', Listens: 'odd' })
  assert.deepEqual(
    states({
      ...STATUS,
      servers: [
        {
          at: 'unreachable',
          address: '10.0.0.9:12345',
          since: NOW,
          failure: { kind: 'refused', detail: 'ECONNREFUSED' },
          next: NOW + 1_000,
        },
      ],
      nearby: { at: 'off' },
      storeFailure: { kind: 'full', detail: '' },
    }),
    { Name: 'good', Listens: 'odd', Server: 'odd', Nearby: 'odd', Reach: 'odd', Store: 'bad' },
  )
})

test('[CL60] doctor tells what the network does to those who call, each thing with how to mend it, once it was looked at', () => {
  const short = (network: StatusView['network']): readonly string[] =>
    examineStatus({ ...STATUS, network }, NOW)
      .slice(4)
      .map(({ state, what, found }) => `${state} ${what}: ${found}`)
  assert.deepEqual(short(HARD_NETWORK), [
    'odd Reach: Some people can reach you directly',
    'odd Router: Gives each connection a door of its own (symmetric)',
    'odd Provider: Seems to put a router of its own before yours (carrier-grade)',
    'odd Port: Your router does not answer',
    'odd UDP: Does not leave this network',
    'odd IPv6: None',
    'good Answers: chat.example.org:12345 answers in 131 ms',
  ])
  assert.deepEqual(short(UNSEEN_NETWORK), ['odd Reach: Not known how others can reach you'])
})

test('[CL16] doctor ends with 1 when something is bad, and says how to mend it', async (t) => {
  const data = await folderFor(t)
  const machine = machineWith({
    opening: () => refuse({ kind: 'profile-damaged', file: join(data, 'kith.db') }),
    passing: true,
  })
  assert.equal(await kith(`doctor --data ${data}`, machine), 1)
  const text = machine.printed.join('\n')
  assert.match(text, /^ok {3}Kith/)
  assert.match(text, /BAD {2}Peer {5}cannot be started\n {14}.*is not a database of Kith/)
})

test('[CL16] doctor --json prints each finding as an object a line', async (t) => {
  const data = await folderFor(t)
  const machine = machineWith({ running: true })
  await kith(`doctor --json --data ${data}`, machine)
  const findings = machine.printed.map((each) => JSON.parse(each) as Finding)
  assert.deepEqual(findings.slice(0, 2).map(short), ['good Kith', 'good Node'])
  assert(findings.some((each) => each.what === 'Peer' && each.found === 'runs and answers'))
})

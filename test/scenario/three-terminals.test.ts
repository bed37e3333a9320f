import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import type { LineView, PersonView, StatusView } from '../../src/view/view.ts'
import { says, startPair, startPeer, texts } from './peer.ts'
import { createStage, startServer, type Stage } from './stage.ts'

const TIMEOUT = { timeout: 120_000 }

const of = (stage: Stage, profile: string): readonly string[] => ['--data', stage.data, '--profile', profile]

const objects = (out: string): readonly unknown[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)

test(
  '[SC1] in three terminals two people see each other, and what one writes is on both sides',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob] = await startPair(stage, server.address)
    await Promise.all([ann.finds(bob), bob.finds(ann)])
    const listed = await stage.kith(['people', '--json', ...of(stage, 'ann')])
    assert.deepEqual(
      (objects(listed.out) as PersonView[]).map(({ id, name }) => [id, name]),
      [[bob.id, 'Bob']],
    )

    const said = await stage.kith(['say', 'Bob', 'good', 'morning', '--wait', 'delivered', ...of(stage, 'ann')])
    assert.deepEqual([said.code, said.out], [0, 'Delivered to Bob.\n'])
    const conversation = await bob.with(ann)
    await bob.hears(conversation, says('good morning'))
    const tails = [
      stage.start(['tail', '--json', ...of(stage, 'bob')]),
      stage.start(['tail', 'Ann', ...of(stage, 'bob')]),
    ]
    // They print what is said from when they are there, which shows in nothing but that.
    for (let time = 1; tails.some((each) => each.out() === ''); time += 1)
      await ann.sees(await ann.says(conversation, `do you listen, ${time}?`), 'delivered')
    const answered = await stage.kith(['say', 'ann', '-', ...of(stage, 'bob')], { stdin: 'two\nlines\n' })
    assert.equal(answered.code, 0, answered.err)
    await ann.hears(conversation, says('two\nlines'))
    await tails[0]?.prints(/"text":"two\\nlines"/)
    await tails[1]?.prints(/me: two\n {2}lines/)

    for (const [profile, who] of [
      ['ann', 'Bob'],
      ['bob', 'Ann'],
    ] as const) {
      const history = await stage.kith(['history', who, '--limit', '100000', '--json', ...of(stage, profile)])
      const spoken = texts(objects(history.out) as LineView[])
      assert.deepEqual([spoken[0], spoken.at(-1)], ['good morning', 'two\nlines'])
    }
    const last = await stage.kith(['history', 'Ann', '--limit', '1', ...of(stage, 'bob')])
    assert.match(last.out, /me: two\n {2}lines\n$/)
    for (const tail of tails) assert.equal(await tail.end('SIGINT'), 0)
  },
)

test(
  '[SC2] names: changed from the command line, shown at the other side, told apart by tags',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob, twin] = await Promise.all([
      startPeer(stage, 'ann', { name: 'Ann', server: server.address }),
      startPeer(stage, 'bob', { name: 'Bob', server: server.address }),
      startPeer(stage, 'twin', { name: 'bob', server: server.address }),
    ])
    const tag = (await ann.finds(bob)).tag
    await ann.finds(twin)
    await ann.until((seen) => (seen.people.get(bob.id)?.ambiguous === true ? true : undefined))
    const unclear = await stage.kith(['say', 'bob', 'which?', ...of(stage, 'ann')])
    assert.equal(unclear.code, 2)
    assert.match(unclear.err, new RegExp(`Several people are called “bob”: .*·${tag}`))
    const clear = await stage.kith(['say', tag, 'you', '--wait', 'delivered', ...of(stage, 'ann')])
    assert.equal(clear.code, 0, clear.err)
    const conversation = await bob.with(ann)
    assert.deepEqual(texts(await twin.lines(await twin.with(ann))), [])
    await bob.says(conversation, 'me')

    const renamed = await stage.kith(['name', 'Robert', ...of(stage, 'bob')])
    assert.deepEqual([renamed.code, renamed.out], [0, 'Robert\n'])
    await ann.hears(conversation, (line) => line.kind === 'renamed' && line.from === 'Bob' && line.to === 'Robert')
    await ann.until((seen) => (seen.people.get(bob.id)?.name === 'Robert' ? true : undefined))
    assert.equal((await stage.kith(['name', ...of(stage, 'bob')])).out, 'Robert\n')
    const nobody = await stage.kith(['say', 'Nobody', 'hello', ...of(stage, 'ann')])
    assert.deepEqual([nobody.code, nobody.out], [2, ''])
    assert.match(nobody.err, /Nobody known here is called “Nobody”/)
  },
)

test(
  '[SC3] status and doctor tell how it stands, of a peer that runs and of one that does not',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const ann = await startPeer(stage, 'ann', { name: 'Ann', server: server.address })
    await ann.until((seen) => (seen.status?.servers[0]?.at === 'connected' ? true : undefined))
    const running = await stage.kith(['status', '--json', ...of(stage, 'ann')])
    const [status] = objects(running.out) as (StatusView & { readonly running: boolean })[]
    assert.deepEqual([status?.running, status?.me?.name, status?.servers[0]?.at], [true, 'Ann', 'connected'])
    const doctor = await stage.kith(['doctor', ...of(stage, 'ann')])
    assert.equal(doctor.code, 0, doctor.out)
    assert.match(doctor.out, /^ok {3}Peer {5}runs and answers$/m)
    await ann.stop()
    const stopped = await stage.kith(['status', ...of(stage, 'ann')])
    assert.equal(stopped.code, 0, stopped.err)
    assert.match(stopped.out, /^Running {3}no/m)
    await server.program.end('SIGKILL')
    const alone = await stage.kith(['doctor', ...of(stage, 'ann')])
    assert.equal(alone.code, 0, alone.out)
    assert.match(alone.out, new RegExp(`^hm {3}Server {3}Cannot reach ${server.address}$`, 'm'))
  },
)

test('[SC4] every command explains itself, and none touches the disk for it', TIMEOUT, async (context) => {
  const stage = await createStage(context)
  const general = await stage.kith(['--help'])
  for (const { name, takes } of COMMANDS) {
    assert.match(general.out, new RegExp(`^ {2}${name} `, 'm'))
    const help = await stage.kith([name, '--help'])
    assert.equal(help.code, 0)
    assert(help.out.startsWith(`Usage: kith ${[name, takes].join(' ').trim()} [OPTIONS]\n`), help.out)
  }
})

test(
  '[SC5] a message is kept, and sealed on the server when nobody runs; waiting for more than that ends with 3',
  TIMEOUT,
  async (context) => {
    const stage = await createStage(context)
    const server = await startServer(stage)
    const [ann, bob] = await startPair(stage, server.address)
    const conversation = await ann.with(bob)
    await ann.sees(await ann.says(conversation, 'first'), 'delivered')
    await bob.stop()
    const late = await stage.kith([
      'say',
      'Bob',
      'second',
      '--wait',
      'delivered',
      '--timeout',
      '1',
      ...of(stage, 'ann'),
    ])
    assert.equal(late.code, 3)
    assert.match(late.err, /not delivered yet. It is kept/)
    await ann.stop()
    const alone = await stage.kith(['say', 'Bob', 'third', '--wait', 'sealed', ...of(stage, 'ann')])
    assert.equal(alone.code, 0, alone.out + alone.err)
    assert.equal(alone.out, `Sealed on the server ${server.address}, not yet with Bob.\n`)
  },
)

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

test('[SC1] without any option peers meet on the server of this machine, at port 12345', TIMEOUT, async (context) => {
  if (await isTaken(12_345)) return context.skip('another program of this machine listens on port 12345')
  const stage = await createStage(context)
  const program = stage.start(['server', '--data', stage.data])
  await program.prints(/listens on TCP port 12345\./)
  const [ann, bob] = await Promise.all([
    startPeer(stage, 'ann', { name: 'Ann' }),
    startPeer(stage, 'bob', { name: 'Bob' }),
  ])
  await ann.sees(await ann.says(await ann.with(bob), 'here'), 'delivered')
  return undefined
})

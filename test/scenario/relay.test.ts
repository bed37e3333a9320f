import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Path } from '../../src/view/view.ts'
import { countersOf } from './counters.ts'
import { startFarPeer } from './far-peer.ts'
import { holdsInMemory } from './memory.ts'
import { apart, skipNetworks as skip } from './networks.ts'
import { says, texts, type Peer } from './peer.ts'
import { createStage, type Stage } from './stage.ts'

const RECORDER = fileURLToPath(new URL('recorder.ts', import.meta.url))

const SECRET = 'the heron lands at midnight'
const ANSWER = 'the otter agrees by dawn'

const pathIs = (peer: Peer, other: { readonly id: string }, wanted: (path: Path) => boolean): Promise<Path> =>
  peer.until(({ people }) => {
    const presence = people.get(other.id)?.presence
    return presence?.at === 'here' && wanted(presence.path) ? presence.path : undefined
  })

/** A server on the machine in the middle, behind a wire that writes down what passes. */
const serverBetween = async (stage: Stage, { middle, host }: ReturnType<typeof apart>) => {
  const { through } = middle
  const program = stage.start(['server', '--port', '0', '--metrics', '0', '--data', stage.data], { through })
  const [, port = ''] = await program.prints(/TCP port (\d+)\./)
  const record = join(stage.folder, 'record')
  const recorder = stage.spawn([process.execPath, RECORDER, port, record], { through })
  const [, recording = ''] = await recorder.prints(/port (\d+)\./)
  return {
    program,
    record,
    address: `${host}:${recording}`,
    counter: await countersOf(stage, program, { through }),
  }
}

// Another of the longer ones: paths are given up and tried again in real time.
test(
  '[SC9] where no direct path is, sealed bytes pass the relay, unread; where one appears, the talk moves to it whole',
  { skip, timeout: 280_000 },
  async (context) => {
    const stage = await createStage(context)
    const world = apart(context)
    const server = await serverBetween(stage, world)
    const [ann, bob] = await Promise.all([
      startFarPeer(stage, world.here, 'ann', { name: 'Annabel Quill', server: server.address }),
      startFarPeer(stage, world.there, 'bob', {
        name: 'Bobbin Threadwell',
        server: server.address.replace(world.host, world.hostThere),
      }),
    ])
    const conversation = await ann.with(bob)
    await pathIs(ann, bob, (path) => path === 'relayed')
    const said = await ann.says(conversation, SECRET)
    await Promise.all([ann.sees(said, 'delivered'), bob.hears(conversation, says(SECRET))])
    await bob.sees(await bob.says(conversation, ANSWER), 'delivered')
    assert.equal(await pathIs(bob, ann, () => true), 'relayed')
    const relayed = await server.counter('kith_relayed_bytes_total')
    assert(relayed > SECRET.length + ANSWER.length, `${relayed} bytes`)

    // Names are on the people list, which the server keeps; on the wire to it they are sealed as well.
    const record = await readFile(server.record)
    assert(record.length > relayed)
    for (const text of [SECRET, ANSWER, 'Annabel', 'Bobbin']) assert(!record.includes(text), text)
    // What the server's process itself holds, past the seal of the wire. The same look finds the text where it may be.
    for (const text of [SECRET, ANSWER]) {
      assert(holdsInMemory(ann.program.pid, text), 'the writer knows what was written')
      assert(!holdsInMemory(server.program.pid, text), `the server holds: ${text}`)
    }

    const expected = [SECRET, ANSWER]
    const talk = async (count: number): Promise<void> => {
      const from = expected.length
      for (let number = from; number < from + count; number += 1) {
        expected.push(`message ${number}`)
        await ann.says(conversation, `message ${number}`)
      }
    }
    await talk(50)
    world.open()
    await ann.calls.tryNow({ person: bob.id })
    const moved = Promise.all([
      pathIs(ann, bob, (path) => path === 'nearby'),
      pathIs(bob, ann, (path) => path === 'nearby'),
    ])
    await talk(50)
    await moved
    await talk(50)
    const last = await ann.says(conversation, 'last')
    await ann.sees(last, 'delivered')
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), [...expected, 'last'])

    // The link that was left stays for a moment, so that what is on its way arrives.
    while ((await server.counter('kith_relayed_links')) > 0);
    const before = await server.counter('kith_relayed_bytes_total')
    await ann.sees(await ann.says(conversation, 'past the server'), 'delivered')
    await bob.sees(await bob.says(conversation, 'so it is'), 'delivered')
    assert.equal(await server.counter('kith_relayed_bytes_total'), before)
  },
)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeServerMessage, encodePeerMessage, type PeerMessage } from '../../src/core/rendezvous/messages.ts'
import { createSimulatedTime } from '../../src/link/memory-time.ts'
import { createNetwork } from '../../src/link/memory.ts'
import type { Link } from '../../src/link/port.ts'
import { HELLO_MILLIS_MAX } from '../../src/server/rendezvous.ts'
import { MESSAGE_RATE } from '../../src/server/rendezvous-state.ts'
import { serve } from '../../src/server/serve.ts'
import { device, hello, inWords } from './stage.ts'

const SERVER = 'f0'.repeat(32)
const ANN = 1
const BOB = 2

/** A server and its peers on a network in simulated time. */
const createTown = () => {
  const time = createSimulatedTime()
  const network = createNetwork({ time, random: () => 0.5, delay: { least: 1, most: 1 }, loss: 0 })
  const endpoint = network.server({ device: SERVER, address: '10.0.0.254:12345' })
  const serving = serve({ endpoint, people: 'on', time })

  const connect = async (number: number) => {
    const peer = network.peer({ device: device(number), address: `10.0.0.${number}:4000` })
    const dialling = peer.dialServer({ host: '10.0.0.254', port: 12345, signal: new AbortController().signal })
    await time.advance(10)
    const dialled = await dialling
    assert.ok(dialled.ok)
    const link: Link = dialled.value
    const heard: string[] = []
    const reading = (async () => {
      for await (const frame of link.frames) {
        const read = decodeServerMessage(frame)
        heard.push(read.ok && read.value.kind !== 'newer' ? inWords(read.value) : 'nonsense')
      }
      heard.push('closed')
    })()
    return {
      link,
      reading,
      say: (message: PeerMessage) => link.send(encodePeerMessage(message)),
      /** What was heard since last asked, after what is on its way has arrived. */
      told: async (): Promise<string> => {
        await time.advance(100)
        return heard.splice(0).join(', ')
      },
    }
  }
  const join = async (number: number) => {
    const peer = await connect(number)
    peer.say(hello(number))
    await peer.told()
    return peer
  }
  return { time, network, serving, connect, join }
}

test('[SV40] two peers find and call each other over links', async () => {
  const { join, serving } = createTown()
  const ann = await join(ANN)
  ann.say({ kind: 'watch', on: true })
  assert.equal(await ann.told(), 'people [1] gone []')
  const bob = await join(BOB)
  assert.equal(await ann.told(), 'changed [2] gone []')
  ann.say({ kind: 'card', device: device(BOB) })
  ann.say({ kind: 'call', to: device(BOB), offer: Uint8Array.of(7) })
  assert.equal(await ann.told(), 'card 2 0102')
  assert.equal(await bob.told(), 'called by 1 07')
  bob.link.close()
  assert.equal(await ann.told(), 'changed [] gone [2]')
  const { here, visible, rendezvous } = serving.counters()
  assert.deepEqual([here, visible, rendezvous.hellos, rendezvous.calls, rendezvous.cards], [1, 1, 2, 1, 1])
})

test('[SV40] a farewell is the last thing heard before the link ends', async () => {
  const { connect, time } = createTown()
  const silent = await connect(ANN)
  await time.advance(HELLO_MILLIS_MAX)
  assert.equal(await silent.told(), 'farewell silent, closed')
  const strange = await connect(BOB)
  strange.link.send(Uint8Array.of(0xff, 1, 2))
  assert.equal(await strange.told(), 'farewell malformed, closed')
})

test('[SV41] a flood of one peer is read slowly, and the others are answered at once', async () => {
  const { join, serving, time } = createTown()
  const [ann, bob] = [await join(ANN), await join(BOB)]
  for (let count = 0; count < 10_000; count++) ann.say({ kind: 'card', device: device(BOB) })
  await time.advance(10_000)
  const served = serving.counters().rendezvous.cards
  assert.ok(served <= MESSAGE_RATE.burst + 12 * MESSAGE_RATE.perSecond, `${served} of the flood were answered`)
  assert.ok(served >= 9 * MESSAGE_RATE.perSecond, `${served} of the flood were answered`)
  bob.say({ kind: 'card', device: device(ANN) })
  assert.equal(await bob.told(), 'card 1 0101')
})

test('[SV20] a server that stops says farewell before it closes', async () => {
  const { join, serving, time } = createTown()
  const ann = await join(ANN)
  const stopping = serving.stop()
  await time.advance(1_000)
  await stopping
  assert.equal(await ann.told(), 'farewell stopping, closed')
})

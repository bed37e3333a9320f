import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from '../../src/core/bytes/cbor.ts'
import { HELLO_MILLIS_MAX, PEERS_MAX, UNREAD_MILLIS_MAX } from '../../src/server/rendezvous.ts'
import { MESSAGE_RATE, PEERS_PER_ADDRESS_MAX } from '../../src/server/rendezvous-state.ts'
import { vectors } from '../vectors/rendezvous.ts'
import { createStage, device, hello } from './stage.ts'

const ANN = 1
const BOB = 2
const offer = Uint8Array.of(0xca, 0x11)

test('[SV10] a hello is answered with the address that was seen', () => {
  const stage = createStage()
  const ann = stage.join(ANN)
  assert.equal(stage.told(ann), 'welcome 1 from 10.0.0.1:5000, people on')
})

test('[SV10] a peer of a later version is spoken to in the newest one known here', () => {
  const stage = createStage()
  const ann = stage.open(ANN)
  stage.hear(ann, encode(['hello', 7, true, new Uint8Array(), null, 'something new']))
  assert.equal(stage.told(ann), 'welcome 1 from 10.0.0.1:5000, people on')
})

test('[SV11] a call is brought to the called, with who called', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB, { visible: false })]
  stage.told(bob)
  stage.say(ann, { kind: 'call', to: device(BOB), offer })
  assert.equal(stage.told(bob), 'called by 1 ca11')
})

test('[SV11] a call to somebody who is not here is answered with absent', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  stage.feed({ kind: 'closed', peer: bob })
  stage.told(ann)
  stage.say(ann, { kind: 'call', to: device(BOB), offer })
  assert.equal(stage.told(ann), 'absent 2')
})

test('[SV12] a card is given to whoever knows the device, listed or not', () => {
  const stage = createStage()
  const [ann] = [stage.join(ANN), stage.join(BOB, { visible: false })]
  stage.told(ann)
  stage.say(ann, { kind: 'card', device: device(BOB) })
  stage.say(ann, { kind: 'card', device: device(3) })
  assert.equal(stage.told(ann), 'card 2 0102, card 3 none')
})

test('[SV12] a later hello replaces the card', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  stage.say(bob, { kind: 'hello', version: 1, visible: true, listing: new Uint8Array() })
  stage.told(ann)
  stage.say(ann, { kind: 'card', device: device(BOB) })
  assert.equal(stage.told(ann), 'card 2 none')
})

test('[SV13] a message of a later version is answered with unknown, and the link stays', () => {
  const stage = createStage()
  const ann = stage.join(ANN)
  stage.told(ann)
  stage.hear(ann, encode(['mailbox', 'put']))
  assert.equal(stage.told(ann), 'unknown mailbox')
  assert.equal(stage.closed(ann), false)
})

test('[SV14] bytes that are no message end the link, with the reason', () => {
  const stage = createStage()
  const ann = stage.join(ANN)
  stage.told(ann)
  stage.hear(ann, Uint8Array.of(0xff))
  assert.equal(stage.told(ann), 'farewell malformed')
  assert.equal(stage.closed(ann), true)
  assert.equal(stage.state.peers.size, 0)
})

test('[SV14] whoever speaks before a hello is no peer', () => {
  const stage = createStage()
  const ann = stage.open(ANN)
  stage.say(ann, { kind: 'watch', on: true })
  assert.equal(stage.told(ann), 'farewell malformed')
})

test('[SV15] a link without a hello is ended in time, and not before', () => {
  const stage = createStage()
  const ann = stage.open(ANN)
  const bob = stage.join(BOB)
  stage.told(bob)
  stage.pass(HELLO_MILLIS_MAX - 1)
  assert.equal(stage.closed(ann), false)
  stage.pass(1)
  assert.equal(stage.told(ann), 'farewell silent')
  stage.pass(HELLO_MILLIS_MAX * 100)
  assert.equal(stage.told(bob), '')
})

test('[SV16] the newer connection of a device replaces the older one', () => {
  const stage = createStage()
  const [bob, older] = [stage.join(BOB), stage.join(ANN)]
  const newer = stage.open(ANN)
  assert.equal(stage.closed(older), false)
  stage.say(newer, hello(ANN))
  stage.told(bob)
  assert.match(stage.told(older), /farewell replaced$/)
  stage.feed({ kind: 'closed', peer: older })
  stage.say(bob, { kind: 'call', to: device(ANN), offer })
  assert.match(stage.told(newer), /called by 2 ca11$/)
})

test('[SV17] one address has its limit, and a peer that left makes room', () => {
  const stage = createStage()
  const school = Array.from({ length: PEERS_PER_ADDRESS_MAX }, (_, index) => stage.join(index, { group: 'school' }))
  assert.equal(stage.told(stage.open(9_001, 'school')), 'farewell crowded')
  assert.equal(stage.told(stage.open(9_002, 'home')), '')
  stage.feed({ kind: 'closed', peer: school[0] ?? 0 })
  assert.equal(stage.told(stage.open(9_003, 'school')), '')
})

test('[SV17] the server has its limit, and keeps nothing of whom it turned away', () => {
  const stage = createStage('off')
  for (let number = 0; number < PEERS_MAX; number++) stage.join(number, { group: `school ${number >> 7}` })
  const late = stage.open(99_999)
  assert.equal(stage.told(late), 'farewell full')
  assert.equal(stage.closed(late), true)
  assert.equal(stage.state.peers.size, PEERS_MAX)
  assert.equal(stage.state.groups.has('10.0.0.99999'), false)
})

test('[SV18] a peer that says too much is read more slowly, and nobody else is', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  let calls = 0
  while (stage.held(ann) === 0) {
    stage.say(ann, { kind: 'call', to: device(BOB), offer })
    calls += 1
  }
  assert.ok(calls * 2 <= MESSAGE_RATE.burst, `${calls} calls at once`)
  stage.say(bob, { kind: 'card', device: device(ANN) })
  assert.equal(stage.held(bob), 0)
})

test('[SV18] a flood that waits as it is told to comes to the named rate', () => {
  const stage = createStage()
  const [ann] = [stage.join(ANN), stage.join(BOB)]
  const start = stage.now()
  let calls = 0
  while (stage.now() < start + 60_000) {
    stage.say(ann, { kind: 'call', to: device(BOB), offer })
    calls += 1
    stage.pass(stage.held(ann))
  }
  assert.ok(calls * 2 <= MESSAGE_RATE.burst + MESSAGE_RATE.perSecond * 61, `${calls} calls in a minute`)
  assert.ok(calls * 2 >= MESSAGE_RATE.perSecond * 59, `${calls} calls in a minute`)
})

test('[SV222] who asks for one device after another, to learn who is here, is told of twenty in a second', () => {
  const stage = createStage()
  const ann = stage.join(ANN)
  const start = stage.now()
  let asked = 0
  while (stage.now() < start + 60_000) {
    stage.say(ann, { kind: 'card', device: device(1_000 + asked) })
    asked += 1
    stage.pass(stage.held(ann))
  }
  assert.ok(asked <= MESSAGE_RATE.burst + MESSAGE_RATE.perSecond * 61, `${asked} in a minute`)
})

test('[SV19] what a peer does not read is not added to: it is absent until it has room', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  stage.say(bob, { kind: 'watch', on: true })
  stage.feed({ kind: 'full', peer: bob })
  stage.told(ann)
  stage.told(bob)
  stage.say(ann, { kind: 'call', to: device(BOB), offer })
  stage.join(3)
  stage.pass(1_000)
  assert.equal(stage.told(ann), 'absent 2')
  assert.equal(stage.told(bob), '')
  stage.feed({ kind: 'room', peer: bob })
  stage.say(ann, { kind: 'call', to: device(BOB), offer })
  assert.equal(stage.told(bob), 'changed [3] gone [], called by 1 ca11')
})

test('[SV19] a peer that reads nothing for long is disconnected', () => {
  const stage = createStage()
  const [ann, bob] = [stage.join(ANN), stage.join(BOB)]
  stage.feed({ kind: 'full', peer: ann })
  stage.pass(UNREAD_MILLIS_MAX - 1)
  stage.feed({ kind: 'full', peer: ann })
  stage.feed({ kind: 'full', peer: bob })
  stage.pass(1)
  stage.feed({ kind: 'room', peer: bob })
  stage.pass(UNREAD_MILLIS_MAX)
  assert.match(stage.told(ann), /farewell slow$/)
  assert.equal(stage.closed(bob), false)
})

test('[SV20] a server that stops says so to everybody', () => {
  const stage = createStage()
  const peers = [stage.join(ANN), stage.join(BOB), stage.open(3)]
  stage.feed({ kind: 'stopping' })
  for (const peer of peers) assert.match(stage.told(peer), /farewell stopping$/)
  assert.equal(stage.state.people.entries.size, 0)
})

test('[SV21] whatever is said in whatever order, the books agree and stay small', () => {
  const frames = vectors().map(({ bytes }) => Uint8Array.from(Buffer.from(bytes, 'hex')))
  const mutated = fc.tuple(fc.constantFrom(...frames), fc.nat(), fc.nat(255)).map(([frame, at, value]) => {
    const bytes = frame.slice()
    bytes[at % Math.min(bytes.length, 40)] = value
    return bytes
  })
  const peer = fc.nat(12)
  const inputs = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('opened'), device: fc.nat(4), group: fc.nat(2) }) },
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('heard'), peer, frame: fc.constantFrom(...frames) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('heard' as const), peer, frame: mutated }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('full', 'room', 'closed'), peer }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('passed'), millis: fc.nat(12_000) }) },
    ),
    { maxLength: 60, size: 'max' },
  )
  fc.assert(
    fc.property(inputs, (inputs) => {
      const stage = createStage()
      for (const input of inputs) {
        if ('device' in input) stage.open(input.device, `group ${input.group}`)
        else if ('millis' in input) stage.pass(input.millis)
        else stage.feed(input)
        assertBooksAgree(stage.state)
      }
      for (const number of stage.state.peers.keys()) stage.feed({ kind: 'closed', peer: number })
      stage.pass(1_000_000)
      assert.deepEqual(sizes(stage.state), [0, 0, 0, 0, 0, 0, 0])
    }),
    { numRuns: 2_000 },
  )
})

type State = ReturnType<typeof createStage>['state']

const sizes = ({ peers, here, groups, greeting, full, people, watchers }: State): readonly number[] => [
  peers.size,
  here.size,
  groups.size,
  greeting.size,
  full.size,
  people.entries.size,
  watchers.waiting.size + watchers.served.size + watchers.paused.size,
]

const assertBooksAgree = ({ peers, here, groups, greeting, full, people, watchers }: State): void => {
  assert.equal(peers.size, here.size + greeting.size)
  let counted = 0
  for (const count of groups.values()) counted += count
  assert.equal(counted, peers.size)
  for (const number of [...greeting.keys(), ...full.keys()]) assert.ok(peers.has(number))
  for (const device of people.entries.keys()) assert.ok(here.has(device))
  for (const number of watchers.paused.keys()) assert.ok(full.has(number))
  for (const number of [...watchers.waiting.keys(), ...watchers.served.keys()])
    assert.ok(peers.has(number) && !full.has(number))
}

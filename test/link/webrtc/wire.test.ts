import assert from 'node:assert/strict'
import { test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { silent } from '../../../src/link/libp2p/parts.ts'
import { MESSAGE_BYTES_MAX, type Channel } from '../../../src/link/webrtc/channel.ts'
import {
  BACKLOG_BYTES_MAX,
  DataChannelWire,
  SENDING_BYTES_MAX,
  SILENT_PULSES_MAX,
} from '../../../src/link/webrtc/wire.ts'

type Message = string | Uint8Array

/** One end of a channel without a network: what is sent is noted, and what arrives is what the test says. */
const createEnd = () => {
  const sent: Message[] = []
  let onMessage: (message: Message) => void = () => {}
  let onRoom = (): void => {}
  let onClosed = (): void => {}
  const end = {
    sent,
    waiting: 0,
    arrived: 0,
    closed: false,
    bring: (message: Message) => {
      end.arrived += message.length
      onMessage(message)
    },
    drain: () => {
      end.waiting = 0
      onRoom()
    },
  }
  const channel: Channel = {
    describe: () => {},
    accept: () => {},
    add: () => {},
    remote: () => '192.0.2.7:4001',
    send: (message) => {
      if (end.closed) throw new Error('closed')
      sent.push(typeof message === 'string' ? message : Uint8Array.from(message))
      end.waiting += message.length
    },
    waiting: () => end.waiting,
    arrived: () => end.arrived,
    onMessage: (handler) => (onMessage = handler),
    onRoom: (handler) => (onRoom = handler),
    onClosed: (handler) => (onClosed = handler),
    close: () => {
      if (end.closed) return
      end.closed = true
      onClosed()
    },
  }
  const wire = new DataChannelWire(channel, {
    remoteAddr: multiaddr('/ip4/192.0.2.7/udp/4001'),
    dialled: true,
    log: silent,
  })
  const heard: number[] = []
  wire.addEventListener('message', (event) => heard.push(...event.data.subarray()))
  const words = (): readonly string[] => sent.filter((each) => typeof each === 'string')
  return { end, wire, heard, words }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('[LK44] what is sent leaves in messages of sixteen kibibytes, and no more once enough waits, until there is room', async () => {
  const { end, wire } = createEnd()
  const bytes = new Uint8Array(SENDING_BYTES_MAX + 5 * MESSAGE_BYTES_MAX + 1)
  assert.equal(wire.send(bytes), false)
  assert.equal(end.waiting, SENDING_BYTES_MAX)
  assert.equal(
    end.sent.every(({ length }) => length === MESSAGE_BYTES_MAX),
    true,
  )
  end.drain()
  await turn()
  assert.equal(
    end.sent.reduce((sum, { length }) => sum + length, 0),
    bytes.length,
  )
  assert.equal(wire.send(new Uint8Array(1)), true)
})

test('[LK44] who sends more than this side can take, or messages that are too large, ends the wire', () => {
  const busy = createEnd()
  busy.end.arrived = BACKLOG_BYTES_MAX
  busy.end.bring(new Uint8Array(1))
  assert.equal(busy.wire.status, 'open')
  busy.end.arrived += 1
  busy.end.bring(new Uint8Array(1))
  assert.deepEqual([busy.wire.status, busy.end.closed], ['aborted', true])
  const large = createEnd()
  large.end.bring(new Uint8Array(MESSAGE_BYTES_MAX))
  assert.equal(large.wire.status, 'open')
  large.end.bring(new Uint8Array(MESSAGE_BYTES_MAX + 1))
  assert.deepEqual([large.wire.status, large.end.closed], ['aborted', true])
})

test('[LK45] four looks in a row at which nothing had come end the wire, and any message counts', () => {
  const { end, wire, heard } = createEnd()
  for (let looks = 0; looks < SILENT_PULSES_MAX - 1; looks++) wire.pulse()
  end.bring('alive')
  for (let looks = 0; looks < SILENT_PULSES_MAX; looks++) wire.pulse()
  assert.equal(wire.status, 'open')
  end.bring(Uint8Array.of(7))
  for (let looks = 0; looks < SILENT_PULSES_MAX + 1; looks++) wire.pulse()
  assert.deepEqual([wire.status, end.closed, heard], ['aborted', true, [7]])
})

test('[LK45] a side that sent nothing says that it is alive, and one that sent something does not', () => {
  const { wire, words } = createEnd()
  wire.pulse()
  assert.deepEqual(words(), ['alive'])
  wire.send(Uint8Array.of(1))
  wire.pulse()
  assert.deepEqual(words(), ['alive'])
  wire.pulse()
  assert.deepEqual(words(), ['alive', 'alive'])
})

test('[LK45] words that a later version may send say nothing, and keep the wire', () => {
  const { end, wire, heard } = createEnd()
  for (const word of ['', 'Goodbye', 'x'.repeat(16_384)]) end.bring(word)
  assert.deepEqual([wire.status, heard], ['open', []])
})

test('[LK48] who closes says goodbye, and frees the channel once that is answered', async () => {
  const { end, wire, words } = createEnd()
  const closing = wire.close()
  await turn()
  assert.deepEqual([words(), end.closed], [['goodbye'], false])
  end.bring('goodbye')
  await closing
  assert.deepEqual([wire.status, end.closed], ['closed', true])
})

test('[LK48] who hears a goodbye has read all that was sent before it, answers once, and is closed', async () => {
  const { end, wire, heard, words } = createEnd()
  end.bring(Uint8Array.of(1, 2))
  end.bring('goodbye')
  assert.deepEqual([wire.status, heard, words()], ['closed', [1, 2], ['goodbye']])
  await wire.close()
  assert.deepEqual(words(), ['goodbye'])
  wire.sendReset()
  assert.equal(end.closed, true)
})

test('[LK48] a close that nobody answers ends when its caller gives up', async () => {
  const { end, wire } = createEnd()
  const giving = new AbortController()
  const closing = wire.close({ signal: giving.signal })
  await turn()
  giving.abort()
  await closing
  assert.deepEqual([wire.status, end.closed], ['closed', true])
})

test('[LK48] a channel that ends without a goodbye breaks the wire, and sending on it then harms nothing', () => {
  const { end, wire } = createEnd()
  const errors: (string | undefined)[] = []
  wire.addEventListener('close', (event) => errors.push(event.error?.message))
  end.closed = true
  wire.pulse()
  end.closed = false
  wire.sendReset()
  assert.deepEqual([wire.status, errors], ['aborted', ['the other side is gone']])
  assert.throws(() => wire.send(Uint8Array.of(1)))
})

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { fromHex } from '../../../src/core/bytes/hex.ts'
import { formatIp, parseIp } from '../../../src/core/reach/ip.ts'
import {
  ANSWER_BYTES_MORE_MAX,
  decodeBindingAnswer,
  decodeBindingRequest,
  encodeBindingAnswer,
  encodeBindingRequest,
  REQUEST_BYTES_MAX,
  TRANSACTION_BYTES,
} from '../../../src/core/stun/message.ts'

const bytesOf = (...lines: readonly string[]): Uint8Array => fromHex(lines.join('').replaceAll(' ', ''))

const TRANSACTION = bytesOf('b7e7a701 bc34d686 fa87dfae')

/** RFC 5769, 2.1: a request with software, priority, role, user name, integrity and fingerprint. */
const REQUEST = bytesOf(
  '00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff',
  '80290008 932ff9b1 51263b36 00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249',
  'c1b571a2 80280004 e57a3bcf',
)
/** RFC 5769, 2.2. */
const ANSWER_IPV4 = bytesOf(
  '0101003c 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200008 0001a147 e112a643',
  '00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7 80280004 c07d4c96',
)
/** RFC 5769, 2.3. */
const ANSWER_IPV6 = bytesOf(
  '01010048 2112a442 b7e7a701 bc34d686 fa87dfae 8022000b 74657374 20766563 746f7220 00200014 0002a147',
  '0113a9fa a5d3f179 bc25f4b5 bed2b9d9 00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41 80280004 c8fb0b4c',
)

test('[SV200] the messages of RFC 5769 are read as it says', () => {
  // Its priority is an attribute of ICE, which a server of STUN alone does not understand.
  assert.deepEqual(decodeBindingRequest(REQUEST), { transaction: TRANSACTION, unknown: [0x0024] })
  const seen = { kind: 'seen', transaction: TRANSACTION, port: 32_853 }
  assert.deepEqual(decodeBindingAnswer(ANSWER_IPV4), { ...seen, host: '192.0.2.1' })
  assert.deepEqual(decodeBindingAnswer(ANSWER_IPV6), { ...seen, host: '2001:db8:1234:5678:11:2233:4455:6677' })
})

test('[SV200] the address in an answer is hidden as in RFC 5769', () => {
  const request = { transaction: TRANSACTION, unknown: [] }
  const answer = (host: string) => encodeBindingAnswer(request, { ip: parseIp(host) ?? [], port: 32_853 })
  const attribute = (bytes: Uint8Array): Uint8Array => bytes.subarray(20)
  assert.deepEqual(attribute(answer('192.0.2.1')), ANSWER_IPV4.slice(36, 48))
  assert.deepEqual(attribute(answer('2001:db8:1234:5678:11:2233:4455:6677')), ANSWER_IPV6.slice(36, 60))
})

const transactions = fc.uint8Array({ minLength: TRANSACTION_BYTES, maxLength: TRANSACTION_BYTES })
const ips = fc.oneof(
  fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
  fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }),
)

test('[SV200] [SV202] what is asked is answered with what was seen, in at most 24 bytes more', () => {
  fc.assert(
    fc.property(transactions, ips, fc.integer({ min: 1, max: 65_535 }), (transaction, ip, port) => {
      const question = encodeBindingRequest(transaction)
      const request = decodeBindingRequest(question)
      assert.ok(request)
      const bytes = encodeBindingAnswer(request, { ip, port })
      assert.deepEqual(decodeBindingAnswer(bytes), { kind: 'seen', transaction, host: formatIp(ip), port })
      assert.ok(bytes.length <= question.length + ANSWER_BYTES_MORE_MAX)
    }),
  )
})

test('[SV201] what a request needs understood and is not is named in an error', () => {
  const request = decodeBindingRequest(REQUEST)
  assert.ok(request)
  const bytes = encodeBindingAnswer(request, { ip: [192, 0, 2, 1], port: 1 })
  assert.deepEqual(decodeBindingAnswer(bytes), { kind: 'error', transaction: TRANSACTION, code: 420 })
  assert.deepEqual(bytes.slice(20), bytesOf('00090004 00000414 000a0002 00240000'))
})

test('[SV201] other methods, answers, other protocols and long messages are no request', () => {
  const question = encodeBindingRequest(TRANSACTION)
  const changed = (at: number, value: number): Uint8Array => {
    const bytes = question.slice()
    bytes[at] = value
    return bytes
  }
  const long = new Uint8Array(REQUEST_BYTES_MAX + 4)
  long.set(question)
  new DataView(long.buffer).setUint16(2, long.length - 20)
  new DataView(long.buffer).setUint32(20, (0x8022 << 16) | (long.length - 24))
  const none = [ANSWER_IPV4, changed(1, 3), changed(0, 1), changed(4, 0), changed(3, 4), question.slice(0, 19), long]
  for (const bytes of none) assert.equal(decodeBindingRequest(bytes), undefined)
  assert.equal(decodeBindingRequest(new TextEncoder().encode('\x13/multistream/1.0.0\n')), undefined)
  assert.equal(decodeBindingAnswer(question), undefined)
})

test('[SV201] [SV202] ten thousand broken messages throw nothing, and what is answered stays small', () => {
  const whole = [REQUEST, ANSWER_IPV4, ANSWER_IPV6, encodeBindingRequest(TRANSACTION)]
  const mutated = fc
    .tuple(fc.constantFrom(...whole), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat(12))
    .map(([bytes, changes, cut]) => {
      const copy = bytes.slice(0, bytes.length - cut)
      for (const [at, value] of changes) copy[at % copy.length] = value
      return copy
    })
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: mutated }, fc.uint8Array({ maxLength: 600 })), ips, (bytes, ip) => {
      const answer = decodeBindingAnswer(bytes)
      if (answer?.kind === 'seen') assert.ok(parseIp(answer.host) && answer.port >= 0 && answer.port <= 65_535)
      const request = decodeBindingRequest(bytes)
      if (!request) return
      assert.deepEqual(request.transaction, bytes.slice(8, 20))
      assert.ok(encodeBindingAnswer(request, { ip, port: 9 }).length <= bytes.length + ANSWER_BYTES_MORE_MAX)
    }),
    { numRuns: 10_000 },
  )
})

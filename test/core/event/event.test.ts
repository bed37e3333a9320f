import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import {
  encodeEvent,
  EVENT_BYTES_MAX,
  openEvent,
  readEvent,
  signEvents,
  TIME_MAX,
  type SignedEvent,
} from '../../../src/core/event/event.ts'
import { mutated } from '../bytes/mutated.ts'
import { chainOfLength, crypto, nextOf, signerNamed } from './chains.ts'

const examples = async (): Promise<readonly SignedEvent[]> => {
  const chain = await chainOfLength('Alice', 3, 'a body')
  const together = await signEvents(
    signerNamed('Carol'),
    (await chainOfLength('Carol', 4, 'together')).map(encodeEvent),
  )
  return [
    ...chain,
    ...together,
    await nextOf('Bob', chain[2], { what: 'another', control: [chain[0]?.id ?? '', chain[1]?.id ?? ''] }),
  ]
}

test('[EV1] an event reads back as it was signed', async () => {
  for (const event of await examples()) {
    assert.deepEqual(await openEvent(crypto, event.bytes), { ok: true, value: event })
  }
})

test('[EV2] every damaged event is refused, and none of ten thousand throws', async (t) => {
  const seed = 2_001
  t.diagnostic(`seed ${seed}`)
  const valid = (await examples()).map(({ bytes }) => bytes)
  for (const { bytes } of mutated(valid, { seed })) {
    const opened = await openEvent(crypto, bytes)
    if (opened.ok)
      assert.ok(
        valid.some((each) => Buffer.compare(each, bytes) === 0),
        'only an event that was really signed',
      )
  }
})

test('[EV2] fields beyond their limits are refused', async () => {
  const [, event] = (await examples()) as [SignedEvent, SignedEvent]
  const [encoding, signature] = (decode(event.bytes) as { value: readonly Plain[] }).value as [Uint8Array, Uint8Array]
  const fields = (decode(encoding) as { value: readonly Plain[] }).value
  const kindOf = (changed: readonly Plain[]): string => {
    const read = readEvent(encode([encode(changed), signature]))
    return read.ok ? 'read' : read.refusal.kind
  }
  assert.equal(kindOf(fields), 'read')
  const wrong: Record<string, readonly Plain[]> = {
    'another version': fields.with(0, 2),
    'a short conversation': fields.with(1, new Uint8Array(31)),
    'sequence zero': fields.with(3, 0),
    'the first with a previous one': fields.with(3, 1),
    'a later one without': fields.with(4, null),
    'too many tips': fields.with(
      5,
      Array.from({ length: 65 }, () => [new Uint8Array(32), 1, new Uint8Array(32)]),
    ),
    'too many control heads': fields.with(
      6,
      Array.from({ length: 513 }, () => new Uint8Array(32)),
    ),
    'after the year 9999': fields.with(7, TIME_MAX + 1),
    'a negative kind': fields.with(8, -1),
    'no body': fields.slice(0, -1),
    'something after the body': [...fields, null],
  }
  for (const [what, changed] of Object.entries(wrong)) assert.equal(kindOf(changed), 'malformed', what)
  const large = readEvent(new Uint8Array(EVENT_BYTES_MAX + 1))
  assert.deepEqual(large, {
    ok: false,
    refusal: { kind: 'too-large', size: EVENT_BYTES_MAX + 1, limit: EVENT_BYTES_MAX },
  })
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BLOB_BYTES_MAX,
  BLOB_OVERHEAD_BYTES,
  BLOB_PLAINTEXT_BYTES_MAX,
  BLOB_SIZES,
  openBlob,
  sealBlob,
} from '../../../src/core/mailbox/blob.ts'
import { mailboxKeys } from '../../../src/core/mailbox/keys.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { mutated } from '../bytes/mutated.ts'

const crypto = createNodeCrypto()
const secret = (value: number): Uint8Array => new Uint8Array(32).fill(value)
const ours = await mailboxKeys(crypto, secret(1))
const theirs = await mailboxKeys(crypto, secret(2))
const salt = (): Uint8Array => new Uint8Array(randomBytes(32))

test('[MX2] what was sealed reads back, and its size is one of six', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (plaintext) => {
      const blob = sealBlob(ours, plaintext, salt())
      assert.ok((BLOB_SIZES as readonly number[]).includes(blob.length))
      assert.deepEqual(openBlob(ours, blob), { ok: true, value: plaintext })
    }),
    { numRuns: 200 },
  )
})

test('[MX2] each size is filled to the byte, and everything up to it looks the same', () => {
  for (const [index, size] of BLOB_SIZES.entries()) {
    const most = new Uint8Array(size - BLOB_OVERHEAD_BYTES).fill(7)
    assert.equal(sealBlob(ours, most, salt()).length, size)
    assert.deepEqual(openBlob(ours, sealBlob(ours, most, salt())), { ok: true, value: most })
    const least = (BLOB_SIZES[index - 1] ?? BLOB_OVERHEAD_BYTES) - BLOB_OVERHEAD_BYTES + 1
    assert.equal(sealBlob(ours, most.subarray(0, least), salt()).length, size)
  }
  assert.equal(BLOB_PLAINTEXT_BYTES_MAX, BLOB_BYTES_MAX - BLOB_OVERHEAD_BYTES)
  assert.throws(() => sealBlob(ours, new Uint8Array(BLOB_PLAINTEXT_BYTES_MAX + 1), salt()))
})

test('[MX3] a blob of another mailbox does not open, nor one of a mailbox with another name and the same secret', () => {
  const blob = sealBlob(theirs, Uint8Array.of(1, 2, 3), salt())
  assert.deepEqual(openBlob(ours, blob), { ok: false, refusal: { kind: 'not-ours' } })
  const renamed = { ...theirs, mailbox: ours.mailbox }
  assert.deepEqual(openBlob(renamed, blob), { ok: false, refusal: { kind: 'not-ours' } })
})

test('[MX3] ten thousand damaged blobs are refused, and nothing throws', () => {
  const blobs = [1, 900, 1_500].map((length) => sealBlob(ours, new Uint8Array(length).fill(9), salt()))
  const outcomes = new Map<string, number>()
  for (const { bytes } of mutated(blobs, { seed: 31 })) {
    const opened = openBlob(ours, bytes)
    const outcome = opened.ok ? 'opened' : opened.refusal.kind
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  // What was put on at the end and cut off again within one size is the only way to a blob that is unchanged.
  assert.deepEqual([...outcomes.keys()].toSorted(), ['not-ours', 'wrong-size'])
})

test('[MX3] two blobs cut and put together in the middle are no blob', () => {
  const [one, two] = [sealBlob(ours, secret(1), salt()), sealBlob(ours, secret(2), salt())]
  const spliced = Uint8Array.of(...one.subarray(0, 512), ...two.subarray(512))
  assert.deepEqual(openBlob(ours, spliced), { ok: false, refusal: { kind: 'not-ours' } })
  const doubled = new Uint8Array(4 * 1024)
  for (let at = 0; at < 4; at++) doubled.set(one, at * 1024)
  assert.deepEqual(openBlob(ours, doubled), { ok: false, refusal: { kind: 'not-ours' } })
})

test('[MX8] of what a dishonest server hands out, exactly the blobs of this mailbox open, each to what was sealed', () => {
  const said = ['one', 'two', 'three', 'four'].map((text) => new TextEncoder().encode(text))
  const put = said.map((each) => sealBlob(ours, each, salt()))
  const [one, two, three] = put as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const swapped = sealBlob(theirs, said[3] ?? new Uint8Array(), salt())
  // Dropped, repeated, reordered, cut short, swapped for one of another mailbox.
  const handedOut = [three, one, three, two.subarray(0, 700), swapped, one]
  const read = handedOut.map((blob) => {
    const opened = openBlob(ours, blob)
    return opened.ok ? new TextDecoder().decode(opened.value) : opened.refusal.kind
  })
  assert.deepEqual(read, ['three', 'one', 'three', 'wrong-size', 'not-ours', 'one'])
})

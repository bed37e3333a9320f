import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64url, toBase64url } from '../../../src/core/bytes/base64url.ts'

test('[BY7] bytes as text are those of RFC 4648, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(toBase64url(bytes), Buffer.from(bytes).toString('base64url'))
      assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes)
    }),
  )
})

test('[BY7] text that is not the one text of some bytes is refused', () => {
  for (const text of ['A', 'AB', 'AAB', 'AA==', 'A+', 'A/', 'ÄÄ', 'AAAAA', ' AA'])
    assert.equal(fromBase64url(text), undefined)
  fc.assert(
    fc.property(fc.string(), (text) => {
      const bytes = fromBase64url(text)
      if (bytes) assert.equal(toBase64url(bytes), text)
    }),
  )
})

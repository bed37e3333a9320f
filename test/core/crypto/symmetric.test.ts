import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '../../../src/core/bytes/hex.ts'
import {
  domain,
  equalBytes,
  hkdfExpand,
  hkdfExtract,
  hmacSha256,
  openOnce,
  sealOnce,
  sha256,
} from '../../../src/core/crypto/symmetric.ts'
import { createCipheriv, createHmac, hkdfSync, createHash } from 'node:crypto'

const key = new Uint8Array(32).fill(5)
const text = new TextEncoder().encode('meet me at noon')
const empty = new Uint8Array(0)

test('[CR1] the symmetric ciphers agree with those of OpenSSL', () => {
  assert.equal(toHex(sha256(text)), createHash('sha256').update(text).digest('hex'))
  assert.equal(toHex(hmacSha256(key, text)), createHmac('sha256', key).update(text).digest('hex'))
  const derived = hkdfExpand(hkdfExtract(text, key), 'kith test 1', text)
  const expected = new Uint8Array(hkdfSync('sha256', key, text, domain('kith test 1', text), 32))
  assert.equal(toHex(derived), toHex(expected))
  const cipher = createCipheriv('chacha20-poly1305', key, new Uint8Array(12), { authTagLength: 16 })
  cipher.setAAD(text, { plaintextLength: text.length })
  const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
  assert.equal(toHex(sealOnce(key, text, text)), sealed.toString('hex'))
})

test('[CR2] what was sealed opens only unchanged, with its key and what it is bound to', () => {
  const sealed = sealOnce(key, text, key)
  assert.deepEqual(openOnce(key, sealed, key), text)
  assert.equal(openOnce(new Uint8Array(32), sealed, key), undefined)
  assert.equal(openOnce(key, sealed, text), undefined)
  assert.equal(openOnce(key, empty, key), undefined)
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const turned = Uint8Array.from(sealed)
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(openOnce(key, turned, key), undefined)
  }
})

test('[CR2] equal byte strings are those of one length and one content', () => {
  assert.equal(equalBytes(key, Uint8Array.from(key)), true)
  assert.equal(equalBytes(key, key.subarray(1)), false)
  assert.equal(equalBytes(key, key.with(31, 0)), false)
  assert.equal(equalBytes(empty, empty), true)
})

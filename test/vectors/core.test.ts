import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decode } from '../../src/core/bytes/cbor.ts'
import { fromHex } from '../../src/core/bytes/hex.ts'
import { isControl, KIND } from '../../src/core/event/kinds.ts'
import { readEpoch } from '../../src/core/group/epoch.ts'
import { opensSlot, vectors, VECTORS_FILE } from './core.ts'

type Written = { readonly sealedEpoch: { readonly body: string }; readonly epoch: { readonly chaining: string } }

const { sealedEpoch, ...written } = JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as Written

test('[BY6] identity, events, epochs, sessions and contents have the bytes of the test vectors', async () => {
  assert.deepEqual(await vectors(), written)
})

test('[BY6] the epoch of the test vectors opens to the secrets that stand beside it', async () => {
  const decoded = decode(fromHex(sealedEpoch.body))
  assert.equal(await opensSlot(decoded.ok ? readEpoch(decoded.value) : undefined), written.epoch.chaining)
})

test('[BY6] the kinds of events have the numbers that are written down, and those below 16 are control events', () => {
  assert.deepEqual(KIND, { found: 1, join: 2, epoch: 3, unopened: 4, operation: 5, sealed: 16 })
  assert.deepEqual([15, 16].map(isControl), [true, false])
})

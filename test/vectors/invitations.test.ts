import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromHex } from '../../src/core/bytes/hex.ts'
import { opensIntroduction, vectors, VECTORS_FILE } from './invitations.ts'

type Written = { readonly sealedAnswer: { readonly introduction: string; readonly bytes: string } }

const { sealedAnswer, ...written } = JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as Written

test('[BY6] invitations, requests, answers and safety numbers have the bytes of the test vectors', async () => {
  assert.deepEqual(await vectors(), written)
})

test('[BY6] the answer of the test vectors opens to the introduction that stands beside it', async () => {
  assert.equal(await opensIntroduction(fromHex(sealedAnswer.bytes)), sealedAnswer.introduction)
})

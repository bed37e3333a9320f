import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { KIND } from '../../../src/core/event/kinds.ts'
import { readEpoch } from '../../../src/core/group/epoch.ts'
import { readFounding, readJoining } from '../../../src/core/group/founding.ts'
import { contentIn, openContent, readSealed, sealContent } from '../../../src/core/group/sealed.ts'
import { operationBody } from '../../../src/core/group/operation.ts'
import { readUnopened } from '../../../src/core/group/unopened.ts'
import { mutated } from '../bytes/mutated.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { createPair } from './device.ts'
import { forge } from './forge.ts'

const crypto = createNodeCrypto()

/** An event of each kind that Bob wrote, by kind. */
const written = async () => {
  const { alice, bob } = await createPair(crypto)
  await bob.founds(alice)
  await bob.joins()
  await bob.says('hello')
  await bob.complains('ee'.repeat(32))
  const title = await forge(bob, { kind: KIND.operation, body: operationBody({ kind: 'title', title: 'Trip' }) })
  const all = [...bob.wrote, title]
  return { alice, bob, of: (kind: number) => all.find((event) => event.kind === kind) ?? assert.fail() }
}

/** What is left to read of ten thousand damaged copies of a body. */
const damaged = function* (body: Plain, seed: number): Generator<Plain> {
  for (const { bytes } of mutated([encode(body)], { seed })) {
    const decoded = decode(bytes)
    if (decoded.ok) yield decoded.value
  }
}

test('[GR35] no damaged body throws, and what is read keeps its form', async (t) => {
  const seed = 35_001
  t.diagnostic(`seed ${seed}`)
  const { of } = await written()
  for (const body of damaged(of(KIND.epoch).body, seed)) {
    const epoch = readEpoch(body)
    if (epoch)
      assert.equal(
        epoch[5].every(([, , sealed]) => sealed.length >= 80 && sealed.length <= 1168),
        true,
      )
  }
  for (const body of damaged(of(KIND.sealed).body, seed)) assert.equal(readSealed(body)?.length ?? 4, 4)
  for (const body of damaged(of(KIND.unopened).body, seed)) assert.equal(readUnopened(body)?.[1].length ?? 1248, 1248)
})

test('[GR16] no damaged founding or joining body admits another device than the one it was written for', async (t) => {
  const seed = 16_001
  t.diagnostic(`seed ${seed}`)
  const { alice, bob, of } = await written()
  const [founding, joining] = [of(KIND.found), of(KIND.join)]
  for (const body of damaged(founding.body, seed)) {
    const entries = (await readFounding(crypto, { ...founding, body }))?.entries
    // The slot keys are the author's to choose; the certificates are not.
    if (entries)
      assert.deepEqual(
        entries.map(({ certificate }) => certificate[1]),
        [bob.id, alice.id],
      )
  }
  for (const body of damaged(joining.body, seed)) {
    const entry = await readJoining(crypto, { ...joining, body })
    if (entry) assert.deepEqual(entry.certificate, bob.certificate)
  }
})

test('[GR12] no damaged sealed body opens', (t) => {
  const seed = 12_002
  t.diagnostic(`seed ${seed}`)
  const key = new Uint8Array(32).fill(3)
  const place = { conversation: '11'.repeat(32), author: '22'.repeat(32), seq: 7, epoch: '33'.repeat(32), index: 2 }
  const { body } = sealContent(key, place, Uint8Array.of(1, 2, 3))
  for (const changed of damaged(body, seed)) {
    const sealed = readSealed(changed)
    const plaintext = sealed && openContent(key, { ...place, epoch: sealed[0], index: sealed[1] }, sealed)
    assert.equal(plaintext && contentIn(plaintext), undefined)
  }
})

test('[GR19] no body of any kind makes receiving throw, and the talk goes on', async (t) => {
  const seed = 19_001
  t.diagnostic(`seed ${seed}`)
  const { alice, bob, of } = await written()
  await alice.hears(bob.wrote)
  for (const kind of Object.values(KIND)) {
    let tried = 0
    for (const body of damaged(of(kind).body, seed)) {
      if (++tried > 200) break
      const { replica } = alice
      const outcome = await alice.hears([await forge(bob, { kind, body })])
      assert.doesNotMatch(outcome.join(' '), /content/)
      alice.replica = replica
    }
    assert.ok(tried > 20)
  }
  assert.equal((await alice.hears(await bob.says('still here'))).at(-1), 'content: still here')
})

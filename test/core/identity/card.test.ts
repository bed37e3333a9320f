import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import type { Crypto } from '../../../src/core/crypto/port.ts'
import { toHex } from '../../../src/core/bytes/hex.ts'
import {
  LISTING_BYTES_MAX,
  openCard,
  openListing,
  signCard,
  signListing,
  type Card,
} from '../../../src/core/identity/card.ts'
import {
  certify,
  deviceOf,
  personOf,
  verifyCertificate,
  type Certificate,
} from '../../../src/core/identity/certificate.ts'
import type { Name } from '../../../src/core/identity/name.ts'
import { createDeterministicCrypto } from '../deterministic-crypto.ts'
import { mutated } from '../bytes/mutated.ts'

const crypto = createNodeCrypto()
const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

const cardOf = async (person: number, device: number, name = 'Alice', ciphers: Crypto = crypto): Promise<Card> => {
  const id = toHex(await ciphers.publicKey(seed(device)))
  const certificate = await certify(ciphers, { rootSeed: seed(person), device: id, now: 1_000 })
  const slotKey = Uint8Array.from(await ciphers.slotKey(seed(device + 100)))
  return { certificate, name: name as Name, nameTime: 2_000, slotKey, slotTime: 3_000 }
}

const kindOf = async (opened: ReturnType<typeof openCard> | ReturnType<typeof openListing>): Promise<string> => {
  const result = await opened
  return result.ok ? 'opened' : result.refusal.kind
}

test('[ID1] a card and its listing open as they were signed', async () => {
  const card = await cardOf(1, 2)
  const signed = new Uint8Array(await signListing(crypto, seed(2), card))
  // Both tell the bytes of the listing, which others may be shown.
  const opened = await openCard(crypto, await signCard(crypto, seed(2), card))
  assert.deepEqual(opened, { ok: true, value: { ...card, signed } })
  const { slotKey: _, slotTime: __, ...listing } = card
  assert.deepEqual(await openListing(crypto, signed), { ok: true, value: { ...listing, signed } })
})

test('[PE65] a card names up to four servers, and one that names none is of the first version', async () => {
  const card = await cardOf(1, 2)
  const signed = new Uint8Array(await signListing(crypto, seed(2), card))
  const addresses = ['chat.example.org:12345', '[2001:db8::7]:4000', '203.0.113.7:1', 'b.example.org:2']
  for (const named of [addresses, []]) {
    const servers = { addresses: named, time: 4_000 }
    const opened = await openCard(crypto, await signCard(crypto, seed(2), { ...card, servers }))
    assert.deepEqual(opened, { ok: true, value: { ...card, servers, signed } })
  }
  const wrong = ['no port', 'a b:1', 'host:0', 'host:65536', `${'x'.repeat(127)}:1`, 'http://host:1', 'user@host:1']
  for (const named of [[...addresses, 'e.example.org:5'], ...wrong.map((each) => [each])]) {
    const servers = { addresses: named, time: 4_000 }
    assert.equal(await kindOf(openCard(crypto, await signCard(crypto, seed(2), { ...card, servers }))), 'malformed')
  }
})

test('[ID2] a card signed by another than the device of its certificate is refused', async () => {
  const card = await cardOf(1, 2)
  assert.equal(await kindOf(openCard(crypto, await signCard(crypto, seed(9), card))), 'bad-signature')
  const stolen: Certificate = [
    personOf(card.certificate),
    toHex(await crypto.publicKey(seed(9))),
    1_000,
    card.certificate[3],
  ]
  const forged = { ...card, certificate: stolen }
  assert.equal(await kindOf(openCard(crypto, await signCard(crypto, seed(9), forged))), 'bad-signature')
  assert.equal(await kindOf(openListing(crypto, await signListing(crypto, seed(9), forged))), 'bad-signature')
})

test('[ID2] a certificate is of no use for another person, device or time', async () => {
  const { certificate } = await cardOf(1, 2)
  const [person, device, time, signature] = certificate
  assert.equal(await verifyCertificate(crypto, certificate), true)
  assert.equal(await verifyCertificate(crypto, [device, device, time, signature]), false)
  assert.equal(await verifyCertificate(crypto, [person, person, time, signature]), false)
  assert.equal(await verifyCertificate(crypto, [person, device, time + 1, signature]), false)
  assert.equal(deviceOf(certificate), device)
})

test('[ID2] a listing does not pass for a card, nor a card for a listing', async () => {
  const card = await cardOf(1, 2)
  assert.equal(await kindOf(openCard(crypto, await signListing(crypto, seed(2), card))), 'malformed')
  assert.equal(await kindOf(openListing(crypto, await signCard(crypto, seed(2), card))), 'malformed')
})

test('[ID3] a name that is not allowed is refused, however well it is signed', async () => {
  for (const name of [' Alice', 'Ali\u202Ece', '', 'x'.repeat(41), 'e\u0301']) {
    const card = await cardOf(1, 2, name)
    assert.equal(
      await kindOf(openListing(crypto, await signListing(crypto, seed(2), card))),
      'bad-name',
      JSON.stringify(name),
    )
  }
})

test('[ID4] no damaged card or listing opens, and none of ten thousand throws', async (t) => {
  const random = 4_002
  t.diagnostic(`seed ${random}`)
  // Signatures by the stand-in: forty thousand real ones would take a while.
  const ciphers = createDeterministicCrypto()
  const card = await cardOf(1, 2, 'Alice', ciphers)
  const listing = await signListing(ciphers, seed(2), card)
  for (const { bytes } of mutated([await signCard(ciphers, seed(2), card)], { seed: random }))
    assert.equal((await openCard(ciphers, bytes)).ok, false)
  for (const { bytes } of mutated([listing], { seed: random }))
    assert.equal((await openListing(ciphers, bytes)).ok, false)
  assert.equal(await kindOf(openListing(crypto, new Uint8Array(LISTING_BYTES_MAX + 1))), 'malformed')
})

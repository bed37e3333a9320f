import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode, encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { fromHex, toHex } from '../../../src/core/bytes/hex.ts'
import { encodeEvent, openEvent, signEvents, type SignedEvent } from '../../../src/core/event/event.ts'
import { proofVerifier, SIGNED_TOGETHER_MAX } from '../../../src/core/event/proof.ts'
import { createNodeCrypto } from '../../../src/crypto/node.ts'
import { chainOfLength } from './chains.ts'

const crypto = createNodeCrypto()
const SEED = new Uint8Array(32).fill(3)
const AUTHOR = toHex(await crypto.publicKey(SEED))

/** A chain of events, signed together. */
const together = async (count: number, what = ''): Promise<readonly SignedEvent[]> => {
  const chain = await chainOfLength('Alice', count, what)
  const own = chain.map((event) => encodeEvent({ ...event, author: AUTHOR }))
  return signEvents({ crypto, deviceSeed: SEED }, own)
}

type Envelope = readonly [encoding: Plain, signature: Plain, index: number, path: Uint8Array]

const envelopeOf = ({ bytes }: SignedEvent): Envelope => {
  const decoded = decode(bytes)
  assert.ok(decoded.ok)
  return decoded.value as unknown as Envelope
}

const kindOf = async (envelope: readonly Plain[]): Promise<string> => {
  const opened = await openEvent(crypto, encode(envelope))
  return opened.ok ? 'opened' : opened.refusal.kind
}

test('[EV12] however many are signed together, each proves itself alone', async () => {
  for (let count = 1; count <= 2 * SIGNED_TOGETHER_MAX + 3; count++) {
    const events = await together(count)
    for (const event of events.toReversed())
      assert.deepEqual(await openEvent(crypto, event.bytes), { ok: true, value: event })
  }
})

test('[EV12] up to sixteen take one signature', async () => {
  const signatures = async (count: number): Promise<number> =>
    new Set((await together(count)).map((event) => toHex(envelopeOf(event)[1] as Uint8Array))).size
  const counts = await Promise.all([0, 1, 2, 3, 8, 11, 15, 16, 17, 48].map(signatures))
  assert.deepEqual(counts, [0, 1, 1, 1, 1, 1, 1, 1, 2, 3])
})

test('[EV12] the signature is over the root of the tree that the protocol describes', async () => {
  const [one, two] = (await together(2)) as [SignedEvent, SignedEvent]
  const root = createHash('sha256').update('kith tree 1').update(fromHex(one.id)).update(fromHex(two.id)).digest()
  const [, signature, index, path] = envelopeOf(two)
  assert.deepEqual([index, toHex(path)], [1, one.id])
  const message = Buffer.concat([Buffer.from('kith event 1'), root])
  assert.equal(await crypto.verify(fromHex(AUTHOR), message, signature as Uint8Array), true)
})

test('[EV12] an event alone has no place and no path', async () => {
  const [event] = (await together(1)) as [SignedEvent]
  assert.equal(envelopeOf(event).length, 2)
  const [encoding, signature] = envelopeOf(event)
  assert.equal(await kindOf([encoding, signature, 0, new Uint8Array(0)]), 'malformed')
})

test('[EV13] another place, path or signature is refused', async () => {
  const events = await together(16)
  const others = await together(16, 'others')
  for (const [at, event] of events.entries()) {
    const [encoding, signature, index, path] = envelopeOf(event)
    const [, otherSignature, , otherPath] = envelopeOf(others[at] as SignedEvent)
    const wrong: Record<string, readonly Plain[]> = {
      'another place': [encoding, signature, (index + 1) % 16, path],
      'the path of its neighbour': [encoding, signature, index, envelopeOf(events[at ^ 1] as SignedEvent)[3]],
      'the path of another time': [encoding, signature, index, otherPath],
      'the signature of another time': [encoding, otherSignature, index, path],
      'no path': [encoding, signature],
      'a part of its path': [encoding, signature, index % 8, path.subarray(0, 96)],
      'the upper part of its path': [encoding, signature, index >> 1, path.subarray(32)],
    }
    for (const [what, envelope] of Object.entries(wrong))
      assert.equal(await kindOf(envelope), 'bad-signature', `${what}, ${at}`)
  }
})

test('[EV13] a place beyond the tree, and a path of no whole number of hashes or of too many, are refused', async () => {
  const [event] = (await together(4)) as [SignedEvent]
  const [encoding, signature, index, path] = envelopeOf(event)
  const wrong: Record<string, readonly Plain[]> = {
    'a place beyond': [encoding, signature, 4, path],
    'a negative place': [encoding, signature, -1, path],
    'half a hash': [encoding, signature, index, path.subarray(0, 48)],
    'five hashes': [encoding, signature, index, new Uint8Array(160)],
    'no path': [encoding, signature, index],
    'something more': [encoding, signature, index, path, null],
    'no signature': [encoding],
  }
  for (const [what, envelope] of Object.entries(wrong)) assert.equal(await kindOf(envelope), 'malformed', what)
})

test('[EV13] what was not among them is refused in the place of one, and so are all bits turned', async () => {
  const [first, second] = (await together(2)) as [SignedEvent, SignedEvent]
  const [stranger] = (await together(1, 'a stranger')) as [SignedEvent]
  const [, ...proof] = envelopeOf(first)
  assert.equal(await kindOf([envelopeOf(stranger)[0], ...proof]), 'bad-signature')
  for (let bit = 0; bit < second.bytes.length * 8; bit++) {
    const turned = Uint8Array.from(second.bytes)
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal((await openEvent(crypto, turned)).ok, false, `bit ${bit}`)
  }
})

test('[EV13] whatever was verified before, the answer is that of an event verified alone', async () => {
  const [some, others] = [await together(16), await together(11, 'others')]
  const mallory = new Uint8Array(32).fill(9)
  // Mallory signs with own words what Alice wrote, and words that Alice never wrote.
  const stolen = await signEvents({ crypto, deviceSeed: mallory }, some.slice(0, 5).map(encodeEvent))
  const honest = [...some, ...others]
  const envelopes = [...honest, ...stolen].map(envelopeOf)
  const mixed = fc.record({
    event: fc.nat(envelopes.length - 1),
    signature: fc.nat(envelopes.length - 1),
    index: fc.nat(15),
    path: fc.nat(envelopes.length - 1),
    cut: fc.constantFrom(32, 64, 96, 128),
    what: fc.constantFrom('itself', 'itself', 'index', 'path', 'cut', 'signature', 'bit'),
  })
  const asked = fc.array(mixed, { minLength: 1, maxLength: 40 })
  const seen = new Set<boolean>()
  await fc.assert(
    fc.asyncProperty(asked, async (questions) => {
      const verify = proofVerifier(crypto)
      for (const { event, signature, index, path, cut, what } of questions) {
        const own = envelopes[event] ?? assert.fail()
        const turned = Uint8Array.from(own[3])
        turned[index * 7] = (turned[index * 7] ?? 0) ^ 1
        const proof = {
          signature: (what === 'signature' ? envelopes[signature]?.[1] : own[1]) as Uint8Array,
          index: what === 'index' ? index : own[2],
          path: {
            itself: own[3],
            index: own[3],
            signature: own[3],
            path: envelopes[path]?.[3] ?? own[3],
            cut: own[3].subarray(0, cut),
            bit: turned,
          }[what],
        }
        const id = [...honest, ...stolen][event]?.id ?? assert.fail()
        const alone = await proofVerifier(crypto)({ author: AUTHOR, id }, proof)
        assert.equal(await verify({ author: AUTHOR, id }, proof), alone)
        seen.add(alone)
      }
    }),
    { numRuns: 150 },
  )
  assert.deepEqual(seen, new Set([true, false]))
})

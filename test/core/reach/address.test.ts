import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseAddress } from '../../../src/core/reach/address.ts'
import { encode } from '../../../src/core/bytes/cbor.ts'
import { decodeOffer, encodeOffer, OFFER_ADDRESSES_MAX, offeredAddresses } from '../../../src/core/reach/offer.ts'

const spell = (text: string): string => {
  const address = parseAddress(text)
  return address ? `${address.text} ${address.path}${address.loopback ? ' loopback' : ''}` : 'refused'
}

test('[RC1] an address is an IP address and a port, and says how a link to it would run', () => {
  assert.deepEqual(
    ['203.0.113.7:4001', '192.168.1.5:1', '172.15.0.1:80', '172.16.0.1:80', '100.64.0.1:9', '127.0.0.1:65535'].map(
      spell,
    ),
    [
      '203.0.113.7:4001 direct',
      '192.168.1.5:1 nearby',
      '172.15.0.1:80 direct',
      '172.16.0.1:80 nearby',
      '100.64.0.1:9 nearby',
      '127.0.0.1:65535 nearby loopback',
    ],
  )
  assert.deepEqual(
    ['[2001:db8::7]:4001', '[fe80::1]:2', '[fd00:0:0::1]:3', '[::1]:4', '[2001:DB8:0:0:1:0:0:1]:5'].map(spell),
    [
      '[2001:db8::7]:4001 direct',
      '[fe80::1]:2 nearby',
      '[fd00::1]:3 nearby',
      '[::1]:4 nearby loopback',
      '[2001:db8::1:0:0:1]:5 direct',
    ],
  )
})

test('[RC1] one address has one spelling', () => {
  const spellings = ['[2001:db8::1]:7', '[2001:0db8:0:0:0:0:0:1]:7', '[2001:DB8::0:1]:7', '[2001:db8::0.0.0.1]:7']
  assert.deepEqual([...new Set(spellings.map(spell))], ['[2001:db8::1]:7 direct'])
  assert.equal(spell('[::ffff:192.168.1.5]:9'), '192.168.1.5:9 nearby')
})

test('[RC1] names, zones, odd spellings and places where nobody listens are refused', () => {
  const refused = [
    ['localhost:80', 'example.org:80', '[fe80::1%eth0]:80', '1.2.3:80', '1.2.3.4.5:80', '01.2.3.4:80', '1.2.3.256:80'],
    [
      '0x7f.1.1.1:80',
      '1.2.3.4',
      '1.2.3.4:',
      '1.2.3.4:0',
      '1.2.3.4:65536',
      '1.2.3.4:080',
      ' 1.2.3.4:80',
      '1.2.3.4:80\n',
    ],
    ['0.0.0.0:80', '224.0.0.1:80', '255.255.255.255:80', '[::]:80', '[ff02::1]:80', '[::ffff:0.0.0.0]:80'],
    [
      '[1::2::3]:80',
      '[1:2:3:4:5:6:7]:80',
      '[1:2:3:4:5:6:7:8:9]:80',
      '[1:2:3:4:5:6:7::8]:80',
      '[:1]:80',
      '[12345::]:80',
    ],
    ['2001:db8::1:80', '[1.2.3.4]:80', 'relay', '', `${'1'.repeat(100)}:80`],
  ].flat()
  assert.deepEqual(
    refused.filter((text) => spell(text) !== 'refused'),
    [],
  )
})

test('[RC1] what was read is read the same again, and no text throws', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.tuple(fc.ipV4(), fc.nat(70_000)).map(([ip, port]) => `${ip}:${port}`),
    fc.tuple(fc.ipV6(), fc.nat(70_000)).map(([ip, port]) => `[${ip}]:${port}`),
    fc.stringMatching(/^\[?[0-9a-f:.]{0,40}\]?:[0-9]{0,6}$/),
  )
  fc.assert(
    fc.property(anything, (text) => {
      const address = parseAddress(text)
      if (address) assert.deepEqual(parseAddress(address.text), address)
    }),
    { numRuns: 10_000 },
  )
})

test('[RC1] every IPv6 address has an address of the URL standard that is the same', () => {
  fc.assert(
    fc.property(fc.ipV6(), (ip) => {
      const address = parseAddress(`[${ip}]:81`)
      if (address?.host.startsWith('[')) assert.equal(address.host, new URL(`http://[${ip}]:81`).hostname)
    }),
    { numRuns: 2_000 },
  )
})

test('[RC2] an offer comes out as it went in, without what is no address', () => {
  const bytes = encodeOffer('ask', ['192.168.1.5:4001', 'example.org:80', '192.168.1.5:4001', '[2001:db8::1]:9'])
  const offer = decodeOffer(bytes)
  assert.ok(offer.ok)
  assert.equal(offer.value.kind, 'ask')
  assert.deepEqual(
    offer.value.addresses.map((each) => each.text),
    ['192.168.1.5:4001', '[2001:db8::1]:9'],
  )
})

test('[RC2] more than eight addresses, host names and unknown kinds are refused', () => {
  const nine = Array.from({ length: OFFER_ADDRESSES_MAX + 1 }, (_, index) => `10.0.0.${index + 1}:80`)
  const refused = [
    encode([1, 'ask', nine]),
    encode([1, 'ask', ['example.org:80']]),
    encode([1, 'ask', [7]]),
    encode([1, 'demand', []]),
    encode([2, 'ask', []]),
    encode([1, 'ask']),
    new Uint8Array(),
    new Uint8Array(5_000),
  ]
  assert.deepEqual(
    refused.map((bytes) => decodeOffer(bytes).ok),
    refused.map(() => false),
  )
  const most = decodeOffer(encodeOffer('answer', nine))
  assert.equal(most.ok && most.value.addresses.length, OFFER_ADDRESSES_MAX)
})

test('[RC2] mutated offers are refused or read, and never throw', () => {
  const good = encodeOffer('ask', ['192.168.1.5:4001', '[2001:db8::1]:9', '203.0.113.7:443'])
  const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(flips, fc.nat(good.length), (changes, length) => {
      const bytes = good.slice(0, length)
      for (const [at, byte] of changes) if (at < length) bytes[at] = byte
      const offer = decodeOffer(bytes)
      if (offer.ok) assert.ok(offer.value.addresses.length <= OFFER_ADDRESSES_MAX)
    }),
    { numRuns: 10_000 },
  )
})

test('[RC16] what is offered is where this device listens, seen from inside and from outside', () => {
  assert.deepEqual(offeredAddresses(['192.168.1.5:4001', '127.0.0.1:4001'], '203.0.113.7:51234'), [
    '192.168.1.5:4001',
    '127.0.0.1:4001',
    '203.0.113.7:4001',
  ])
  assert.deepEqual(offeredAddresses(['192.168.1.5:4001'], '127.0.0.1:51234'), ['192.168.1.5:4001'])
  assert.deepEqual(offeredAddresses(['192.168.1.5:4001'], '[2001:db8::7]:51234'), ['192.168.1.5:4001'])
  assert.deepEqual(offeredAddresses([], '203.0.113.7:51234'), [])
})

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseAddress } from '../../../src/core/reach/address.ts'
import { inDialOrder } from '../../../src/core/reach/known.ts'
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
  assert.deepEqual(offeredAddresses(['192.168.1.5:4001', '127.0.0.1:4001'], '203.0.113.7:51234', undefined), [
    '192.168.1.5:4001',
    '127.0.0.1:4001',
    '203.0.113.7:4001',
  ])
  const offered = (own: readonly string[], observed: string) => offeredAddresses(own, observed, undefined)
  assert.deepEqual(offered(['192.168.1.5:4001'], '127.0.0.1:51234'), ['192.168.1.5:4001'])
  assert.deepEqual(offered(['192.168.1.5:4001'], '[2001:db8::7]:51234'), ['192.168.1.5:4001'])
  assert.deepEqual(offered([], '203.0.113.7:51234'), [])
})

test('[RC44] a port that the router passes on takes the place of the guess where the server sees that very host', () => {
  const offered = (mapped: string) => offeredAddresses(['192.168.1.5:4001'], '203.0.113.7:51234', mapped)
  assert.deepEqual(offered('203.0.113.7:4777'), ['192.168.1.5:4001', '203.0.113.7:4777'])
  assert.deepEqual(offered('203.0.113.9:4777'), ['192.168.1.5:4001', '203.0.113.7:4001'])
  assert.deepEqual(offered('100.64.3.7:4777'), ['192.168.1.5:4001', '203.0.113.7:4001'])
  assert.deepEqual(offeredAddresses(['192.168.1.5:4001'], undefined, '100.64.3.7:4777'), ['192.168.1.5:4001'])
})

test('[RC47] neither family takes the places of the other in an offer, and none of them is made of the card’s number', () => {
  const bridges = Array.from({ length: 12 }, (_, index) => `172.17.${index}.1:4001`)
  const six = ['[2001:db8::1234]:4001', '[fd00::5054:ff:fe12:3456]:4001', '[2001:db8::5054:ff:fe12:3456]:4001']
  assert.deepEqual(offeredAddresses([...bridges, ...six, '127.0.0.1:4001'], '203.0.113.7:51234', undefined), [
    '[2001:db8::1234]:4001',
    '172.17.0.1:4001',
    '[fd00::5054:ff:fe12:3456]:4001',
    '172.17.1.1:4001',
    '172.17.2.1:4001',
    '172.17.3.1:4001',
    '172.17.4.1:4001',
    '203.0.113.7:4001',
  ])
})

test('[RC47] both families have half of the places at least where both would fill them', () => {
  const host = (ip: string) => (ip.includes(':') ? `[${ip}]:4001` : `${ip}:4001`)
  const own = fc.tuple(fc.array(fc.ipV4(), { minLength: 9 }), fc.array(fc.ipV6(), { minLength: 9 }))
  fc.assert(
    fc.property(own, ([four, six]) => {
      const offered = offeredAddresses([...four, ...six].map(host), undefined, undefined)
      const parsed = (some: readonly string[]) => new Set(some.flatMap((ip) => parseAddress(host(ip))?.text ?? []))
      const [sixes, fours] = [parsed(six), parsed(four)]
      if (fours.size < 9 || [...sixes].filter((text) => text.startsWith('[')).length < 9) return
      assert.equal(offered.length, OFFER_ADDRESSES_MAX)
      assert.ok(offered.filter((text) => text.startsWith('[')).length >= 3)
      assert.ok(offered.filter((text) => !text.startsWith('[')).length >= 3)
    }),
  )
})

test('[RC48] of addresses that are equally near, IPv6 and IPv4 are dialled in turn, IPv6 first', () => {
  const texts = ['203.0.113.7:1', '203.0.113.8:1', '192.168.1.5:1', '127.0.0.1:1', '[2001:db8::7]:1', '[fd00::7]:1']
  const addresses = texts.flatMap((text) => parseAddress(text) ?? [])
  assert.deepEqual(
    inDialOrder(addresses).map(({ text }) => text),
    ['[fd00::7]:1', '192.168.1.5:1', '127.0.0.1:1', '[2001:db8::7]:1', '203.0.113.7:1', '203.0.113.8:1'],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byUsefulness, formatAddress, parseAddress, pathOf } from '../../src/link/address.ts'

test('[LK10] an address is HOST:PORT, for IPv6 in brackets', () => {
  assert.deepEqual(parseAddress('192.168.1.7:4001'), { host: '192.168.1.7', port: 4001 })
  assert.deepEqual(parseAddress('kith.example.org:12345'), { host: 'kith.example.org', port: 12_345 })
  assert.deepEqual(parseAddress('[2001:db8::7]:4001'), { host: '2001:db8::7', port: 4001 })
  assert.deepEqual(parseAddress('[fe80::1%eth0]:1'), { host: 'fe80::1%eth0', port: 1 })
})

test('[LK10] what is no address is not read as one', () => {
  const none = ['', 'relay', 'host', ':1', 'host:', 'host:0', 'host:65536', 'host:1:2', '::1:80', '[::1]', '[nope]:1']
  const odd = ['a b:1', 'host:-1', 'host:1e3', '[::1]:', 'http://host:1', `${'h'.repeat(254)}:1`, 'host:1\n']
  for (const text of [...none, ...odd]) assert.equal(parseAddress(text), undefined, JSON.stringify(text))
})

test('[LK10] an address that was read is written the same, and no text throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.domain()), fc.nat({ max: 70_000 }), (host, port) => {
      for (const text of [host, `${host}:${port}`, `[${host}]:${port}`]) {
        const address = parseAddress(text)
        pathOf(text)
        if (address !== undefined) assert.deepEqual(parseAddress(formatAddress(address)), address)
      }
    }),
    { numRuns: 10_000 },
  )
})

test('[LK11] nearby is this machine and this network, direct is beyond, relay goes through the server', () => {
  const nearby = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.0.9', '169.254.3.3', '100.64.0.1']
  const names = ['localhost', 'ann.local', 'ANN.LOCAL', 'x.localhost']
  for (const host of [...nearby, ...names]) assert.equal(pathOf(`${host}:1`), 'nearby', host)
  for (const host of ['::1', 'fd00::1', 'fc12::1', 'fe80::1%eth0', '::ffff:10.0.0.1'])
    assert.equal(pathOf(`[${host}]:1`), 'nearby', host)
  for (const host of ['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', 'kith.org', '11.0.0.1'])
    assert.equal(pathOf(`${host}:1`), 'direct', host)
  assert.equal(pathOf('[2001:db8::1]:1'), 'direct')
  assert.equal(pathOf('[::ffff:8.8.8.8]:1'), 'direct')
  assert.equal(pathOf('relay'), 'relayed')
})

test('[LK11] the address that others can most likely use comes first', () => {
  const hosts = ['::1', '127.0.0.1', '169.254.1.1', '2001:db8::1', '203.0.113.4', 'fd00::1', '192.168.1.2']
  assert.deepEqual(hosts.sort(byUsefulness), [
    '192.168.1.2',
    'fd00::1',
    '203.0.113.4',
    '2001:db8::1',
    '169.254.1.1',
    '127.0.0.1',
    '::1',
  ])
})

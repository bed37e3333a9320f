import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressGroup } from '../../src/link/address-group.ts'

test('[SV17] an IPv6 address counts as its /64, an IPv4 address as itself', () => {
  assert.equal(addressGroup('192.0.2.7:5000'), '192.0.2.7')
  assert.equal(addressGroup('[::ffff:192.0.2.7]:5000'), '192.0.2.7')
  assert.equal(addressGroup('[2001:db8:0:7::1]:5000'), '2001:db8:0:7::/64')
  assert.equal(addressGroup('[2001:DB8:0:7:ffff:1:2:3]:80'), '2001:db8:0:7::/64')
  assert.equal(addressGroup('[2001:db8::1]:1'), '2001:db8:0:0::/64')
  assert.equal(addressGroup('[::1]:1'), '0:0:0:0::/64')
  assert.equal(addressGroup('[fe80::1%eth0]:1'), 'fe80:0:0:0::/64')
  assert.equal(addressGroup('udp 192.0.2.7:5000'), '192.0.2.7')
  assert.equal(addressGroup('udp [2001:db8:0:7::1]:5000'), '2001:db8:0:7::/64')
  assert.equal(addressGroup('strange'), 'strange')
})

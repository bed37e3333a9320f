import type { Family, Mapping } from '../../../src/core/reach/nat.ts'
import type { NetworkView } from '../../../src/view/network-view.ts'

/** Before the moment at which the stories take place. */
const LOOKED = Date.UTC(2026, 10, 22, 21, 4, 40)

/** Addresses outside are those that RFC 5737 and RFC 3849 keep for examples. */
const CONE: Mapping = { kind: 'endpoint-independent', outside: '203.0.113.9:41873', portKept: true }
const SYMMETRIC: Mapping = { kind: 'address-and-port-dependent', outside: '203.0.113.9:52011' }
const UNKNOWN: Mapping = { kind: 'unknown' }

const family = (tcp: Mapping, facts: Partial<Family> = {}): Family => ({
  address: 'private',
  server: 'answers',
  tcp,
  udp: tcp,
  ...facts,
})

const NO_IPV6 = family(UNKNOWN, { address: 'none', server: 'unasked' })

/** A home where all is well. */
export const GOOD_NETWORK: NetworkView = {
  looked: LOOKED,
  own: {
    ipv4: family(CONE),
    ipv6: family({ kind: 'none', outside: '[2001:db8::17]:41873' }, { address: 'global' }),
    udp: 'leaves',
    carrier: 'no',
  },
  mapped: { at: 'mapped', outside: '203.0.113.9:41873', by: 'pcp' },
  servers: [{ address: 'chat.example.org:12345', roundTrip: 23.4 }],
}

/** A network that lets nobody in: all that can be odd is. */
export const HARD_NETWORK: NetworkView = {
  looked: LOOKED,
  own: { ipv4: family(SYMMETRIC, { udp: UNKNOWN }), ipv6: NO_IPV6, udp: 'blocked', carrier: 'suspected' },
  mapped: { at: 'failed', because: 'no-answer', detail: 'PCP, NAT-PMP, UPnP' },
  servers: [{ address: 'chat.example.org:12345', roundTrip: 131 }],
}

/** Nobody was asked yet. */
export const UNSEEN_NETWORK: NetworkView = {
  own: { ipv4: family(UNKNOWN, { server: 'unasked' }), ipv6: NO_IPV6, udp: 'unknown', carrier: 'unknown' },
  mapped: { at: 'off' },
  servers: [],
}

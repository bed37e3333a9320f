import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addMapping,
  addressIn,
  askAddress,
  controlsIn,
  deleteMapping,
  faultIn,
  locationIn,
  orderBody,
} from '../../../src/core/gateway/igd.ts'
import {
  decodeAddressAnswer,
  decodeNatPmpMap,
  encodeAddressRequest,
  encodeNatPmpMap,
} from '../../../src/core/gateway/nat-pmp.ts'
import { decodePcpMap, encodePcpMap } from '../../../src/core/gateway/pcp.ts'
import { gatewayOfBsd, gatewayOfLinux, gatewayOfWindows } from '../../../src/core/gateway/route.ts'

const REQUEST = { internal: 4001, external: 4001, seconds: 3_600 }
const NONCE = Uint8Array.from({ length: 12 }, (_, index) => index + 1)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (...parts: readonly string[]): Uint8Array => new Uint8Array(Buffer.from(parts.join(''), 'hex'))

const MAPPED_PCP = bytes(
  '0281000000000e1000000009000000000000000000000000',
  '0102030405060708090a0b0c060000000fa10fa200000000000000000000ffff2d4e6402',
)

test('[LK62] what a router is asked over PCP and NAT-PMP is as the RFCs have it', () => {
  const [header, own] = ['0201000000000e10', '00000000000000000000ffffc0a80102']
  const map = ['0102030405060708090a0b0c', '06000000', '0fa10fa1', '00000000000000000000ffff00000000']
  assert.equal(hex(encodePcpMap(REQUEST, { nonce: NONCE, own: [192, 168, 1, 2] })), [header, own, ...map].join(''))
  assert.equal(hex(encodeNatPmpMap(REQUEST)), '000200000fa10fa100000e10')
  assert.equal(hex(encodeAddressRequest()), '0000')
})

test('[LK62] what a router answers over PCP and NAT-PMP is read, and nothing that answers somebody else', () => {
  const mapped = { kind: 'mapped', external: 4002, seconds: 3_600 }
  assert.deepEqual(decodePcpMap(MAPPED_PCP, REQUEST, NONCE), { ...mapped, host: '45.78.100.2' })
  const refused = MAPPED_PCP.with(3, 2)
  assert.deepEqual(decodePcpMap(refused, REQUEST, NONCE), { kind: 'refused', code: 2 })
  assert.deepEqual(decodePcpMap(MAPPED_PCP.with(3, 1), REQUEST, NONCE), { kind: 'other-version' })
  assert.deepEqual(decodePcpMap(bytes('0081000100000009'), REQUEST, NONCE), { kind: 'other-version' })
  assert.equal(decodePcpMap(MAPPED_PCP, REQUEST, NONCE.with(0, 9)), undefined)
  assert.equal(decodePcpMap(MAPPED_PCP, { ...REQUEST, internal: 4003 }, NONCE), undefined)
  assert.deepEqual(decodeNatPmpMap(bytes('00820000000000090fa10fa200000e10'), REQUEST), mapped)
  assert.deepEqual(decodeNatPmpMap(bytes('0082000300000009'), REQUEST), { kind: 'refused', code: 3 })
  assert.equal(decodeNatPmpMap(bytes('00820000000000090fa20fa200000e10'), REQUEST), undefined)
  assert.deepEqual(decodeAddressAnswer(bytes('00800000000000092d4e6402')), { kind: 'address', host: '45.78.100.2' })
  assert.equal(decodeAddressAnswer(bytes('00820000000000092d4e6402')), undefined)
})

/** A sound answer with a few bytes changed, cut off or added: what a stranger on the network would send. */
const mutated = (sound: Uint8Array) =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(sound.length), fc.nat(255)), { maxLength: 4 }),
      fc.nat(sound.length),
      fc.uint8Array({ maxLength: 8 }),
    )
    .map(([changes, cut, more]) => {
      const changed = Uint8Array.from([...sound.slice(0, cut), ...more, ...sound.slice(cut)].slice(0, sound.length))
      for (const [index, value] of changes) if (index < changed.length) changed[index] = value
      return changed.subarray(0, changed.length - (changes.length % 3))
    })

test('[LK61] no datagram makes any of it throw: ten thousand that were changed a little, or are anything at all', () => {
  const any = fc.oneof(
    mutated(MAPPED_PCP),
    mutated(bytes('00820000000000090fa10fa200000e10')),
    mutated(bytes('00800000000000092d4e6402')),
    fc.uint8Array({ maxLength: 80 }),
  )
  fc.assert(
    fc.property(any, (each) => {
      const [pcp, map, address] = [
        decodePcpMap(each, REQUEST, NONCE),
        decodeNatPmpMap(each, REQUEST),
        decodeAddressAnswer(each),
      ]
      for (const answer of [pcp, map])
        if (answer?.kind === 'mapped') assert.ok(answer.external <= 65_535 && answer.seconds <= 0xffff_ffff)
      if (address?.kind === 'address') assert.match(address.host, /^(\d{1,3}\.){3}\d{1,3}$/)
      locationIn(Buffer.from(each).toString('latin1'))
      controlsIn(Buffer.from(each).toString('latin1'))
    }),
    { numRuns: 10_000 },
  )
})

const ANSWER = [
  'HTTP/1.1 200 OK',
  'CACHE-CONTROL: max-age=120',
  'St: urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'USN: uuid:1::urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'EXT:',
  'Location: http://192.168.1.1:49000/igddesc.xml',
  '',
  '',
].join('\r\n')

test('[LK64] a router that answers a search says where it describes itself; other devices and other words say nothing', () => {
  assert.equal(locationIn(ANSWER), 'http://192.168.1.1:49000/igddesc.xml')
  assert.equal(locationIn(ANSWER.replaceAll('Gateway', 'Light')), undefined)
  assert.equal(locationIn(ANSWER.replace('200 OK', '404 Not Found')), undefined)
  assert.equal(locationIn('HTTP/1.1 200 OK\r\nST: x\r\n\r\n'), undefined)
  assert.equal(locationIn('NOTIFY * HTTP/1.1\r\n\r\n'), undefined)
})

const description = (services: readonly string[]): string =>
  `<?xml version="1.0"?><root><device><serviceList>${services
    .map((type) => `<service><serviceType>${type}</serviceType><controlURL>/ctl/${type.at(-3)}</controlURL></service>`)
    .join('')}</serviceList></device></root>`

test('[LK64] of a description only the services for ports are taken, of both versions and both kinds of line', () => {
  const [ip, ppp] = [
    'urn:schemas-upnp-org:service:WANIPConnection:2',
    'urn:schemas-upnp-org:service:WANPPPConnection:1',
  ]
  const found = controlsIn(description(['urn:schemas-upnp-org:service:Layer3Forwarding:1', ip, ppp]))
  assert.deepEqual(found, [
    { service: ip, path: '/ctl/n' },
    { service: ppp, path: '/ctl/n' },
  ])
  assert.deepEqual(controlsIn('<service>'.repeat(5_000)), [])
  assert.deepEqual(controlsIn(description([ip]).replace('/ctl/n', 'x'.repeat(10_000))), [])
})

test('[LK64] orders name the port, this device and how long; replies say where outside, or why not', () => {
  const order = addMapping({ internal: 4001, external: 4002, client: '192.168.1.2', seconds: 60 })
  const body = orderBody('urn:x', order)
  assert.match(body, /<u:AddPortMapping xmlns:u="urn:x"><NewRemoteHost><\/NewRemoteHost><NewExternalPort>4002</)
  assert.match(body, /<NewInternalPort>4001<.*<NewInternalClient>192\.168\.1\.2<.*<NewLeaseDuration>60</)
  assert.match(orderBody('urn:x', deleteMapping(4002)), /<NewExternalPort>4002<.*<NewProtocol>TCP</)
  assert.match(orderBody('urn:x', askAddress()), /<u:GetExternalIPAddress xmlns:u="urn:x"><\/u:GetExternalIPAddress>/)
  assert.equal(addressIn('<a><NewExternalIPAddress>45.78.100.2</NewExternalIPAddress></a>'), '45.78.100.2')
  assert.equal(faultIn('<UPnPError><errorCode>718</errorCode></UPnPError>'), 718)
  assert.equal(faultIn('<errorCode>many</errorCode>'), undefined)
  assert.equal(addressIn('<NewExternalIPAddress>45'), undefined)
})

test('[LK62] the router is found in what Linux, macOS and Windows say of their routes, the nearest of several', () => {
  const linux = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0',
    'eth0\t00000000\tFE00000A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    'eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
  ].join('\n')
  assert.equal(gatewayOfLinux(linux), '10.0.0.254')
  assert.equal(gatewayOfLinux(linux.split('\n')[0] ?? ''), undefined)
  assert.equal(gatewayOfBsd('   route to: default\n    gateway: 192.168.1.1\n  interface: en0\n'), '192.168.1.1')
  assert.equal(gatewayOfBsd('route: writing to routing socket: not in table\n'), undefined)
  assert.equal(gatewayOfBsd('    gateway: fe80::1%en0\n'), undefined)
  const windows = [
    'Aktive Routen:',
    '     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik',
    '          0.0.0.0          0.0.0.0      192.168.2.1    192.168.2.50     35',
    '          0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.50     25',
  ].join('\r\n')
  assert.equal(gatewayOfWindows(windows), '192.168.1.1')
  assert.equal(gatewayOfWindows(''), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseAddress, type Address } from '../../../src/core/reach/address.ts'
import { isReachable, judgeNetwork, outlookOf, type Look, type OwnNetwork } from '../../../src/core/reach/nat.ts'

const at = (text: string): Address => {
  const address = parseAddress(text)
  assert(address, text)
  return address
}

/** Each answer as `own port of this device > where the server saw it`. */
const seen = (answers: readonly string[]) =>
  answers.map((answer) => {
    const [local = '', outside = ''] = answer.split(' > ')
    return { local: at(local), outside: at(outside) }
  })

const look = (tcp: readonly string[], udp: readonly string[] | 'unasked' = tcp): Look => ({
  tcp: seen(tcp),
  udp: udp === 'unasked' ? [] : seen(udp),
  udpAsked: udp !== 'unasked',
})

const HOME = '192.168.1.2:4001'
const home = (ipv4: Look, mapped?: string): OwnNetwork =>
  judgeNetwork({ addresses: [HOME], ipv4, ...(mapped !== undefined && { mapped }) })

const summary = ({ ipv4, udp, carrier }: OwnNetwork): string =>
  `${ipv4.address}, server ${ipv4.server}, tcp ${ipv4.tcp.kind}, udp ${udp} ${ipv4.udp.kind}, carrier ${carrier}`

test('[RC40] two ports of a server that see one port at one place tell a router that keeps it, two places one that does not', () => {
  const cases: Record<string, Look> = {
    cone: look(['192.168.1.2:5000 > 45.78.100.2:5000', '192.168.1.2:5000 > 45.78.100.2:5000']),
    'cone that changes ports': look(['192.168.1.2:5000 > 45.78.100.2:1025', '192.168.1.2:5000 > 45.78.100.2:1025']),
    symmetric: look(['192.168.1.2:5000 > 45.78.100.2:1025', '192.168.1.2:5000 > 45.78.100.2:1026']),
    'two addresses outside': look(['192.168.1.2:5000 > 45.78.100.2:1025', '192.168.1.2:5000 > 45.78.100.3:1025']),
    'one answer': look(['192.168.1.2:5000 > 45.78.100.2:5000']),
    silence: look([]),
  }
  assert.deepEqual(
    Object.entries(cases).map(([name, each]) => `${name}: ${summary(home(each))}`),
    [
      'cone: private, server answers, tcp endpoint-independent, udp leaves endpoint-independent, carrier unknown',
      'cone that changes ports: private, server answers, tcp endpoint-independent, udp leaves endpoint-independent, carrier unknown',
      'symmetric: private, server answers, tcp address-and-port-dependent, udp leaves address-and-port-dependent, carrier unknown',
      'two addresses outside: private, server answers, tcp address-and-port-dependent, udp leaves address-and-port-dependent, carrier unknown',
      'one answer: private, server answers, tcp unknown, udp leaves unknown, carrier unknown',
      'silence: private, server silent, tcp unknown, udp unknown unknown, carrier unknown',
    ],
  )
  const kept = [cases['cone'], cases['cone that changes ports']].map((each) => each && home(each).ipv4.tcp)
  assert.deepEqual(
    kept.map((tcp) => tcp?.kind === 'endpoint-independent' && tcp.portKept),
    [true, false],
  )
})

test('[RC40] who is seen at an address of its own has no router before it', () => {
  const own = '45.78.100.2:5000 > 45.78.100.2:5000'
  const { ipv4 } = judgeNetwork({ addresses: ['45.78.100.2:4001'], ipv4: look([own, own]) })
  assert.deepEqual(ipv4.tcp, { kind: 'none', outside: '45.78.100.2:5000' })
  assert.equal(ipv4.address, 'global')
})

test('[RC41] a server on the own network tells nothing of the router', () => {
  const inside = '192.168.1.2:5000 > 192.168.1.2:5000'
  assert.equal(
    summary(home(look([inside, inside]))),
    'private, server inside, tcp unknown, udp leaves unknown, carrier unknown',
  )
  assert.equal(outlookOf(home(look([inside, inside])), false), 'unknown')
})

test('[RC42] UDP counts as held back only where a server that answers over UDP answered over TCP alone', () => {
  const tcp = ['192.168.1.2:5000 > 45.78.100.2:5000', '192.168.1.2:5000 > 45.78.100.2:5000']
  assert.equal(home(look(tcp, [])).udp, 'blocked')
  assert.equal(home(look(tcp, 'unasked')).udp, 'unknown')
  assert.equal(home(look([], [])).udp, 'unknown')
  assert.equal(home(look(tcp, tcp.slice(1))).udp, 'leaves')
})

test('[RC43] a second router is suspected where the first is not at the address that the server sees, or gives a shared one', () => {
  const outside = ['192.168.1.2:5000 > 45.78.100.2:5000', '192.168.1.2:5000 > 45.78.100.2:5000']
  assert.equal(home(look(outside), '45.78.100.2:4001').carrier, 'no')
  assert.equal(home(look(outside), '45.78.100.9:4001').carrier, 'suspected')
  assert.equal(home(look(outside), '100.64.3.2:4001').carrier, 'suspected')
  assert.equal(home(look([]), '10.0.0.2:4001').carrier, 'suspected')
  const shared = '100.64.3.2:5000 > 45.78.100.2:5000'
  assert.equal(judgeNetwork({ addresses: ['100.64.3.2:4001'], ipv4: look([shared, shared]) }).carrier, 'suspected')
})

test('[RC43] a mapped port helps where no second router stands before it, and a family that works is enough', () => {
  const symmetric = look(['192.168.1.2:5000 > 45.78.100.2:1025', '192.168.1.2:5000 > 45.78.100.2:1026'])
  assert.equal(outlookOf(home(symmetric), false), 'hard')
  assert.equal(outlookOf(home(symmetric, '45.78.100.2:4001'), true), 'open')
  assert.equal(outlookOf(home(symmetric, '100.64.3.2:4001'), true), 'hard')
  const six = '[2001:db8::2]:5000 > [2001:db8::2]:5000'
  const dual = judgeNetwork({ addresses: [HOME, '[2001:db8::2]:4001'], ipv4: symmetric, ipv6: look([six, six]) })
  assert.equal(outlookOf(dual, false), 'callable')
  assert.equal(dual.ipv6.address, 'global')
})

test('[RC44] a mapped port is told to others only where it is at the global address that the server sees', () => {
  assert.equal(isReachable('45.78.100.2:4001', '45.78.100.2:61000'), true)
  assert.equal(isReachable('45.78.100.9:4001', '45.78.100.2:61000'), false)
  assert.equal(isReachable('100.64.3.2:4001', '100.64.3.2:61000'), false)
  assert.equal(isReachable('127.0.0.1:4001', '127.0.0.1:61000'), false)
  assert.equal(isReachable('anything', '45.78.100.2:61000'), false)
  assert.equal(isReachable('45.78.100.2:4001', undefined), true)
  assert.equal(isReachable('45.78.100.2:4001', '[2001:db8::2]:61000'), true)
  assert.equal(isReachable('100.64.3.2:4001', undefined), false)
})

test('[RC40] whatever was seen, the judgement is the same for the same answers in another order, and nothing throws', () => {
  const place = fc
    .tuple(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6().map((ip) => `[${ip}]`),
      ),
      fc.integer({ min: 1, max: 65_535 }),
    )
    .map(([host, port]) => parseAddress(`${host}:${port}`))
    .filter((address) => address !== undefined)
  const seenAnywhere = fc.array(fc.record({ local: place, outside: place }), { maxLength: 4 })
  const anyLook = fc.record({ tcp: seenAnywhere, udp: seenAnywhere, udpAsked: fc.boolean() })
  fc.assert(
    fc.property(anyLook, anyLook, place, (ipv4, ipv6, mapped) => {
      const addresses = ipv4.tcp.map(({ local }) => local.text)
      const judged = judgeNetwork({ addresses, ipv4, ipv6, mapped: mapped.text })
      const turned = { ...ipv4, tcp: ipv4.tcp.toReversed(), udp: ipv4.udp.toReversed() }
      const again = judgeNetwork({ addresses, ipv4: turned, ipv6, mapped: mapped.text })
      assert.equal(again.ipv4.tcp.kind, judged.ipv4.tcp.kind)
      assert.equal(again.udp, judged.udp)
      assert.ok(['open', 'callable', 'hard', 'unknown'].includes(outlookOf(judged, true)))
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromBase64url, toBase64url } from '../../../src/core/bytes/base64url.ts'
import { decode, encode } from '../../../src/core/bytes/cbor.ts'
import { domain, sha256 } from '../../../src/core/crypto/symmetric.ts'
import type { Name } from '../../../src/core/identity/name.ts'
import { decodeLink, encodeLink, LINK_CHARACTERS_MAX, type InvitationLink } from '../../../src/core/invitation/link.ts'
import { mutated } from '../bytes/mutated.ts'
import { linkBy, NOW, SECRET } from './world.ts'

const ANN = { person: 'aa'.repeat(32), device: 'bb'.repeat(32) }
const CLIMBERS = { conversation: 'cc'.repeat(32), role: 'member', title: 'Climbers' } as const

const kindOf = (text: string): string => {
  const link = decodeLink(text)
  return link.ok ? 'read' : link.refusal.kind
}

/** A text with a right checksum around any bytes. */
const signedText = (inside: Uint8Array): string => {
  const checksum = sha256(domain('kith link 1', inside)).subarray(0, 4)
  return `kith:${toBase64url(Uint8Array.of(...inside, ...checksum))}`
}

test('[IN1] an invitation reads back from its text, for one person and for a group', () => {
  for (const link of [linkBy(ANN), linkBy(ANN, { group: CLIMBERS }), linkBy(ANN, { servers: [], addresses: [] })])
    assert.deepEqual(decodeLink(encodeLink(link)), { ok: true, value: link })
})

test('[IN1] white space within and quotes around the text do not matter', () => {
  const text = encodeLink(linkBy(ANN))
  const wrapped = text.replace(/(.{40})/g, '$1\r\n  ')
  for (const each of [
    ` ${text}\n`,
    `<${text}>`,
    `“${text}”.`,
    wrapped,
    text.replace('kith:', 'KITH:'),
    text.replace(':', '://'),
  ])
    assert.equal(kindOf(each), 'read', each)
})

test('[IN2] the text is never longer than 700 characters: addresses go first, then servers, then the end of the title', () => {
  const long = linkBy(ANN, {
    inviter: { ...ANN, name: '😀'.repeat(40) as Name },
    servers: [`${'a'.repeat(122)}:12345`, 'second.org:1'],
    addresses: Array.from({ length: 9 }, (_, index) => `[2001:db8:1111:2222:3333:4444:5555:${6660 + index}]:40001`),
    group: { ...CLIMBERS, title: '🧗'.repeat(60) },
  })
  const text = encodeLink(long)
  assert(text.length <= LINK_CHARACTERS_MAX, `${text.length}`)
  const read = decodeLink(text)
  assert(read.ok)
  assert.deepEqual(
    [read.value.servers, read.value.addresses, read.value.inviter],
    [long.servers.slice(0, 1), [], long.inviter],
  )
  assert.match(read.value.group?.title ?? '', /^(🧗){5,}…$/u)
  const usual = decodeLink(encodeLink({ ...long, inviter: { ...ANN, name: 'Ann' as Name }, group: null }))
  assert.equal(usual.ok && usual.value.addresses.length, 4)
  const named = decodeLink(encodeLink(linkBy(ANN, { servers: [`${'a'.repeat(200)}:1`] })))
  assert.deepEqual(named.ok && named.value.servers, [])
})

test('[IN2] whatever an invitation says, its text has a bounded length and reads back', () => {
  const name = fc.stringMatching(/^[a-z]([a-z ]{0,38}[a-z])?$/).map((each) => each.replace(/ +/g, ' ') as Name)
  const group = fc.option(fc.record({ ...constants(CLIMBERS), title: name }, { noNullPrototype: true }))
  const some = fc.record({
    name,
    group,
    expires: fc.maxSafeNat(),
    servers: fc.uniqueArray(fc.constantFrom('h:1', '[::1]:12345', 'a.example.org:80', '203.0.113.7:9')),
  })
  fc.assert(
    fc.property(some, ({ name: called, ...rest }) => {
      const link = linkBy(ANN, { inviter: { ...ANN, name: called }, ...(rest as Partial<InvitationLink>) })
      const text = encodeLink(link)
      assert(text.length <= LINK_CHARACTERS_MAX)
      assert.deepEqual(decodeLink(text), { ok: true, value: link })
    }),
  )
})

const constants = <Values extends object>(values: Values) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    readonly [Key in keyof Values]: fc.Arbitrary<Values[Key]>
  }

test('[IN3] what is no whole invitation is mangled, one of a later version is newer, and one beyond 700 is too long', () => {
  const text = encodeLink(linkBy(ANN))
  for (const each of [
    '',
    'kith:',
    'hello',
    'https://example.org',
    text.slice(0, -1),
    `${text}A`,
    text.slice(1),
    text.replace(/.$/, '-'),
  ])
    assert.equal(kindOf(each), 'invitation-mangled', each)
  assert.equal(kindOf(signedText(encode([3, 'whatever']))), 'invitation-newer')
  for (const version of [0, 1, 2]) assert.equal(kindOf(signedText(encode([version]))), 'invitation-mangled')
  assert.equal(kindOf(signedText(encode('x'))), 'invitation-mangled')
  assert.equal(kindOf(`kith:${'A'.repeat(LINK_CHARACTERS_MAX)}`), 'invitation-too-long')
  assert.equal(kindOf('x'.repeat(1_000_000)), 'invitation-too-long')
  assert.equal(kindOf(' '.repeat(1_000_000)), 'invitation-mangled')
})

test('[IN3] a name, title, server or address that is not allowed is refused, however right the checksum', () => {
  const fields = (change: object): Uint8Array => {
    const all = {
      name: 'Ann',
      server: 'h:1',
      addresses: ['192.168.1.7:4001'],
      secret: SECRET,
      group: [new Uint8Array(32), 'member', 'Climbers'],
      ...change,
    }
    const key = new Uint8Array(32)
    return encode([1, key, key, all.name, all.server, all.addresses, all.secret, NOW, all.group])
  }
  assert.equal(kindOf(signedText(fields({}))), 'read')
  for (const change of [
    { name: 'An\u202en' },
    { name: ' Ann' },
    { server: 'h' },
    { server: 'h:99999' },
    { server: 'user@h:1' },
    { server: `${'h'.repeat(200)}:1` },
    { addresses: ['example.org:1'] },
    { addresses: ['0.0.0.0:1'] },
    { addresses: Array.from({ length: 5 }, () => '192.168.1.7:4001') },
    { secret: new Uint8Array(15) },
    { group: [new Uint8Array(32), 'owner', 'Climbers'] },
    { group: [new Uint8Array(32), 'member', '\u0007'] },
  ])
    assert.equal(kindOf(signedText(fields(change))), 'invitation-mangled', JSON.stringify(change))
})

test('[IN3] no damaged text is read as an invitation, and none of ten thousand throws', (t) => {
  const random = 5_001
  t.diagnostic(`seed ${random}`)
  const links = [linkBy(ANN), linkBy(ANN, { group: CLIMBERS })].map((each) => Buffer.from(encodeLink(each)))
  let same = 0
  const texts = new Set(links.map((each) => each.toString()))
  for (const { bytes } of mutated(links, { seed: random })) {
    const link = decodeLink(Buffer.from(bytes).toString())
    // Case of the prefix, white space and what stands around do not count.
    if (link.ok) assert(texts.has(encodeLink(link.value)))
    if (link.ok) same += 1
  }
  t.diagnostic(`${same} still said the same`)
  for (const { bytes } of mutated(
    links.map((each) => Buffer.from(each.toString().slice(5), 'base64url').subarray(0, -4)),
    {
      seed: random + 1,
    },
  ))
    decodeLink(signedText(bytes))
})

test('[IN30] several servers are named by a text of the second version, one or none by one of the first', () => {
  const versionOf = (link: InvitationLink): unknown => {
    const inside = fromBase64url(encodeLink(link).slice('kith:'.length))?.slice(0, -4)
    const decoded = inside && decode(inside)
    return decoded?.ok && Array.isArray(decoded.value) ? decoded.value[0] : undefined
  }
  const servers = ['a.example.org:1', 'b.example.org:2', '[2001:db8::7]:3', '203.0.113.7:4', 'e.example.org:5']
  assert.deepEqual(
    [0, 1, 2, 4, 5].map((count) => versionOf(linkBy(ANN, { servers: servers.slice(0, count) }))),
    [1, 1, 2, 2, 2],
  )
  const read = decodeLink(encodeLink(linkBy(ANN, { servers: [...servers, 'no server'] })))
  assert.deepEqual(read.ok && read.value.servers, servers.slice(0, 4))
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode, type Plain } from '../../../src/core/bytes/cbor.ts'
import { fromHex, toHex } from '../../../src/core/bytes/hex.ts'
import { parseAddress } from '../../../src/core/reach/address.ts'
import { candidateLine, readCandidate, type Candidate } from '../../../src/link/webrtc/candidate.ts'
import { composeSdp, isPassword, isUfrag, readDescription } from '../../../src/link/webrtc/description.ts'
import { decodeSignal, encodeSignal, SIGNAL_BYTES_MAX } from '../../../src/link/webrtc/signal.ts'
import { mutated } from '../../core/bytes/mutated.ts'
import { signals, vectors, VECTORS_FILE } from '../../vectors/signal.ts'

const UFRAG = 'LT32'
const PASSWORD = '576mEn3+gPb46Xs6UnFaVh'
const DIGEST = new Uint8Array(32).fill(7)

const isRead = (...items: readonly Plain[]): boolean => decodeSignal(encode(items)).ok

test('[LK42] the bytes are those of the test vectors, and read back as what they were', () => {
  assert.deepEqual(vectors(), JSON.parse(readFileSync(VECTORS_FILE, 'utf8')))
  for (const [index, { bytes }] of vectors().entries())
    assert.deepEqual(decodeSignal(fromHex(bytes)), { ok: true, value: signals[index] })
})

test('[LK42] what has another form is no signal', () => {
  assert.equal(isRead('offer', UFRAG, PASSWORD, DIGEST), true)
  const others: readonly (readonly Plain[])[] = [
    [],
    ['offer'],
    ['Offer', UFRAG, PASSWORD, DIGEST],
    ['offer', 'LT3', PASSWORD, DIGEST],
    ['offer', 'x'.repeat(33), PASSWORD, DIGEST],
    ['offer', 'LT32\r\na=candidate:1', PASSWORD, DIGEST],
    ['offer', UFRAG, PASSWORD.slice(1), DIGEST],
    ['offer', UFRAG, 'x'.repeat(65), DIGEST],
    ['offer', UFRAG, `${PASSWORD}\n`, DIGEST],
    ['offer', UFRAG, PASSWORD, DIGEST.subarray(1)],
    ['offer', UFRAG, PASSWORD, DIGEST, 'active'],
    ['answer', UFRAG, PASSWORD, DIGEST],
    ['answer', UFRAG, PASSWORD, DIGEST, 'actpass'],
    ['candidate', 'host', 'a.local:5'],
    ['candidate', 'host', '192.0.2.7:0'],
    ['candidate', 'host', '192.0.2.7:65536'],
    ['candidate', 'host', '192.0.2.07:5'],
    ['candidate', 'host', '224.0.0.251:5353'],
    ['candidate', 'host', '0.0.0.0:5'],
    ['candidate', 'host', '[fe80::1%eth0]:5'],
    ['candidate', 'host', '[2001:DB8::7]:5'],
    ['candidate', 'relay', '192.0.2.7:5'],
    ['candidate', 'host', '192.0.2.7:5', 'typ relay'],
    ['gathered', null],
    ['refused', 'because'],
  ]
  assert.deepEqual(
    others.filter((each) => isRead(...each)),
    [],
  )
  assert.equal(decodeSignal(new Uint8Array(SIGNAL_BYTES_MAX + 1)).ok, false)
})

test('[LK42] mutated signals are read or refused, and never throw; what is read has one encoding', (context) => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  context.diagnostic(`seed ${seed}`)
  for (const { bytes } of mutated(signals.map(encodeSignal), { seed })) {
    const read = decodeSignal(bytes)
    if (read.ok) assert.equal(toHex(encodeSignal(read.value)), toHex(bytes))
  }
})

test('[LK42] whatever was let through makes these lines and no others for the library', () => {
  const chars = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/']
  const iceText = (least: number, most: number) =>
    fc.array(fc.constantFrom(...chars), { minLength: least, maxLength: most }).map((each) => each.join(''))
  fc.assert(
    fc.property(
      iceText(4, 32).filter(isUfrag),
      iceText(22, 64).filter(isPassword),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (ufrag, password, fingerprint) => {
        const sdp = composeSdp({ ufrag, password, fingerprint }, 'actpass', 16_384)
        assert.equal(sdp.split('\r\n').length, 16)
        assert.deepEqual(readDescription(sdp), { ufrag, password, fingerprint: Uint8Array.from(fingerprint) })
      },
    ),
  )
})

test('[LK42] of what the library says of this side only addresses without names and zones are passed on', () => {
  const line = (host: string, more = 'typ host', transport = 'UDP'): string =>
    `a=candidate:1 1 ${transport} 2114977791 ${host} 37255 ${more}`
  const read = (text: string): string | undefined => {
    const candidate = readCandidate(text)
    return candidate && `${candidate.type} ${candidate.address.text}`
  }
  assert.equal(read(line('192.0.2.2')), 'host 192.0.2.2:37255')
  assert.equal(read(line('fd00::2')), 'host [fd00::2]:37255')
  assert.equal(read(line('203.0.113.9', 'typ srflx raddr 192.168.1.2 rport 37255')), 'srflx 203.0.113.9:37255')
  const left = [
    line('5f1c.local'),
    line('fe80::1%eth0'),
    line('192.0.2.2', 'typ relay'),
    line('192.0.2.2', 'typ host', 'TCP'),
    'a=end-of-candidates',
  ]
  assert.deepEqual(left.map(read), [undefined, undefined, undefined, undefined, undefined])
})

test('[LK43] own cards go before what a server saw, and earlier ones before later ones', () => {
  const address = parseAddress('[2001:db8::7]:4001') ?? assert.fail()
  const candidate = (type: Candidate['type']): Candidate => ({ type, address })
  assert.equal(candidateLine(candidate('host'), 0), 'candidate:1 1 UDP 2130706431 2001:db8::7 4001 typ host')
  const seen = candidateLine(candidate('srflx'), 3)
  assert.equal(seen, 'candidate:4 1 UDP 1694498047 2001:db8::7 4001 typ srflx raddr 0.0.0.0 rport 9')
  assert.deepEqual(readCandidate(seen), candidate('srflx'))
})

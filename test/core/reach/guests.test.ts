import assert from 'node:assert/strict'
import test from 'node:test'
import {
  GUEST_GRACE_MILLIS,
  GUEST_TURN_MILLIS,
  GUEST_VISITS_PER_MINUTE,
  GUESTS_MAX,
  isVisitable,
  NO_GUESTS,
  stepGuests,
  type Guests,
  type Need,
  type Standing,
} from '../../../src/core/reach/guests.ts'
import { readServer } from '../../../src/core/reach/server-address.ts'

const needOf = (device: string, ...servers: string[]): Need => ({ device, servers, relayed: false })

/** A device with servers of its own, in a world of others; `at` says how it stands with a server. */
const visitor = (own: readonly string[]) => {
  const at = new Map<string, Standing>(own.map((each) => [each, 'connected']))
  let guests: Guests = NO_GUESTS
  let wake = Infinity
  return {
    at,
    wake: () => wake,
    places: () => guests.places.map(({ address }) => address),
    step: (needs: readonly Need[], now: number): readonly string[] => {
      const world = {
        needs,
        own: (address: string) => (own.includes(address) ? at.get(address) : undefined),
        visited: (address: string) => (own.includes(address) ? undefined : at.get(address)),
      }
      const stepped = stepGuests(guests, world, now)
      guests = stepped.guests
      wake = stepped.wake
      return guests.places.map(({ address }) => address)
    },
  }
}

test('[RC75] a server is visited of somebody with whom none is shared that works, and of nobody else', () => {
  const me = visitor(['a:1', 'b:1'])
  assert.deepEqual(me.step([needOf('bob', 'c:1', 'a:1'), needOf('eve', 'c:1', 'd:1'), needOf('dan')], 0), ['c:1'])
  me.at.set('a:1', 'failing')
  me.at.set('c:1', 'connected')
  assert.deepEqual(me.step([needOf('bob', 'a:1', 'x:1'), needOf('eve', 'd:1', 'c:1')], 1), ['c:1', 'x:1'])
  // While it is not known whether the shared one works, nothing is visited.
  const fresh = visitor(['a:1'])
  fresh.at.set('a:1', 'hopeful')
  assert.deepEqual(fresh.step([needOf('bob', 'a:1', 'x:1')], 0), [])
})

test('[RC75] of several servers of one person, one that fails gives way to the next', () => {
  const me = visitor([])
  assert.deepEqual(me.step([needOf('bob', 'c:1', 'd:1')], 0), ['c:1'])
  me.at.set('c:1', 'failing')
  assert.deepEqual(me.step([needOf('bob', 'c:1', 'd:1')], 10_000), ['c:1', 'd:1'])
  assert.deepEqual(me.step([needOf('bob', 'c:1', 'd:1')], 10_000 + GUEST_GRACE_MILLIS), ['d:1'])
})

test('[RC76] a server is left a minute after nobody needs it, and not while it carries a link', () => {
  const me = visitor([])
  me.step([needOf('bob', 'c:1')], 0)
  me.at.set('c:1', 'connected')
  const relayed = [{ ...needOf('bob', 'c:1'), relayed: true }]
  assert.deepEqual(me.step(relayed, 10 * GUEST_GRACE_MILLIS), ['c:1'])
  assert.deepEqual(me.step([], 11 * GUEST_GRACE_MILLIS - 1), ['c:1'])
  assert.equal(me.wake(), 11 * GUEST_GRACE_MILLIS + 999)
  assert.deepEqual(me.step([], 11 * GUEST_GRACE_MILLIS), [])
  assert.equal(me.wake(), Infinity)
})

test('[RC77] at most four are visited, those first that lead to most; the others take turns, eight new ones in a minute', () => {
  const me = visitor([])
  const needs = Array.from({ length: 40 }, (_, number) => needOf(`device ${number}`, `s${number}:1`))
  const seen = new Set(me.step([...needs, needOf('one more', 's39:1')], 0))
  assert.equal(seen.size, GUESTS_MAX)
  assert.ok(seen.has('s39:1'))
  const first = me.places()
  assert.deepEqual(me.step(needs, GUEST_TURN_MILLIS - 1), first)
  const minutes = 5
  for (let now = GUEST_TURN_MILLIS; now < (minutes + 1) * 60_000; now += 1_000) {
    for (const each of me.step(needs, now)) seen.add(each)
    assert.ok(me.places().length <= GUESTS_MAX)
    assert.ok(me.wake() >= now + 1_000)
  }
  assert.ok(
    seen.size > 2 * GUESTS_MAX && seen.size <= GUESTS_MAX + GUEST_VISITS_PER_MINUTE * (minutes + 1),
    `${seen.size}`,
  )
})

test('[RC78] what others name is visited where it is public, or on this very network, or on this machine that is used too', () => {
  const place = { addresses: ['192.168.1.11:4000', '[fd00:1:2:3::7]:4000', '127.0.0.1:4000'], connected: [] }
  const isAllowed = (text: string, connected: readonly string[] = []): boolean => {
    const server = readServer(text)
    assert.ok(server, text)
    return isVisitable(server, { ...place, connected: connected.flatMap((each) => readServer(each) ?? []) })
  }
  const allowed = ['chat.example.org:12345', '203.0.113.7:1', '[2001:db8::7]:1', '192.168.7.7:1', '[fd00:1:2:3::9]:1']
  assert.deepEqual(
    allowed.filter((each) => !isAllowed(each)),
    [],
  )
  const refused = [
    '10.0.0.1:22',
    '172.16.0.1:1',
    '169.254.169.254:80',
    '100.64.0.1:1',
    '[fd00:9::1]:1',
    '[fe80::1]:1',
    '127.0.0.1:1',
    '[::1]:1',
    '[::ffff:127.0.0.1]:1',
    '0.0.0.0:1',
    '224.0.0.1:1',
    'localhost:1',
    'x.localhost:1',
    'router:1',
    'nas.local:1',
    'nas.home.arpa:1',
    'printer.lan:1',
    'LOCALHOST.:1',
    '127.1:1',
    '2130706433:1',
    '0x7f.1:1',
    '0177.0.0.1:1',
    'a.0x7f000001:1',
  ]
  assert.deepEqual(
    refused.filter((each) => isAllowed(each)),
    [],
  )
  assert.equal(isAllowed('127.0.0.1:1', ['localhost:12345']), true)
  assert.equal(isAllowed('10.0.0.1:1', ['localhost:12345']), false)
})

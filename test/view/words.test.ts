import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseName } from '../../src/core/identity/name.ts'
import type { Refusal } from '../../src/view/calls.ts'
import { deliveryWords, EVERYBODY, newestDeliveryWords } from '../../src/view/delivery-words.ts'
import { failureWords } from '../../src/view/failure-words.ts'
import { heldBackWords, historyWords } from '../../src/view/group-words.ts'
import {
  invitationWords,
  joiningWords,
  offerWords,
  otherServersWords,
  waitsWords,
} from '../../src/view/invitation-words.ts'
import { lineWords, type Named } from '../../src/view/line-words.ts'
import { foundWords, pathMeaning, pathWords, presenceWords } from '../../src/view/presence-words.ts'
import { nameWords, refusalWords } from '../../src/view/refusal-words.ts'
import {
  mailboxFailureWords,
  nearbyWords,
  serversWords,
  serverWords,
  storeFailureWords,
} from '../../src/view/server-words.ts'
import {
  agoWords,
  clockWords,
  dayOf,
  dayWords,
  durationWords,
  shortWords,
  untilWords,
} from '../../src/view/time-words.ts'
import { digitsWords, verifiedWords } from '../../src/view/verified-words.ts'
import type { JoiningView, JoinRefusal } from '../../src/view/invitation-view.ts'
import type {
  Delivery,
  Failure,
  GroupChange,
  History,
  LineContent,
  Presence,
  ServerState,
  Verified,
} from '../../src/view/view.ts'
import { INVITATION } from '../api/fake-calls.ts'

// Records over the kinds: a kind that is added is missing here by the compiler's word.
const REFUSALS: { readonly [Kind in Refusal['kind']]: Extract<Refusal, { kind: Kind }> } = {
  'name-needed': { kind: 'name-needed' },
  'name-empty': { kind: 'name-empty' },
  'name-too-long': { kind: 'name-too-long', length: 41, limit: 40 },
  'name-forbidden': { kind: 'name-forbidden', character: 'U+202E' },
  'text-empty': { kind: 'text-empty' },
  'text-too-long': { kind: 'text-too-long', bytes: 70_000, limit: 65_536 },
  'unknown-person': { kind: 'unknown-person', who: 'bob' },
  'unclear-person': { kind: 'unclear-person', who: 'bob', people: ['bob ·k7wq2f', 'bob ·9d0aab'] },
  'unknown-conversation': { kind: 'unknown-conversation' },
  'unknown-line': { kind: 'unknown-line' },
  'not-met': { kind: 'not-met' },
  blocked: { kind: 'blocked' },
  'not-admin': { kind: 'not-admin' },
  gone: { kind: 'gone' },
  arriving: { kind: 'arriving' },
  restoring: { kind: 'restoring', name: 'Bob' },
  'not-a-member': { kind: 'not-a-member', who: 'Bob' },
  'member-already': { kind: 'member-already', who: 'Bob' },
  'not-a-group': { kind: 'not-a-group' },
  'group-full': { kind: 'group-full', limit: 250 },
  'title-empty': { kind: 'title-empty' },
  'title-too-long': { kind: 'title-too-long', length: 62, limit: 60 },
  'title-forbidden': { kind: 'title-forbidden', character: 'U+202E' },
  'picture-too-large': { kind: 'picture-too-large', bytes: 70_000, limit: 32_768 },
  'picture-unknown': { kind: 'picture-unknown' },
  'unknown-invitation': { kind: 'unknown-invitation' },
  'invitation-mangled': { kind: 'invitation-mangled' },
  'invitation-newer': { kind: 'invitation-newer' },
  'invitation-expired': { kind: 'invitation-expired', at: Date.UTC(2026, 10, 20, 12) },
  'invitation-own': { kind: 'invitation-own' },
  'invitations-full': { kind: 'invitations-full', limit: 50 },
  'safety-mismatch': { kind: 'safety-mismatch', other: false },
  'safety-unreadable': { kind: 'safety-unreadable' },
  'not-yours': { kind: 'not-yours' },
  'message-deleted': { kind: 'message-deleted' },
  'server-address': { kind: 'server-address', text: 'not an address' },
  'servers-full': { kind: 'servers-full', limit: 4 },
  'disk-full': { kind: 'disk-full' },
  'disk-failed': { kind: 'disk-failed', detail: 'EROFS' },
  outdated: { kind: 'outdated', detail: 'version 3' },
  malformed: { kind: 'malformed', detail: 'limit: 0' },
  disconnected: { kind: 'disconnected' },
}

const FAILURES: { readonly [Kind in Failure['kind']]: true } = {
  refused: true,
  timeout: true,
  unreachable: true,
  'name-not-found': true,
  'not-kith': true,
  'wrong-device': true,
  'not-registered': true,
  'not-called': true,
  'relay-full': true,
  'same-server': true,
  'not-let-in': true,
  'not-accepted': true,
  'no-udp': true,
  unsupported: true,
  blocked: true,
  version: true,
  closed: true,
  'given-up': true,
  other: true,
}

type SystemContent = Exclude<LineContent, { kind: 'message' }>
const LINES: { readonly [Kind in SystemContent['kind']]: Extract<SystemContent, { kind: Kind }> } = {
  deleted: { kind: 'deleted' },
  renamed: { kind: 'renamed', from: 'Bob', to: 'Robert' },
  joined: { kind: 'joined' },
  change: { kind: 'change', change: { kind: 'founded', title: 'Climbers' } },
  shared: { kind: 'shared', with: 'carol', days: 7, count: 12 },
  introduced: { kind: 'introduced', group: '9', title: 'Climbers' },
  void: { kind: 'void' },
  split: { kind: 'split' },
  device: { kind: 'device' },
  gap: { kind: 'gap', count: 2 },
  forked: { kind: 'forked' },
  sealed: { kind: 'sealed' },
  newer: { kind: 'newer', what: 'poll' },
}

const NOW = Date.UTC(2026, 10, 22, 21, 5)
const PLACE = { timeZone: 'UTC', locale: 'en-GB' }
const isSentence = (words: string): boolean => /^[“A-Z\d].*[.!?]$/s.test(words)

test('[UI1] every refusal says something of its own, in whole sentences', () => {
  const all = Object.values(REFUSALS).map(refusalWords)
  assert.deepEqual(
    all.filter((words) => !isSentence(words)),
    [],
  )
  assert.equal(new Set(all).size, all.length)
})

test('[UI1] refusals show the facts that they carry', () => {
  assert.match(refusalWords(REFUSALS['text-too-long']), /70,000 bytes.*65,536 bytes/)
  assert.match(refusalWords(REFUSALS['unclear-person']), /bob ·k7wq2f, bob ·9d0aab/)
  assert.match(refusalWords(REFUSALS.restoring), /hear from Bob/)
  assert.match(refusalWords({ kind: 'restoring', name: null }), /hear from a member/)
  assert.match(refusalWords(REFUSALS['disk-failed']), /EROFS/)
})

test('[UI1] what is wrong with a name is said as the name rules see it', () => {
  const wordsFor = (text: string): string | undefined => {
    const name = parseName(text)
    return name.ok ? undefined : nameWords(name.refusal)
  }
  assert.equal(wordsFor('Ann'), undefined)
  assert.equal(wordsFor('   '), 'A name needs at least one letter, digit or symbol that can be seen.')
  assert.equal(wordsFor('a'.repeat(42)), 'A name has at most 40 characters. Take out 2 characters.')
  assert.match(wordsFor('Bob\u202E') ?? '', /Take out U\+202E\.$/)
})

test('[UI1] every failure says what happened and what it means', () => {
  const all = Object.keys(FAILURES).map((kind) => failureWords({ kind: kind as Failure['kind'], detail: 'E' }))
  assert.deepEqual(
    all.filter(({ happened, mend }) => !isSentence(happened) || !isSentence(mend)),
    [],
  )
  assert.equal(new Set(all.map(({ happened }) => happened)).size, all.length)
})

test('[UI1] every line that is no message is a sentence about them or about me', () => {
  for (const line of Object.values(LINES)) {
    const [theirs, mine] = [said(line), said(line, true)]
    assert.match(theirs, /Bob/)
    assert.match(mine, /[Yy]ou/)
    assert.notEqual(theirs, mine)
  }
  assert.equal(said({ kind: 'gap', count: 1 }), '1 message from Bob has not arrived yet')
})

test('[PE402] of a forked history is said what that means for the messages', () => {
  assert.match(said({ kind: 'forked' }), /Only one of the two is shown here/)
  assert.match(said({ kind: 'forked' }, true), /Each of the others gets only one of the two/)
})

/** How a line of Bob's reads where I am Ann; or one of mine. */
const said = (line: SystemContent, mine = false): string =>
  lineWords({ ...line, person: mine ? 'ann' : 'bob', mine }, (person) => NAMES[person] ?? { name: person, mine: false })

const NAMES: { readonly [person: string]: Named } = {
  ann: { name: 'Ann', mine: true },
  bob: { name: 'Bob', mine: false },
  carol: { name: 'Carol', mine: false },
}

test('[UI1] every change of a group says who did what to whom', () => {
  const changes: readonly (readonly [GroupChange, string, string])[] = [
    [{ kind: 'founded', title: 'X' }, 'Bob made the group “X”', 'You made the group “X”'],
    [{ kind: 'added', person: 'carol', role: 'member' }, 'Bob added Carol', 'You added Carol'],
    [{ kind: 'added', person: 'ann', role: 'admin' }, 'Bob added you as an admin', 'You added you as an admin'],
    [{ kind: 'removed', person: 'carol' }, 'Bob removed Carol', 'You removed Carol'],
    [{ kind: 'left', person: 'bob' }, 'Bob left the group', 'Bob left the group'],
    [{ kind: 'role', person: 'carol', role: 'admin' }, 'Bob made Carol an admin', 'You made Carol an admin'],
    [
      { kind: 'role', person: 'carol', role: 'member' },
      'Bob made Carol a member, no admin any more',
      'You made Carol a member, no admin any more',
    ],
    [
      { kind: 'role', person: 'bob', role: 'member' },
      'Bob is not an admin any more',
      'You made Bob a member, no admin any more',
    ],
    [{ kind: 'title', title: 'Y' }, 'Bob renamed the group to “Y”', 'You renamed the group to “Y”'],
    [{ kind: 'picture' }, 'Bob changed the group’s picture', 'You changed the group’s picture'],
  ]
  for (const [change, theirs, mine] of changes)
    assert.deepEqual([said({ kind: 'change', change }), said({ kind: 'change', change }, true)], [theirs, mine])
  assert.equal(
    said({ kind: 'change', change: { kind: 'removed', person: 'ann' } }),
    'Bob removed you. What is said from here on does not reach you.',
  )
  assert.equal(said({ kind: 'change', change: { kind: 'left', person: 'ann' } }, true), 'You left the group')
})

test('[UI1] a line on shared history says what was shared and with whom', () => {
  assert.deepEqual(
    [said(LINES.shared), said({ kind: 'shared', with: 'ann', count: 1 })],
    ['Bob shared the last 7 days (12 messages) with Carol', 'Bob shared all that was said before (1 message) with you'],
  )
})

test('[UI1] invitations, joinings, safety numbers and mailboxes have words for every state', () => {
  for (const [state, words] of [
    ['open', /^open for 6 days, used 1 of 10 times$/],
    ['used', /^used up/],
    ['expired', /^expired/],
    ['revoked', /^revoked/],
  ] as const)
    assert.match(
      invitationWords({ ...INVITATION, state, uses: 10, used: 1, expires: NOW + 6.2 * 86_400_000 }, NOW),
      words,
    )
  const inviter = { person: 'bob', name: 'Bob', tag: 'bbbbbb' }
  const offer = { id: '1', inviter, expires: NOW, servers: [], way: 'apart' } as const
  const joining = (state: JoiningView['state'], group?: { readonly title: string }): string =>
    joiningWords({ id: '1', inviter, since: NOW, state, ...(group && { group }) })
  const refusals: { readonly [Because in JoinRefusal]: true } = {
    used: true,
    expired: true,
    revoked: true,
    'not-allowed': true,
  }
  const all = [
    joining({ at: 'waiting' }),
    joining({ at: 'waiting', left: 'example.org' }),
    joining({ at: 'waiting' }, { title: 'X' }),
    joining({ at: 'in', conversation: '9' }),
    joining({ at: 'in', conversation: '9' }, { title: 'X' }),
    ...Object.keys(refusals).map((because) => joining({ at: 'refused', because: because as JoinRefusal })),
    offerWords(offer),
    offerWords({ ...offer, group: { title: 'X', role: 'admin' } }),
    otherServersWords({ ...offer, servers: ['a:1'], way: 'visited' }) ?? '',
    otherServersWords({ ...offer, servers: ['a:1', 'b:1'], way: 'visited' }) ?? '',
    otherServersWords(offer) ?? '',
    otherServersWords({ ...offer, servers: ['a:1'] }) ?? '',
    waitsWords({}),
    waitsWords({ waitsAt: 'example.org' }),
    ...VERIFIED.map((each) => verifiedWords(each, 'Bob', PLACE)),
    ...(['full', 'slow', 'other'] as const).map((kind) => mailboxFailureWords({ kind, server: 'example.org' })),
    ...HISTORIES.map(historyWords),
    heldBackWords(1),
    heldBackWords(12),
  ]
  assert.deepEqual(
    all.filter((words) => !isSentence(words)),
    [],
  )
  assert.equal(new Set(all).size, all.length)
  assert.match(joining({ at: 'waiting' }), /^Waiting for Bob to come online\./)
  assert.equal(digitsWords('1234567890'.repeat(6)).split(' ').length, 12)
})

test('[UI323] an empty name is said to be empty, not to be nobody’s', () => {
  assert.match(refusalWords({ kind: 'unknown-person', who: ' ' }), /the name is empty\.$/)
  assert.match(refusalWords({ kind: 'unknown-person', who: 'Zoe' }), /^Nobody known here is called “Zoe”/)
})

test('[UI261] for who never connects directly, no words promise a way that needs no server', () => {
  const away: ServerState = {
    at: 'unreachable',
    address: 'h:1',
    since: NOW,
    next: NOW + 5_000,
    failure: { kind: 'refused', detail: 'ECONNREFUSED' },
  }
  const needed = 'You never connect directly, so without any server nothing is sent or received.'
  const meaning = (servers: readonly ServerState[], directly: boolean) =>
    serversWords({ me: ME, servers, settings: { directly } }, NOW).meaning
  for (const servers of [[], [away], [away, away]]) {
    assert.match(meaning(servers, false), new RegExp(needed))
    assert.doesNotMatch(meaning(servers, false), /own network|can still be reached/)
    assert.doesNotMatch(meaning(servers, true), /never/)
  }
})

const ME = { id: 'a', device: 'd', name: 'Ann', tag: 'aaaaaa' }
const VERIFIED: readonly Verified[] = [
  { at: 'no' },
  { at: 'yes', since: NOW },
  { at: 'changed', since: NOW, changed: NOW },
  { at: 'lookalike', of: 'carol' },
]
const HISTORIES: readonly History[] = [{ share: 'none' }, { share: 'days', days: 7 }, { share: 'all' }]

test('[UI1] every state of the server, the network and the disk has words', () => {
  const states: { readonly [At in ServerState['at']]: Extract<ServerState, { at: At }> } = {
    connecting: { at: 'connecting', address: 'h:1' },
    connected: { at: 'connected', address: 'h:1', since: NOW, people: 'off', mailboxes: 'off' },
    unreachable: {
      at: 'unreachable',
      address: 'h:1',
      since: NOW - 120_000,
      next: NOW + 5_000,
      failure: { kind: 'refused', detail: 'ECONNREFUSED' },
    },
  }
  for (const state of Object.values(states)) assert.ok(isSentence(serverWords(state, NOW, true).meaning))
  const { connected, connecting, unreachable } = states
  const several: readonly (readonly [readonly ServerState[], string])[] = [
    [[], 'No server'],
    [[connected], 'On h:1'],
    [[connected, connected], 'On 2 servers'],
    [[unreachable, connected, connecting], 'On 1 of 3 servers'],
    [[unreachable, connecting], 'Connecting to 2 servers'],
    [[unreachable, unreachable], 'Cannot reach any of 2 servers'],
  ]
  for (const [all, state] of several) {
    const words = serversWords({ me: ME, servers: all, settings: { directly: true } }, NOW)
    assert.equal(words.state, state)
    assert.ok(isSentence(words.meaning), words.meaning)
  }
  assert.match(serverWords(states.unreachable, NOW, true).meaning, /Tried for 2 minutes, next try in 5 seconds\./)
  for (const nearby of [{ at: 'on' }, { at: 'off' }, { at: 'failed', failure: { kind: 'other', detail: '' } }] as const)
    assert.ok(isSentence(nearbyWords(nearby).meaning))
  for (const kind of ['full', 'other'] as const) assert.ok(isSentence(storeFailureWords({ kind, detail: 'EIO' })))
})

test('[UI1] presence and paths have words', () => {
  assert.deepEqual((['nearby', 'direct', 'relayed'] as const).map(pathWords), [
    'nearby',
    'direct',
    'through the server',
  ])
  for (const path of ['nearby', 'direct', 'relayed'] as const) assert.ok(isSentence(pathMeaning(path)))
  assert.equal(presenceWords({ at: 'here', path: 'relayed', since: 0 }, NOW), 'Here, through the server')
  assert.equal(presenceWords({ at: 'away' }, NOW), 'Away')
  assert.equal(presenceWords({ at: 'away', since: NOW - 5 * 60_000 }, NOW), 'Last here 5 minutes ago')
  assert.deepEqual(
    [foundWords(['server', 'nearby']), foundWords(['server']), foundWords([])],
    ['On your network', 'On this server', 'Not found at the moment'],
  )
})

test('[UI21] delivery is said in words; a message for somebody away says that it waits', () => {
  const away = { at: 'away' } as const
  const here = { at: 'here', path: 'direct', since: 0 } as const
  assert.deepEqual(
    (['kept', 'sealed', 'delivered', 'read'] as const).map((each) => deliveryWords(each, 'Bob', 'example.org')),
    [
      'Kept here, not yet with Bob',
      'Sealed on the server example.org, not yet with Bob',
      'Delivered to Bob',
      'Read by Bob',
    ],
  )
  const newest = (delivery: Delivery, presence: Presence): string | undefined =>
    newestDeliveryWords(delivery, { presence, name: 'Bob' })
  assert.equal(newest('kept', away), 'Kept here. Waits for Bob and goes out by itself.')
  assert.equal(newest('kept', here), undefined)
  assert.equal(newest('sealed', away), 'Sealed on the server. Bob can fetch it there, also while you are away.')
  assert.equal(newest('read', away), 'Read')
  assert.equal(
    newestDeliveryWords('sealed', { name: EVERYBODY, server: 'h' }),
    'Sealed on the server h. Everybody can fetch it there, also while you are away.',
  )
})

test('[UI1] times are said as people say them', () => {
  const DAY = 86_400_000
  assert.deepEqual(
    [0, 1, 2, 6, 7, 400].map((days) => dayWords(NOW - days * DAY, NOW, PLACE)),
    ['Today', 'Yesterday', 'Friday', 'Monday', '15 November', '18 October 2025'],
  )
  assert.deepEqual(
    [0, 1, 3, 30, 400].map((days) => shortWords(NOW - days * DAY, NOW, PLACE)),
    ['21:05', 'Yesterday', 'Thu', '23 Oct', '18/10/2025'],
  )
  assert.deepEqual([999, 61_000, 7_200_000, 3 * DAY].map(durationWords), [
    'less than a minute',
    '1 minute',
    '2 hours',
    '3 days',
  ])
  assert.equal(agoWords(NOW + 5_000, NOW), 'just now')
  assert.deepEqual(
    [NOW - 1, NOW + 800, NOW + 8_000, NOW + 180_000].map((at) => untilWords(at, NOW)),
    ['now', 'in 1 second', 'in 8 seconds', 'in 3 minutes'],
  )
  assert.equal(clockWords(NOW, { timeZone: 'Asia/Kolkata', locale: 'en-GB' }), '02:35')
})

test('[UI1] a day is the day of the reader, not of the clock in Greenwich', () => {
  const lateEvening = Date.UTC(2026, 10, 22, 23, 50)
  assert.deepEqual(
    [dayOf(lateEvening, { timeZone: 'UTC' }), dayOf(lateEvening, { timeZone: 'Asia/Kathmandu' })],
    ['2026-11-22', '2026-11-23'],
  )
})

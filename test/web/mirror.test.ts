import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Update } from '../../src/view/update.ts'
import type { LineView } from '../../src/view/view.ts'
import { reflect, TYPING_MILLIS, withoutIdle, type Mirror } from '../../src/web/peer/mirror.ts'
import { hueOf, initialsOf } from '../../src/web/parts/initials.ts'
import { candidatesOf, listsOf } from '../../src/web/people/lists.ts'
import { talkName } from '../../src/web/peer/talk.ts'
import { orderIn, toLine } from '../../src/web/routes.ts'
import { restored } from '../../src/web/composer/text.ts'
import { sizeTrouble } from '../../src/web/composer/size.ts'
import { conversation, here, idOf, lines, NOW, person, status } from './fake/people.ts'
import { busy } from './fake/stories.ts'

const mirrorOf = (...updates: readonly Update[]): Mirror =>
  updates.reduce<Mirror | undefined>((mirror, update) => reflect(mirror, update, NOW), undefined) as Mirror

const SNAPSHOT: Update = {
  kind: 'snapshot',
  status: status(),
  people: busy.people,
  conversations: busy.conversations,
  invitations: busy.invitations ?? [],
  joinings: busy.joinings ?? [],
}

test('[UI10] nothing is mirrored before the snapshot, and a later one replaces everything', () => {
  assert.equal(reflect(undefined, { kind: 'person', person: person('bob') }, NOW), undefined)
  const again = mirrorOf(SNAPSHOT, { ...SNAPSHOT, people: [], conversations: [] })
  assert.deepEqual([again.people.size, again.conversations.size], [0, 0])
})

test('[UI10] people come, change and go; conversations and the status change', () => {
  const mirror = mirrorOf(
    SNAPSHOT,
    { kind: 'person', person: person('frank', { name: 'Frank' }) },
    { kind: 'person', person: person('frank', { name: 'Francis' }) },
    { kind: 'person-gone', person: idOf('erin') },
    { kind: 'conversation', conversation: conversation('bob', { unread: 7 }) },
    { kind: 'status', status: status({ profile: 'other' }) },
  )
  assert.deepEqual(
    [
      mirror.people.get(idOf('frank'))?.name,
      mirror.people.has(idOf('erin')),
      mirror.conversations.get(idOf('with bob'))?.unread,
      mirror.status.profile,
    ],
    ['Francis', false, 7, 'other'],
  )
})

test('[UI10] typing ends with their message, not with mine, and after six seconds', () => {
  const typing = mirrorOf(SNAPSHOT, { kind: 'typing', conversation: idOf('with bob'), person: idOf('bob') })
  const say = (by: string): Update => ({
    kind: 'line',
    conversation: idOf('with bob'),
    line: lines('new', [{ by, ago: 0, text: 'hi' }])[0] as LineView,
  })
  assert.equal(reflect(typing, say('me'), NOW)?.typing.size, 1)
  assert.equal(reflect(typing, say('bob'), NOW)?.typing.size, 0)
  assert.equal(withoutIdle(typing, NOW + TYPING_MILLIS - 1), typing)
  assert.equal(withoutIdle(typing, NOW + TYPING_MILLIS).typing.size, 0)
})

test('[UI11] everybody stands in one place of the list, the latest talk first', () => {
  const lists = listsOf(mirrorOf(SNAPSHOT))
  const names = (talks: typeof lists.talks) => talks.map(talkName)
  assert.deepEqual(names(lists.requests), ['Win a phone!!!', 'Carol'])
  assert.deepEqual(names(lists.talks), [
    'Sunday ridge walkers',
    'Bobby',
    'Maximiliane Alexandrine von Hohenfels-S.',
    'Choir: second altos, rehearsals and scores for the whole winter',
    'Dan',
    'Gwen',
    'Flat share',
  ])
  assert.deepEqual(
    lists.joinings.map(({ inviter }) => inviter.name),
    ['Frank', 'Hana'],
  )
  assert.deepEqual(names(lists.aside), ['Mallory'])
  assert.deepEqual(
    [lists.nearby.map(({ id }) => id), lists.onServer.map(({ name }) => name)],
    [[idOf('dan two')], ['Erin']],
  )
  const both = mirrorOf(SNAPSHOT, {
    kind: 'person',
    person: person('erin', { presence: here('nearby'), foundBy: ['nearby', 'server'] }),
  })
  assert.deepEqual(listsOf(both).onServer, [])
})

test('[UI11] searching looks at names, private names and tags, without case and accents', () => {
  const mirror = mirrorOf(SNAPSHOT, {
    kind: 'person',
    person: person('zoe', { name: 'Zoë', foundBy: ['nearby'], tag: 'abc123' }),
  })
  const found = (text: string) => Object.values(listsOf(mirror, text)).flat().length
  assert.deepEqual([found('bobby'), found('ZOE'), found('abc12'), found('nobody')], [1, 1, 1, 0])
})

test('[UI25] those I talk with come first among who may be brought into a group, and nobody whom I blocked comes', () => {
  const mirror = mirrorOf(SNAPSHOT)
  const names = (without: readonly string[], sought?: string) =>
    candidatesOf(mirror, new Set(without), sought).map(({ name }) => name)
  assert.deepEqual(names([idOf('bob')]).slice(0, 3), ['Maximiliane Alexandrine von Hohenfels-S.', 'Dan', 'Gwen'])
  assert.deepEqual([names([]).includes('Mallory'), names([]).includes('Ann')], [false, false])
  assert.deepEqual(names([], 'gw'), ['Gwen'])
})

test('[UI22] initials are whole characters of any script', () => {
  assert.deepEqual(['Ann', 'ann marie smith', '李雷', '👩‍🚀 Eva', 'x', '...'].map(initialsOf), [
    'A',
    'AS',
    '李',
    '👩‍🚀E',
    'X',
    '.',
  ])
  assert.equal(hueOf(idOf('bob')), hueOf(idOf('bob')))
})

test('[UI14] an unsent text comes back before what was written since', () => {
  assert.deepEqual([restored('lost', ''), restored('lost', 'new')], ['lost', 'lost\nnew'])
  assert.equal(sizeTrouble('a'.repeat(65_536)), undefined)
  assert.match(sizeTrouble('ä'.repeat(32_769)) ?? '', /too long/)
})

test('[UI11] the place of a line goes through an address unharmed, and nothing else does', () => {
  const order = { time: 1_795_468_800_123, author: idOf('bob'), seq: 42 }
  assert.deepEqual(orderIn(toLine('c', order).split('/at/')[1]), order)
  assert.deepEqual(
    [orderIn(undefined), orderIn('1.2'), orderIn('1.x.ab'), orderIn('-1.2.ab')],
    [undefined, undefined, undefined, undefined],
  )
})

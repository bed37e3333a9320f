import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationView, PersonView } from '../../src/view/view.ts'
import { NO_NEWS, withNews, type Looking, type News } from '../../src/web/notifications/news.ts'
import { tellingsOf, TOLD_CHARACTERS_MAX } from '../../src/web/notifications/tellings.ts'
import { reflect, type Mirror } from '../../src/web/peer/mirror.ts'
import { conversation, group, idOf, NOW, person, status } from './fake/people.ts'

const AWAY: Looking = { window: false }
const WITH_BOB = idOf('with bob')

const mirrorOf = (conversations: readonly ConversationView[], people: readonly PersonView[] = PEOPLE): Mirror =>
  reflect(
    undefined,
    { kind: 'snapshot', status: status(), people, conversations, invitations: [], joinings: [] },
    NOW,
  ) as Mirror

const PEOPLE = [person('bob', { name: 'Bob' }), person('carol', { name: 'Carol' })]

const heard = (text: string, at = NOW, who?: string) => ({
  last: { text, at, mine: false, ...(who !== undefined && { person: idOf(who) }) },
})

/** What is told after these states of all conversations, one after the other. */
const toldOf = (
  states: readonly (readonly ConversationView[])[],
  { choice = 'words', looking = AWAY }: { choice?: 'nothing' | 'who' | 'words'; looking?: Looking } = {},
): readonly string[] => {
  let news: News = NO_NEWS
  let before: Mirror | undefined
  for (const state of states) {
    const after = mirrorOf(state)
    news = withNews(news, before, after, looking)
    before = after
  }
  return tellingsOf(news, before as Mirror, choice).map(({ title, body }) => `${title}: ${body}`)
}

const bob = (facts: Parameters<typeof conversation>[1] = {}) => conversation('bob', facts)

test('[UI220] a message that comes is told as it was chosen, and one that was there already is not', () => {
  const came = [[bob()], [bob({ unread: 1, ...heard('see **you**') })]]
  assert.deepEqual(toldOf(came), ['Bob: see you'])
  assert.deepEqual(toldOf(came, { choice: 'who' }), ['Bob: New message'])
  assert.deepEqual(toldOf(came, { choice: 'nothing' }), [])
  assert.deepEqual(toldOf(came.slice(1)), [])
})

test('[UI220] muted, ignored and blocked conversations, what is mine, and changes of what came before are not told', () => {
  for (const facts of [{ muted: true }, { at: 'ignored' }, { at: 'blocked' }] as const)
    assert.deepEqual(toldOf([[bob(facts)], [bob({ ...facts, unread: 1, ...heard('x') })]]), [])
  assert.deepEqual(toldOf([[bob()], [bob({ last: { text: 'mine', at: NOW, mine: true } })]]), [])
  assert.deepEqual(toldOf([[bob({ unread: 2, ...heard('x') })], [bob({ unread: 2, ...heard('changed') })]]), [])
})

test('[UI220] what somebody looks at is not told, another conversation of the same window is', () => {
  const came = [[bob()], [bob({ unread: 1, ...heard('hi') })]]
  assert.deepEqual(toldOf(came, { looking: { window: true, conversation: WITH_BOB } }), [])
  assert.deepEqual(toldOf(came, { looking: { window: false, conversation: WITH_BOB } }), ['Bob: hi'])
  assert.deepEqual(toldOf(came, { looking: { window: true, conversation: idOf('with carol') } }), ['Bob: hi'])
})

test('[UI220] words are told only of what was not read: not of an older message that came late, nor of one deleted', () => {
  const late = { readUpTo: { time: NOW, author: idOf('bob device'), seq: 3 }, ...heard('read before', NOW) }
  assert.deepEqual(toldOf([[bob(late)], [bob({ ...late, unread: 1 })]]), ['Bob: New message'])
  const deleted = [[bob()], [bob({ unread: 1, ...heard('oh no') })], [bob({ unread: 1, ...heard('') })]]
  assert.deepEqual(toldOf(deleted), ['Bob: New message'])
})

test('[UI221] five hundred messages are told of once, with their number', () => {
  const flood = Array.from({ length: 501 }, (_, unread) => [bob({ unread, ...heard(`number ${unread}`) })])
  assert.deepEqual(toldOf(flood), ['Bob (500 new): number 500'])
  assert.deepEqual(toldOf(flood, { choice: 'who' }), ['Bob: 500 new messages'])
})

test('[UI221] beyond four conversations the others are told of together', () => {
  const groups = (unread: number) => Array.from({ length: 7 }, (_, each) => group(`G${each}`, { unread }))
  assert.deepEqual(toldOf([groups(0), groups(2)]), [
    ...[0, 1, 2, 3].map((each) => `G${each}: 2 new messages`),
    'Kith: New messages in 3 more conversations',
  ])
})

test('[UI222] of strangers nothing is told but that there are some, and each calls once', () => {
  const carol = (unread: number) => conversation('carol', { at: 'request', unread, ...heard('BUY THIS') })
  assert.deepEqual(toldOf([[], [carol(1)]]), ['Kith: Somebody wants to write to you'])
  const requested = group('BUY', { at: 'request', by: idOf('carol') })
  assert.deepEqual(toldOf([[], [requested]]), ['Kith: Somebody added you to a group'])
  assert.deepEqual(toldOf([[], [carol(1), requested]]), ['Kith: 2 requests wait for you'])
  const once = withNews(NO_NEWS, mirrorOf([]), mirrorOf([carol(1)]), AWAY)
  assert.equal(withNews(once, mirrorOf([carol(1)]), mirrorOf([carol(2)]), AWAY).count, once.count)
})

test('[UI220] a group that somebody brought me into is told, to who is not at the window, and messages say who wrote', () => {
  const ridge = (facts: Parameters<typeof group>[1]) => group('ridge', { title: 'Ridge', by: idOf('bob'), ...facts })
  assert.deepEqual(toldOf([[], [ridge({})]]), ['Ridge: Bob brought you into this group'])
  assert.deepEqual(toldOf([[], [ridge({})]], { looking: { window: true } }), [])
  const said = [[ridge({})], [ridge({ unread: 3, ...heard('at nine', NOW, 'carol') })]]
  assert.deepEqual(toldOf(said), ['Ridge (3 new): Carol: at nine'])
  assert.deepEqual(toldOf(said, { choice: 'who' }), ['Ridge: 3 new messages, the last from Carol'])
})

test('[UI222] a long text is cut between characters, and none turns the direction of what stands around it', () => {
  const [told] = toldOf([[bob()], [bob({ unread: 1, ...heard('👩‍👩‍👧 '.repeat(100)) })]])
  const body = (told ?? '').slice('Bob: '.length)
  assert.ok(body.length <= TOLD_CHARACTERS_MAX + 1)
  assert.match(body, /👩‍👩‍👧…$/u)
  assert.deepEqual(toldOf([[bob()], [bob({ unread: 1, ...heard('a\u202Eb\u2067c\u0007') })]]), ['Bob: abc'])
  assert.deepEqual(toldOf([[bob()], [bob({ unread: 1, ...heard('שלום') })]]), ['Bob: \u2068שלום\u2069'])
})

test('[UI222] beside a name that looks like another stands the tag', () => {
  const people = [person('bob', { name: 'Bob', tag: 'k7wq2f', ambiguous: true })]
  const [before, after] = [mirrorOf([bob()], people), mirrorOf([bob({ unread: 1 })], people)]
  const [telling] = tellingsOf(withNews(NO_NEWS, before, after, AWAY), after, 'who')
  assert.equal(telling?.title, 'Bob ·k7wq2f')
})

test('[UI223] what was read, muted, forgotten or looked at is told no longer', () => {
  const came = [[bob()], [bob({ unread: 1, ...heard('hi') })]]
  assert.deepEqual(toldOf([...came, [bob(heard('hi'))]]), [])
  assert.deepEqual(toldOf([...came, [bob({ unread: 1, muted: true })]]), [])
  assert.deepEqual(toldOf([...came, []]), [])
  const [before, after] = came.map((each) => mirrorOf(each)) as [Mirror, Mirror]
  const news = withNews(NO_NEWS, before, after, AWAY)
  assert.equal(withNews(news, after, mirrorOf([]), { window: true, conversation: WITH_BOB }).of.size, 0)
})

import type { LineView } from '../../../src/view/view.ts'
import { groupFacts, groupLines, groups } from './group-stories.ts'
import {
  conversation,
  DAY,
  here,
  HOUR,
  idOf,
  lines,
  ME,
  MINUTE,
  NOW,
  person,
  progress,
  status,
  told,
  type Story,
} from './people.ts'

const { me: _, ...nameless } = status()

/** Nobody has answered the question yet. */
export const first: Story = { status: nameless, people: [], conversations: [], lines: {} }

export const empty: Story = {
  status: status({
    servers: [
      {
        at: 'unreachable',
        address: '127.0.0.1:12345',
        since: NOW - 4 * MINUTE,
        next: NOW + 8_000,
        failure: { kind: 'refused', detail: 'ECONNREFUSED' },
      },
    ],
  }),
  people: [],
  conversations: [],
  lines: {},
}

const bob = lines('bob', [
  { by: 'bob', ago: 2 * DAY + 2 * HOUR, event: { kind: 'joined' } },
  { by: 'bob', ago: 2 * DAY + 2 * HOUR, text: 'Is this thing on?' },
  { by: 'me', ago: 2 * DAY + 2 * HOUR - MINUTE, text: 'Loud and clear. No server in between, either.' },
  { by: 'bob', ago: DAY + 5 * HOUR, text: 'The trail map for Sunday: https://example.org/trails/ridge-loop' },
  {
    by: 'bob',
    ago: DAY + 5 * HOUR,
    text: 'About **14 km**, and we should start *early*:\n\n- bus at 7:40\n- bring water\n- ~~tent~~ no tent',
  },
  {
    by: 'me',
    ago: DAY + 4 * HOUR,
    text: '7:40 is fine, I will be at the stop.',
    reply: {
      kind: 'message',
      id: idOf('bob 4'),
      person: idOf('bob'),
      text: 'About **14 km**, and we should start *early*',
    },
    reactions: [{ emoji: '👍', people: [idOf('bob')] }],
  },
  { by: 'me', ago: 50 * MINUTE, text: 'Home again. My feet are not my own any more' },
  { by: 'me', ago: 50 * MINUTE, text: 'but what a ridge', edited: true },
  { by: 'bob', ago: 46 * MINUTE, text: '🏔️', reactions: [] },
  { by: 'bob', ago: 45 * MINUTE, text: 'k' },
  {
    by: 'bob',
    ago: 45 * MINUTE,
    text: 'Same time next week? I found a path on the north side that is steeper, but the view goes all the way to the lake.',
    reactions: [
      { emoji: '❤️', people: [ME.id, idOf('bob')] },
      { emoji: '😂', people: [ME.id] },
    ],
  },
  {
    by: 'me',
    ago: 44 * MINUTE,
    text: 'Count me in. To find the stop:\n\n```\n$ bus --line 12 --from harbour\n07:40  platform 3\n```',
  },
  { by: 'me', ago: 12 * MINUTE, text: 'Photos are on the way' },
])

const long = 'Wolfeschlegelsteinhausenbergerdorffvonderaltstadtundmeer'

const ida = lines('ida', [
  { by: 'ida', ago: 3 * DAY, event: { kind: 'joined' } },
  { by: 'ida', ago: 3 * HOUR, text: `${long}${long}${long}` },
  { by: 'me', ago: 3 * HOUR - MINUTE, text: 'x' },
  { by: 'ida', ago: 2 * HOUR, event: { kind: 'renamed', from: 'Ida', to: 'Maximiliane Alexandrine von Hohenfels-S.' } },
  { by: 'ida', ago: 2 * HOUR, event: { kind: 'gap', count: 3 } },
  { by: 'ida', ago: 2 * HOUR, event: { kind: 'sealed' } },
  { by: 'ida', ago: 2 * HOUR, event: { kind: 'forked' } },
  { by: 'ida', ago: 2 * HOUR, event: { kind: 'newer', what: 'poll' } },
  { by: 'me', ago: HOUR, event: { kind: 'deleted' } },
  { by: 'ida', ago: HOUR, text: 'مرحبا، هل يمكنك قراءة هذا؟' },
  {
    by: 'me',
    ago: HOUR - MINUTE,
    text: '`code` and [a link that hides](https://example.net/elsewhere) and javascript:alert(1) <b>not bold</b>',
  },
  { by: 'me', ago: HOUR - MINUTE, text: '👋🏽' },
  { by: 'me', ago: 59 * MINUTE, text: 'You will see this when you are back.' },
])

const carol = lines('carol', [
  { by: 'carol', ago: 5 * MINUTE, event: { kind: 'joined' } },
  {
    by: 'carol',
    ago: 4 * MINUTE,
    text: 'Hi Ann, this is Carol from the climbing hall. Your name showed up under Nearby, so I thought I would try this.',
  },
])

/** Several people and every kind of line. */
export const busy: Story = {
  status: status(),
  people: [
    person('bob', { name: 'Bob', privateName: 'Bobby', presence: here('nearby'), foundBy: ['nearby'] }),
    person('ida', {
      name: 'Maximiliane Alexandrine von Hohenfels-S.',
      presence: { at: 'away', since: NOW - 58 * MINUTE },
    }),
    person('carol', { name: 'Carol', presence: here('relayed'), standing: 'new', foundBy: ['server'] }),
    person('dan', { name: 'Dan', ambiguous: true, presence: here('direct'), foundBy: ['server'] }),
    person('dan two', {
      name: 'Dаn',
      tag: 'd4nn7w',
      ambiguous: true,
      presence: here('nearby'),
      standing: 'new',
      foundBy: ['nearby'],
    }),
    person('erin', { name: 'Erin', presence: here('relayed'), standing: 'new', foundBy: ['server'] }),
    person('mallory', { name: 'Mallory', standing: 'blocked' }),
    person('gwen', {
      name: 'Gwen',
      presence: here('direct'),
      verified: { at: 'yes', since: NOW - 20 * DAY },
      tag: 'g7h2kq',
    }),
    person('tariq', { name: 'Tariq' }),
    person('noa', { name: 'נועה', presence: here('relayed') }),
  ],
  conversations: [
    ...groups,
    conversation('bob', {
      active: NOW - 12 * MINUTE,
      last: { text: 'Photos are on the way', at: NOW - 12 * MINUTE, mine: true },
      progress: [progress(6, 5)],
      readUpTo: told(bob[10]).order,
    }),
    conversation('ida', {
      active: NOW - 59 * MINUTE,
      last: { text: 'You will see this when you are back.', at: NOW - 59 * MINUTE, mine: true },
      progress: [progress(4, 2)],
      readUpTo: told(ida[9]).order,
    }),
    conversation('carol', {
      at: 'request',
      unread: 1,
      active: NOW - 4 * MINUTE,
      last: { text: 'Hi Ann, this is Carol from the climbing hall.', at: NOW - 4 * MINUTE, mine: false },
    }),
    conversation('dan', {
      unread: 12,
      active: NOW - 3 * HOUR,
      last: { text: 'and the *last* one', at: NOW - 3 * HOUR, mine: false },
      readUpTo: { time: NOW - 4 * HOUR, author: idOf('dan device'), seq: 38 },
    }),
    conversation('mallory', { at: 'blocked', active: NOW - 9 * DAY }),
    conversation('gwen', {
      active: NOW - 6 * DAY,
      last: { text: 'See you in there.', at: NOW - 6 * DAY, mine: false },
      readUpTo: { time: NOW, author: idOf('gwen device'), seq: 3 },
    }),
  ],
  lines: {
    [idOf('with bob')]: bob,
    [idOf('with ida')]: ida,
    [idOf('with carol')]: carol,
    [idOf('with dan')]: lines(
      'dan',
      Array.from({ length: 50 }, (__, index) => ({
        by: 'dan',
        ago: (index < 38 ? 5 * HOUR : 3.5 * HOUR) - index * 20_000,
        text: `Number ${index + 1} of quite a few`,
      })),
    ),
    [idOf('with mallory')]: [],
    [idOf('with gwen')]: lines('gwen', [
      { by: 'gwen', ago: 7 * DAY, event: { kind: 'joined' } },
      {
        by: 'gwen',
        ago: 6 * DAY,
        event: { kind: 'introduced', group: idOf('group ridge'), title: 'Sunday ridge walkers' },
      },
      { by: 'gwen', ago: 6 * DAY, text: 'See you in there.' },
    ]),
    ...groupLines,
  },
  ...groupFacts,
}

const WORDS = 'the ridge was steep but we took our time and the lake lay still below us in the morning light'.split(' ')

/** One conversation of so many messages, of lengths between a word and a few lines. */
export const flood = (count: number): Story => {
  const spoken: LineView[] = []
  let seed = 7
  for (let index = 0; index < count; index++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const mine = seed % 5 < 2
    const at = NOW - (count - index) * 25_000
    const length = 1 + ((seed >> 8) % ((seed >> 4) % 10 === 0 ? 90 : 18))
    const text = Array.from({ length }, (__, word) => WORDS[(seed + word * 7) % WORDS.length]).join(' ')
    spoken.push({
      id: `${index.toString(16).padStart(8, '0')}${'0'.repeat(56)}`,
      order: { time: at, author: mine ? ME.device : idOf('bob device'), seq: index + 1 },
      at,
      person: mine ? ME.id : idOf('bob'),
      mine,
      kind: 'message',
      text: `${index}: ${text}`,
      edited: false,
      reactions: [],
    })
  }
  return {
    status: status(),
    people: [person('bob', { name: 'Bob', presence: here('nearby') })],
    conversations: [
      conversation('bob', {
        last: { text: 'the last', at: NOW, mine: false },
        progress: [progress(count, count)],
        readUpTo: told(spoken.at(-1)).order,
      }),
    ],
    lines: { [idOf('with bob')]: spoken },
  }
}

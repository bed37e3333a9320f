import { linkOf } from './invitation-calls.ts'
import { MOUNTAIN } from './mountain.ts'
import { DAY, group, HOUR, idOf, lines, ME, member, MINUTE, NOW, progress, told, type Story } from './people.ts'

/** Said in a group, by several people, with every change that a group can have. */
const ridge = lines('ridge', [
  { by: 'bob', ago: 6 * DAY, event: { kind: 'change', change: { kind: 'founded', title: 'Walks' } } },
  {
    by: 'bob',
    ago: 6 * DAY,
    event: { kind: 'change', change: { kind: 'added', person: idOf('gwen'), role: 'member' } },
  },
  { by: 'bob', ago: 6 * DAY, event: { kind: 'change', change: { kind: 'added', person: ME.id, role: 'admin' } } },
  { by: 'bob', ago: 6 * DAY, event: { kind: 'shared', with: ME.id, days: 7, count: 214 } },
  { by: 'bob', ago: 5 * DAY, event: { kind: 'change', change: { kind: 'title', title: 'Sunday ridge walkers' } } },
  { by: 'me', ago: 5 * DAY, event: { kind: 'change', change: { kind: 'picture' } } },
  {
    by: 'me',
    ago: 5 * DAY,
    event: { kind: 'change', change: { kind: 'role', person: idOf('gwen'), role: 'admin' } },
  },
  {
    by: 'gwen',
    ago: 4 * DAY,
    event: { kind: 'change', change: { kind: 'removed', person: idOf('mallory') } },
  },
  { by: 'mallory', ago: 4 * DAY, event: { kind: 'void' } },
  { by: 'tariq', ago: 3 * DAY, event: { kind: 'change', change: { kind: 'left', person: idOf('tariq') } } },
  { by: 'gwen', ago: 3 * DAY, event: { kind: 'device' } },
  { by: 'noa', ago: 2 * DAY, event: { kind: 'split' } },
  { by: 'bob', ago: 70 * MINUTE, text: 'Who is in for Sunday? I would take the north side this time.' },
  { by: 'bob', ago: 70 * MINUTE, text: 'Bus at 7:40, as always.' },
  {
    by: 'gwen',
    ago: 66 * MINUTE,
    text: 'In! I can bring the stove.',
    reactions: [{ emoji: '🎉', people: [ME.id, idOf('bob')] }],
  },
  {
    by: 'noa',
    ago: 61 * MINUTE,
    text: 'אני באה, אבל רק עד הצהריים',
    reply: {
      kind: 'message',
      id: idOf('ridge 12'),
      person: idOf('bob'),
      text: 'Who is in for Sunday? I would take the north side this time.',
    },
  },
  { by: 'ida', ago: 40 * MINUTE, text: 'Count on me for the first half.' },
  { by: 'me', ago: 30 * MINUTE, text: 'I am in, and I have the map.' },
  { by: 'gwen', ago: 12 * MINUTE, text: 'Then we are five.' },
  { by: 'gwen', ago: 12 * MINUTE, text: 'Rain until nine, then it clears.' },
  { by: 'me', ago: 6 * MINUTE, text: 'See you at the stop.' },
])

const RIDGE = idOf('group ridge')
const ALTOS = idOf('group altos')

/** One of every kind of group: mine, a muted one, a request, one that I am not in any more. */
export const groups = [
  group('ridge', {
    title: 'Sunday ridge walkers',
    picture: idOf('mountain'),
    role: 'admin',
    size: 5,
    some: ['bob', 'gwen', 'noa', 'ida'].map(idOf),
    by: idOf('bob'),
    active: NOW - 6 * MINUTE,
    sealedAt: 'Lighthouse',
    last: { text: 'See you at the stop.', at: NOW - 6 * MINUTE, mine: true, person: ME.id },
    progress: [progress(3, 0, 4)],
    readUpTo: told(ridge.at(-1)).order,
  }),
  group('altos', {
    title: 'Choir: second altos, rehearsals and scores for the whole winter',
    size: 3,
    some: ['gwen', 'dan'].map(idOf),
    muted: true,
    unread: 8,
    heldBack: 3,
    active: NOW - 2 * HOUR,
    last: { text: 'The **scores** are in the hall.', at: NOW - 2 * HOUR, mine: false, person: idOf('gwen') },
  }),
  group('raffle', {
    title: 'Win a phone!!!',
    at: 'request',
    size: 214,
    some: ['erin'].map(idOf),
    by: idOf('erin'),
    active: NOW - 3 * MINUTE,
    postQuantum: false,
  }),
  group('flat', { title: 'Flat share', role: 'gone', size: 0, active: NOW - 8 * DAY }),
]

/** What is said in them. */
export const groupLines: Story['lines'] = {
  [RIDGE]: ridge,
  [ALTOS]: lines('altos', [{ by: 'gwen', ago: 2 * HOUR, text: 'The **scores** are in the hall.' }]),
  [idOf('group raffle')]: lines('raffle', [
    {
      by: 'erin',
      ago: 3 * MINUTE,
      event: { kind: 'change', change: { kind: 'added', person: ME.id, role: 'member' } },
    },
  ]),
  [idOf('group flat')]: lines('flat', [
    { by: 'dan', ago: 9 * DAY, text: 'The keys are with the neighbour.' },
    { by: 'dan', ago: 8 * DAY, event: { kind: 'change', change: { kind: 'removed', person: ME.id } } },
  ]),
}

/** Who is in them, how they look, and the invitations that are open. */
export const groupFacts: Pick<Story, 'members' | 'pictures' | 'invitations' | 'joinings'> = {
  members: {
    [RIDGE]: [
      member('bob', { role: 'admin', devices: 2 }),
      member('gwen', { role: 'admin' }),
      member('me', { role: 'admin' }),
      member('ida'),
      member('noa'),
    ],
    [ALTOS]: [member('gwen', { role: 'admin' }), member('me'), member('dan')],
    [idOf('group raffle')]: [member('erin', { role: 'admin' }), member('me')],
  },
  pictures: { [RIDGE]: MOUNTAIN },
  invitations: [
    {
      id: idOf('invitation ridge'),
      link: linkOf('ours'),
      conversation: RIDGE,
      role: 'member',
      history: { share: 'days', days: 7 },
      made: NOW - DAY,
      expires: NOW + 6 * DAY,
      uses: 10,
      used: 3,
      state: 'open',
      waitsAt: 'Lighthouse',
    },
    {
      id: idOf('invitation ridge two'),
      conversation: RIDGE,
      role: 'admin',
      history: { share: 'none' },
      made: NOW - 3 * DAY,
      expires: NOW + 4 * DAY,
      uses: 1,
      used: 0,
      state: 'open',
    },
    {
      id: idOf('invitation mine'),
      link: linkOf('mine'),
      role: 'member',
      history: { share: 'none' },
      made: NOW - 8 * DAY,
      expires: NOW - DAY,
      uses: 1,
      used: 0,
      state: 'expired',
    },
  ],
  joinings: [
    {
      id: idOf('joining frank'),
      inviter: { person: idOf('frank'), name: 'Frank', tag: 'fr4nk2' },
      since: NOW - 3 * HOUR,
      state: { at: 'waiting', left: 'Lighthouse' },
    },
    {
      id: idOf('joining book'),
      inviter: { person: idOf('hana'), name: 'Hana', tag: 'h4n4qq' },
      group: { title: 'Book club' },
      since: NOW - 5 * HOUR,
      state: { at: 'refused', because: 'used' },
    },
  ],
}

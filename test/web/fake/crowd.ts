import {
  conversation,
  group,
  DAY,
  here,
  HOUR,
  idOf,
  lines,
  member,
  MINUTE,
  NOW,
  person,
  status,
  type Story,
} from './people.ts'

/** A group as large as one can be, with a person I verified whose keys changed, and somebody who looks like another. */
export const crowd = (size = 250): Story => {
  const others = Array.from({ length: size - 1 }, (__, index) => `m${index}`)
  const nameAt = (index: number): string =>
    index === 3 ? LONG : index === 4 ? 'محمد عبد الرحمن' : `${FIRST[index % FIRST.length]} ${index + 1}`
  return {
    status: status({ passphrase: true }),
    people: [
      ...others.map((word, index) =>
        person(word, {
          name: nameAt(index),
          ...(index % 3 === 0 ? { presence: here(index % 2 === 0 ? 'direct' : 'relayed') } : {}),
          ambiguous: index === 7 || index === 8,
        }),
      ),
      person('bob', {
        name: 'Bob',
        presence: here('nearby'),
        verified: { at: 'changed', since: NOW - 30 * DAY, changed: NOW - 2 * HOUR },
      }),
      person('bob two', {
        name: 'B0b',
        standing: 'new',
        ambiguous: true,
        verified: { at: 'lookalike', of: idOf('bob') },
      }),
    ],
    conversations: [
      group('crowd', {
        title: 'Everybody in the valley',
        role: 'admin',
        size,
        some: others.slice(0, 4).map(idOf),
        postQuantum: false,
        last: { text: 'Hello valley', at: NOW - MINUTE, mine: false, person: idOf('m0') },
      }),
      conversation('bob', { active: NOW - HOUR, last: { text: 'New phone!', at: NOW - HOUR, mine: false } }),
      conversation('bob two', {
        at: 'request',
        unread: 1,
        active: NOW - MINUTE,
        last: { text: 'It is me', at: NOW - MINUTE, mine: false },
      }),
    ],
    lines: {
      [idOf('group crowd')]: lines('crowd', [
        { by: 'm0', ago: MINUTE, text: 'Hello valley' },
        { by: 'm3', ago: MINUTE, text: 'Hello' },
        { by: 'm4', ago: MINUTE, text: 'مرحبا' },
      ]),
      [idOf('with bob')]: lines('bob', [
        { by: 'bob', ago: 2 * HOUR, event: { kind: 'device' } },
        { by: 'bob', ago: HOUR, text: 'New phone!' },
      ]),
      [idOf('with bob two')]: lines('bob two', [{ by: 'bob two', ago: MINUTE, text: 'It is me' }]),
    },
    members: {
      [idOf('group crowd')]: [
        member('me', { role: 'admin' }),
        ...others.map((word, index) => member(word, { devices: 1 + (index % 3) })),
      ],
    },
  }
}

const LONG = 'Wolfeschlegelsteinhausenbergerdorff'
const FIRST = ['Ada', 'Boris', 'Chiara', 'Dilan', 'Edda', 'Farid', 'Greta', 'Hugo']

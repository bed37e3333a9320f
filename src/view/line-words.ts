import { unreachable } from '../core/bytes/result.ts'
import { countWords } from './count-words.ts'
import type { GroupChange, LineContent, LineView } from './view.ts'

/** What somebody is called on this screen, and whether that is me. */
export type Named = { readonly name: string; readonly mine: boolean }

/** A line that is no message, with who wrote it. */
export type SystemLine = Exclude<LineContent, { kind: 'message' }> & Pick<LineView, 'person' | 'mine'>

/** A line that is no message, or one that is gone, as a sentence. `named`: what the people in it are called. */
export const lineWords = (line: SystemLine, named: (person: string) => Named): string => {
  const { mine } = line
  const { name } = named(line.person)
  switch (line.kind) {
    case 'deleted':
      return mine ? 'You deleted this message' : `${name} deleted this message`
    case 'renamed':
      return mine ? `You are now called ${line.to} (was ${line.from})` : `${line.from} is now called ${line.to}`
    case 'joined':
      return mine ? 'You accepted their request' : `${name} accepted your request`
    case 'change':
      return changeWords(line.change, { name, mine }, line.person, named)
    case 'shared':
      return `${mine ? 'You' : name} shared ${sharedWords(line)} with ${whom(named(line.with))}`
    case 'introduced':
      return mine
        ? `You brought them into the group “${line.title}”`
        : `${name} brought you into the group “${line.title}”`
    case 'void':
      return mine
        ? 'A message of yours does not count: you were removed before the others had it'
        : `A message from ${name} does not count: it was written after ${name} was removed`
    case 'split':
      return mine
        ? 'One of your devices handed out a key that is broken or not the same for all. What it says may not be what the others read.'
        : `${name} handed out a key that is broken or not the same for all. What ${name} says here may not be what the others read: ask them.`
    case 'device':
      return mine ? 'You are writing from a new device' : `${name} is writing from a new device`
    case 'gap':
      return mine
        ? `${countWords(line.count, 'message')} that you wrote on another device ${line.count === 1 ? 'has' : 'have'} not arrived here yet`
        : `${countWords(line.count, 'message')} from ${name} ${line.count === 1 ? 'has' : 'have'} not arrived yet`
    case 'forked':
      return mine
        ? 'Your history exists in two versions: this profile was copied and runs twice, or somebody else has its key. Each of the others gets only one of the two: ask them whether they have what you wrote.'
        : `${name}’s history exists in two versions: their Kith was copied and runs twice, or somebody else has their key. Only one of the two is shown here: ask them in person before you trust what follows, and whether anything is missing.`
    case 'sealed':
      return mine
        ? 'A message of yours cannot be opened on this device: its key is gone'
        : `A message from ${name} arrived but cannot be opened: its key is gone or never came. Ask them to send it again.`
    case 'newer':
      return `${mine ? 'You' : name} sent something that this version of Kith cannot show yet (${line.what}). It is kept; update Kith to see it.`
    default:
      return unreachable(line)
  }
}

/** What somebody changed in a group. `by` is who did it. */
const changeWords = (change: GroupChange, by: Named, author: string, named: (person: string) => Named): string => {
  const who = by.mine ? 'You' : by.name
  switch (change.kind) {
    case 'founded':
      return `${who} made the group “${change.title}”`
    case 'added':
      return `${who} added ${whom(named(change.person))}${change.role === 'admin' ? ' as an admin' : ''}`
    case 'removed':
      return named(change.person).mine
        ? `${who} removed you. What is said from here on does not reach you.`
        : `${who} removed ${whom(named(change.person))}`
    case 'left':
      return named(change.person).mine ? 'You left the group' : `${named(change.person).name} left the group`
    case 'role':
      if (change.person === author && change.role === 'member')
        return by.mine ? 'You are not an admin any more' : `${by.name} is not an admin any more`
      return change.role === 'admin'
        ? `${who} made ${whom(named(change.person))} an admin`
        : `${who} made ${whom(named(change.person))} a member, no admin any more`
    case 'title':
      return `${who} renamed the group to “${change.title}”`
    case 'picture':
      return `${who} changed the group’s picture`
    default:
      return unreachable(change)
  }
}

const whom = ({ name, mine }: Named): string => (mine ? 'you' : name)

const sharedWords = ({ days, count }: Extract<LineContent, { kind: 'shared' }>): string =>
  days === undefined
    ? `all that was said before (${countWords(count, 'message')})`
    : `the last ${countWords(days, 'day')} (${countWords(count, 'message')})`

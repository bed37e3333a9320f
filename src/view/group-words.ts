import { unreachable } from '../core/bytes/result.ts'
import { countWords } from './count-words.ts'
import type { History, Role, Talk } from './view.ts'

export const roleWords = (role: Role | 'gone'): string => {
  switch (role) {
    case 'admin':
      return 'admin'
    case 'member':
      return 'member'
    case 'gone':
      return 'not in it any more'
    default:
      return unreachable(role)
  }
}

/** “5 people, you are an admin”. */
export const groupWords = ({ size, role }: Extract<Talk, { kind: 'group' }>): string =>
  role === 'gone'
    ? 'You are not in this group any more'
    : `${countWords(size, 'person', 'people')}, you are ${role === 'admin' ? 'an admin' : 'a member'}`

/** What a newcomer will see of what was said before. */
export const historyWords = (history: History): string => {
  switch (history.share) {
    case 'none':
      return 'They see what is said from then on, nothing from before.'
    case 'days':
      return `They also see the last ${countWords(history.days, 'day')}, and the group is told that they do.`
    case 'all':
      return 'They also see all that was said before, and the group is told that they do.'
    default:
      return unreachable(history)
  }
}

/** Shown in a group whose keys are too many for slots that hold against a quantum computer. */
export const NOT_POST_QUANTUM =
  'More than 64 devices are in this group. What is said is sealed as always, but somebody who records it today might open it with a quantum computer one day.'

/** Events that wait for others that they build on. */
export const heldBackWords = (count: number): string =>
  `${countWords(count, 'message')} arrived and ${count === 1 ? 'waits' : 'wait'} for others that tell who is in the group. They show as soon as those are here.`

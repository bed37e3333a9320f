import { groupWords } from '../../view/group-words.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { taggedTitle, type GroupView } from '../who.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

export const groups: Command = {
  name: 'groups',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'List your groups',
  more: ['Those in which something happened last come first.'],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withPeer(given, world, async (_, following) => {
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const all = [...following.seen.conversations.values()]
        .filter((each) => each.kind === 'group')
        .toSorted((a, b) => b.active - a.active)
      for (const each of all) world.terminal.print(given.options['json'] ? jsonLine(each) : groupText(each))
      if (all.length === 0 && !given.options['json'])
        world.terminal.note('You are in no group. `kith group new TITLE` makes one.')
      return EXIT.done
    }),
}

const groupText = (group: GroupView): string => {
  const facts = [
    groupWords(group),
    ...(group.at === 'request' ? ['you were added and have not answered: kith group accept, ignore or block'] : []),
    ...(group.at === 'ignored' || group.at === 'blocked' ? [group.at] : []),
    ...(group.muted ? ['muted'] : []),
    ...(group.unread > 0 ? [`${group.unread} unread`] : []),
    ...(group.heldBack > 0 ? [`${group.heldBack} waiting for others`] : []),
  ]
  return `${printable(taggedTitle(group))}  ${facts.join(', ')}`
}

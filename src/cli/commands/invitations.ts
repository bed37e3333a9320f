import { invitationWords, joiningWords } from '../../view/invitation-words.ts'
import type { InvitationView } from '../../view/invitation-view.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import type { Seen } from '../follow.ts'
import { talkName } from '../print.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

export const invitations: Command = {
  name: 'invitations',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'List the invitations that are open, and those that you accepted',
  more: ['Each with the beginning of its id, for kith revoke. Those that are used up, expired or revoked with --all.'],
  options: {
    all: { help: 'List those too that are used up, expired or revoked' },
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: (given, world) =>
    withPeer(given, world, async (_, following) => {
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const { seen } = following
      const made = [...seen.invitations.values()].filter((each) => given.options['all'] || each.state === 'open')
      const joinings = [...seen.joinings.values()].filter((each) => given.options['all'] || each.state.at === 'waiting')
      for (const each of made)
        world.terminal.print(given.options['json'] ? jsonLine(each) : invitationText(each, seen, world.now()))
      for (const each of joinings)
        world.terminal.print(
          given.options['json'] ? jsonLine(each) : `${shortId(each.id)}  ${printable(joiningWords(each))}`,
        )
      if (made.length + joinings.length === 0 && !given.options['json'])
        world.terminal.note('No invitation is open. `kith invite` makes one.')
      return EXIT.done
    }),
}

/** Enough of an id to tell it from the others, and to type. */
export const shortId = (id: string): string => id.slice(0, 8)

const invitationText = (invitation: InvitationView, seen: Seen, now: number): string => {
  const group = invitation.conversation === undefined ? undefined : seen.conversations.get(invitation.conversation)
  const whither = group === undefined ? 'to talk to you' : `into ${talkName(group, seen.people)} as ${invitation.role}`
  const facts = `${shortId(invitation.id)}  ${whither}, ${invitationWords(invitation, now)}`
  return invitation.link === undefined || invitation.state !== 'open' ? facts : `${facts}\n          ${invitation.link}`
}

import { accept, type Result } from '../../core/bytes/result.ts'
import { historyWords } from '../../view/group-words.ts'
import { invitationWords, waitsWords } from '../../view/invitation-words.ts'
import { isSettled } from '../../view/server-words.ts'
import type { Calls } from '../../view/calls.ts'
import type { InvitationView } from '../../view/invitation-view.ts'
import type { Command, Given, World } from '../command.ts'
import { EXIT } from '../exit.ts'
import { HISTORY_OPTION, historyGiven, ROLE_OPTION, roleGiven } from '../history-given.ts'
import { wholeNumber, type Usage } from '../parse.ts'
import { qrText } from '../qr.ts'
import { jsonLine, printable } from '../safe-text.ts'
import {
  chooseGroup,
  fail,
  JSON_OPTION,
  LEAVE_MILLIS_MAX,
  letLeave,
  LOOK_MILLIS_MAX,
  PROFILE_OPTIONS,
  textOf,
  withPeer,
} from '../with-peer.ts'

const DAYS = 7
const DAYS_MAX = 365
const USES_TALK = 1
const USES_GROUP = 10
const USES_MAX = 1_000

export const invite: Command = {
  name: 'invite',
  takes: '[GROUP]',
  words: { min: 0, max: 1 },
  summary: 'Make an invitation: a link to talk to you, or into a group',
  more: [
    'Prints the link; give it to whom you want, by any way you trust. In a terminal its QR code is shown below. Whoever opens it (kith join LINK) is let in by you or, into a group, by any of its admins who is online.',
    'kith invitations lists what is open, kith revoke takes one back.',
  ],
  options: {
    days: { value: 'DAYS', help: `How long it can be used (default: ${DAYS}, at most ${DAYS_MAX})` },
    uses: { value: 'NUMBER', help: `By how many people (default: ${USES_TALK}, into a group ${USES_GROUP})` },
    ...ROLE_OPTION,
    ...HISTORY_OPTION,
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: async (given, world) => {
    const wanted = inviteGiven(given)
    if (!wanted.ok) return fail(wanted.refusal, world)
    return withPeer(given, world, async (peer, following) => {
      const [title] = given.words
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const group = title === undefined ? undefined : await chooseGroup(title, following)
      if (group?.ok === false) return fail(group.refusal, world)
      // The link names the server on which answers can wait: a peer that has only just started is given time to get there.
      if (!peer.running)
        await following.until(() => isSettled(following.seen.status), { world, millis: LOOK_MILLIS_MAX })
      const made = await peer.calls.invite({ ...wanted.value, ...(group && { conversation: group.value.id }) })
      if (!made.ok) return fail(made.refusal, world)
      // It waits on a server a moment later: then it works while this device is away.
      const shown = (): InvitationView => following.seen.invitations.get(made.value.id) ?? made.value
      await following.until(() => (shown().waitsAt === undefined ? undefined : true), {
        world,
        millis: PLACE_MILLIS_MAX,
      })
      await letLeave(peer, following, world)
      if (given.options['json']) world.terminal.print(jsonLine(shown()))
      else showInvitation(shown(), world)
      return EXIT.done
    })
  },
}

/** How long the words wait to say whether an answer can wait on a server. */
const PLACE_MILLIS_MAX = Math.min(1_000, LEAVE_MILLIS_MAX)

const showInvitation = (invitation: InvitationView, world: World): void => {
  const { terminal } = world
  terminal.print(invitation.link ?? '')
  const code = terminal.columns === undefined ? undefined : qrText(invitation.link ?? '', terminal.columns)
  if (code !== undefined) terminal.note(`\n${code}`)
  terminal.note(`It is ${invitationWords(invitation, world.now())}. ${printable(waitsWords(invitation))}`)
  if (invitation.conversation !== undefined) terminal.note(historyWords(invitation.history))
}

type Wanted = Omit<Parameters<Calls['invite']>[0], 'conversation'>

const inviteGiven = (given: Given): Result<Wanted, Usage> => {
  const usual = given.words.length === 0 ? USES_TALK : USES_GROUP
  const days = wholeNumber(textOf(given, 'days') ?? `${DAYS}`, 'days', 1, DAYS_MAX)
  if (!days.ok) return days
  const uses = wholeNumber(textOf(given, 'uses') ?? `${usual}`, 'uses', 1, USES_MAX)
  if (!uses.ok) return uses
  const role = roleGiven(textOf(given, 'role'))
  if (!role.ok) return role
  const history = historyGiven(given)
  if (!history.ok) return history
  return accept({ days: days.value, uses: uses.value, role: role.value, history: history.value })
}

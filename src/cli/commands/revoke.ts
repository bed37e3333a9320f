import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine } from '../safe-text.ts'
import { fail, JSON_OPTION, letLeave, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'
import { shortId } from './invitations.ts'

/** The beginning of an id that is taken for it. */
const ID_CHARACTERS_MIN = 4

export const revoke: Command = {
  name: 'revoke',
  takes: 'ID',
  words: { min: 1, max: 1 },
  summary: 'Take an invitation back, or give up one that you accepted',
  more: ['ID is the beginning of its id, as kith invitations lists it, or the link itself. Whoever is in stays in.'],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withPeer(given, world, async (peer, following) => {
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const [word = ''] = given.words
      const { invitations, joinings } = following.seen
      const made = [...invitations.values()].filter((each) => each.link === word || startsWith(each.id, word))
      const accepted = [...joinings.values()].filter((each) => startsWith(each.id, word))
      const [first, ...others] = [...made, ...accepted]
      if (first === undefined) return fail({ kind: 'unknown-invitation' }, world)
      if (others.length > 0)
        return fail({ kind: 'usage', detail: `Several invitations begin with '${word}': write more of the ID` }, world)
      const done =
        made.length > 0
          ? await peer.calls.revoke({ invitation: first.id })
          : await peer.calls.forgetJoining({ joining: first.id })
      if (!done.ok) return fail(done.refusal, world)
      await letLeave(peer, following, world)
      const words = made.length > 0 ? `Revoked ${shortId(first.id)}.` : `Gave up ${shortId(first.id)}.`
      const json = made.length > 0 ? { invitation: first.id } : { joining: first.id }
      world.terminal.print(given.options['json'] ? jsonLine(json) : words)
      return EXIT.done
    }),
}

const startsWith = (id: string, word: string): boolean => word.length >= ID_CHARACTERS_MIN && id.startsWith(word)

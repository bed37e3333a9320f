import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { conversationWith, fail, JSON_OPTION, letLeave, meetWhom, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

export const forget: Command = {
  name: 'forget',
  takes: 'WHO',
  words: { min: 1, max: 1 },
  summary: 'Delete a conversation from this device, for good',
  more: ['What was said is gone from here and stays with the others. A group is left first.'],
  options: { yes: { help: 'Really do it; without it, nothing is deleted' }, ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withPeer(given, world, async (peer, following) => {
      const [who = ''] = given.words
      const whom = await meetWhom(who, peer, following, world)
      if (!whom.ok) return fail(whom.refusal, world)
      const conversation = conversationWith(whom.value, following.seen)
      if (conversation === undefined) return fail({ kind: 'unknown-conversation' }, world)
      if (given.options['yes'] !== true)
        return fail(
          { kind: 'usage', detail: 'This deletes all that was said, for good. If that is meant, add --yes' },
          world,
        )
      const change = { conversation: conversation.id }
      const forgotten = await peer.calls.forget(change)
      if (!forgotten.ok) return fail(forgotten.refusal, world)
      await letLeave(peer, following, world)
      world.terminal.print(
        given.options['json'] ? jsonLine(change) : `The conversation with ${printable(who)} is deleted here.`,
      )
      return EXIT.done
    }),
}

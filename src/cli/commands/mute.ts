import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { conversationWith, fail, JSON_OPTION, meetWhom, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

export const mute: Command = {
  name: 'mute',
  takes: 'WHO [on|off]',
  words: { min: 1, max: 2 },
  summary: 'Stop being told of new messages of somebody or a group',
  more: [
    'Messages still arrive and count as unread in the list, but not in the title of the window. kith mute WHO off ends it.',
  ],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: async (given, world) => {
    const [who = '', state = 'on'] = given.words
    if (state !== 'on' && state !== 'off')
      return fail({ kind: 'usage', detail: `kith mute takes on or off, not '${state}'` }, world)
    return withPeer(given, world, async (peer, following) => {
      const whom = await meetWhom(who, peer, following, world)
      if (!whom.ok) return fail(whom.refusal, world)
      const conversation = conversationWith(whom.value, following.seen)
      if (conversation === undefined) return fail({ kind: 'unknown-conversation' }, world)
      const change = { conversation: conversation.id, on: state === 'on' }
      const muted = await peer.calls.mute(change)
      if (!muted.ok) return fail(muted.refusal, world)
      const words = `${printable(who)} is ${state === 'on' ? 'muted' : 'not muted any more'}.`
      world.terminal.print(given.options['json'] ? jsonLine(change) : words)
      return EXIT.done
    })
  },
}

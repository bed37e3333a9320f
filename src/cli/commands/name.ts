import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { fail, JSON_OPTION, PROFILE_OPTIONS, withNewPeer, withPeer } from '../with-peer.ts'

export const name: Command = {
  name: 'name',
  takes: '[NEW]',
  words: { min: 0, max: 1 },
  summary: 'Print what people call you, or change it',
  more: ['1 to 40 characters. People you talk to see a line that tells of the change.'],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) => {
    const [wanted] = given.words
    // Whoever only asks for a name does not want a profile made.
    const run = wanted === undefined ? withPeer : withNewPeer
    return run(given, world, async (peer, following) => {
      if (wanted !== undefined) {
        const renamed = await peer.calls.rename({ name: wanted })
        if (!renamed.ok) return fail(renamed.refusal, world)
        world.terminal.print(given.options['json'] ? jsonLine(renamed.value) : printable(renamed.value.name))
        return EXIT.done
      }
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const me = following.seen.status?.me
      if (me === undefined) return fail({ kind: 'name-needed' }, world)
      world.terminal.print(given.options['json'] ? jsonLine({ name: me.name, tag: me.tag }) : printable(me.name))
      return EXIT.done
    })
  },
}

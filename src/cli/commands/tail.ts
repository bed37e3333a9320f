import type { LineView } from '../../view/view.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { castOf, lineText, talkName } from '../print.ts'
import { jsonLine } from '../safe-text.ts'
import { conversationWith, fail, JSON_OPTION, meetWhom, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

/** Lines whose last shape is remembered, so that one that only got a reaction is not printed twice. */
const REMEMBERED_MAX = 1_000

export const tail: Command = {
  name: 'tail',
  takes: '[WHO]',
  words: { min: 0, max: 1 },
  summary: 'Print what is said from now on, until Ctrl+C',
  more: ['Of all conversations, or of the one with WHO. Edited messages are printed again.'],
  options: { ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: (given, world) =>
    withPeer(given, world, async (peer, following) => {
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const who = given.words[0]
      const whom = who === undefined ? undefined : await meetWhom(who, peer, following, world)
      if (whom?.ok === false) return fail(whom.refusal, world)
      const printed = new Map<string, string>()
      for (let update = await following.next(); update !== undefined; update = await following.next()) {
        if (update.kind === 'lagged') world.terminal.note('kith: this was too slow, and some lines were not printed.')
        if (update.kind !== 'line') continue
        const { seen } = following
        if (whom !== undefined && conversationWith(whom.value, seen)?.id !== update.conversation) continue
        if (isRepeated(update.line, printed)) continue
        const talk = seen.conversations.get(update.conversation)
        const from = talk === undefined || whom !== undefined ? '' : `[${talkName(talk, seen.people)}] `
        world.terminal.print(given.options['json'] ? jsonLine(update) : from + lineText(update.line, castOf(seen)))
      }
      return world.ending.aborted ? EXIT.done : fail({ kind: 'disconnected' }, world)
    }),
}

const isRepeated = (line: LineView, printed: Map<string, string>): boolean => {
  const shape = line.kind === 'message' ? line.text : line.kind
  if (printed.get(line.id) === shape) return true
  printed.delete(line.id)
  printed.set(line.id, shape)
  for (const oldest of printed.keys()) {
    if (printed.size <= REMEMBERED_MAX) break
    printed.delete(oldest)
  }
  return false
}

import type { LineView } from '../../view/view.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { lineText, nameOf } from '../print.ts'
import { jsonLine } from '../safe-text.ts'
import { fail, JSON_OPTION, meet, PROFILE_OPTIONS, withPeer } from '../with-peer.ts'

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
      const person = who === undefined ? undefined : await meet(who, peer, following, world)
      if (person?.ok === false) return fail(person.refusal, world)
      const printed = new Map<string, string>()
      for (let update = await following.next(); update !== undefined; update = await following.next()) {
        if (update.kind === 'lagged') world.terminal.note('kith: this was too slow, and some lines were not printed.')
        if (update.kind !== 'line') continue
        const { people, conversations } = following.seen
        const other = conversations.get(update.conversation)?.person
        if (person !== undefined && other !== person.value.id) continue
        if (isRepeated(update.line, printed)) continue
        const from = other === undefined || person !== undefined ? '' : `[${nameOf(other, people)}] `
        world.terminal.print(given.options['json'] ? jsonLine(update) : from + lineText(update.line, people))
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

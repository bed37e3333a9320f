import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { joiningWords, offerWords, otherServersWords } from '../../view/invitation-words.ts'
import type { JoiningView } from '../../view/invitation-view.ts'
import type { Command, Given } from '../command.ts'
import { EXIT } from '../exit.ts'
import { wholeNumber, type Usage } from '../parse.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { fail, JSON_OPTION, LEAVE_MILLIS_MAX, PROFILE_OPTIONS, textOf, withNewPeer } from '../with-peer.ts'

const WAIT_SECONDS = 60
const WAIT_SECONDS_MAX = 24 * 60 * 60

export const join: Command = {
  name: 'join',
  takes: 'LINK',
  words: { min: 1, max: 1 },
  summary: 'Accept an invitation that somebody gave you',
  more: [
    'LINK is the text that begins with kith: (in quotes, if your shell asks for them). Ends with 0 once it is accepted here: you are let in when the one who invited you, or another admin of the group, is online. kith invitations tells how it stands.',
  ],
  options: {
    wait: { help: 'Wait until you are let in; ends with 1 when the answer is no' },
    timeout: { value: 'SECONDS', help: `How long to wait at most (default: ${WAIT_SECONDS}); then ends with 3` },
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: async (given, world) => {
    const waiting = waitGiven(given)
    if (!waiting.ok) return fail(waiting.refusal, world)
    const link = given.words[0] ?? ''
    return withNewPeer(given, world, async (peer, following) => {
      if (!(await following.begun())) return fail({ kind: 'disconnected' }, world)
      const offer = await peer.calls.examine({ link })
      if (!offer.ok) return fail(offer.refusal, world)
      const joined = await peer.calls.join({ link })
      if (!joined.ok) return fail(joined.refusal, world)
      if (!given.options['json']) {
        world.terminal.note(printable(offerWords(offer.value)))
        const servers = otherServersWords(offer.value)
        if (servers !== undefined) world.terminal.note(printable(servers))
      }
      const view = (): JoiningView | undefined => following.seen.joinings.get(joined.value.joining)
      const isDone = (): boolean | undefined => {
        const state = view()?.state
        if (state === undefined || (state.at === 'waiting' && (waiting.value.full || state.left === undefined)))
          return undefined
        return true
      }
      const outcome = await following.until(() => isDone(), { world, millis: waiting.value.millis })
      const seen = view()
      if (seen === undefined) return fail({ kind: 'disconnected' }, world)
      world.terminal.print(given.options['json'] ? jsonLine(seen) : printable(joiningWords(seen)))
      if (seen.state.at === 'refused') return EXIT.failed
      if (seen.state.at === 'in' || !waiting.value.full) return EXIT.done
      return outcome.at === 'late' ? EXIT.timedOut : EXIT.failed
    })
  },
}

/** `full`: until somebody answered; else only so long that the answer can leave, or be there at once. */
const waitGiven = (given: Given): Result<{ readonly full: boolean; readonly millis: number }, Usage> => {
  const full = given.options['wait'] === true
  const timeout = textOf(given, 'timeout')
  if (!full)
    return timeout === undefined
      ? accept({ full, millis: LEAVE_MILLIS_MAX })
      : refuse({ kind: 'usage', detail: '--timeout is for --wait alone' })
  const seconds = wholeNumber(timeout ?? `${WAIT_SECONDS}`, 'timeout', 0, WAIT_SECONDS_MAX)
  return seconds.ok ? accept({ full, millis: seconds.value * 1000 }) : seconds
}

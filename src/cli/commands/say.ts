import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import { TEXT_BYTES_MAX } from '../../core/timeline/size.ts'
import type { Said } from '../../view/calls.ts'
import { deliveryWords, EVERYBODY } from '../../view/delivery-words.ts'
import { deliveryOf, shownName, type Delivery } from '../../view/view.ts'
import type { BorrowedPeer } from '../borrow.ts'
import type { Command, Given, InputRefusal, World } from '../command.ts'
import { EXIT, type Exit } from '../exit.ts'
import type { Following } from '../follow.ts'
import { wholeNumber, type Usage } from '../parse.ts'
import { jsonLine, printable } from '../safe-text.ts'
import type { Whom } from '../who.ts'
import { fail, JSON_OPTION, LEAVE_MILLIS_MAX, meetWhom, PROFILE_OPTIONS, textOf, withPeer } from '../with-peer.ts'

const WAIT_SECONDS = 60
const WAIT_SECONDS_MAX = 24 * 60 * 60

export const say: Command = {
  name: 'say',
  takes: 'WHO TEXT...',
  words: { min: 2, max: Number.MAX_SAFE_INTEGER },
  summary: 'Send somebody, or a group, a message',
  more: [
    'TEXT is the rest of the line, joined by spaces; - reads it from standard input. Words that begin with - go behind --, as in: kith say bob -- -1 is enough.',
    'Ends with 0 only when the message is kept on disk. It then goes out by itself whenever both sides are running. When Kith does not run, it runs for as long as this takes.',
  ],
  options: {
    wait: {
      value: 'STATE',
      help: 'Wait until it is: sealed (on a server, for who is away), delivered (their device has stored it), or read',
    },
    timeout: { value: 'SECONDS', help: `How long to wait at most (default: ${WAIT_SECONDS}); then ends with 3` },
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: async (given, world) => {
    const waiting = waitGiven(given)
    if (!waiting.ok) return fail(waiting.refusal, world)
    const text = await textGiven(given.words.slice(1), world)
    if (world.ending.aborted) return fail({ kind: 'interrupted' }, world)
    if (!text.ok) return fail(text.refusal, world)
    return withPeer(given, world, async (peer, following) => {
      const whom = await meetWhom(given.words[0] ?? '', peer, following, world)
      if (!whom.ok) return fail(whom.refusal, world)
      return sayTo(whom.value, text.value, { given, world, peer, following, waiting: waiting.value })
    })
  },
}

type Waiting = { readonly for: Delivery; readonly millis: number }

type Saying = {
  readonly given: Given
  readonly world: World
  readonly peer: BorrowedPeer
  readonly following: Following
  readonly waiting: Waiting
}

const waitFor = (said: Said, wanted: Delivery, millis: number, { following, world }: Saying) =>
  following.until(() => (reached(said, following, wanted) ? true : undefined), { world, millis })

const sayTo = async (whom: Whom, text: string, saying: Saying): Promise<Exit> => {
  const { world, peer, following, waiting } = saying
  const opened =
    whom.at === 'group' ? accept({ conversation: whom.group.id }) : await peer.calls.open({ person: whom.person.id })
  if (!opened.ok) return fail(opened.refusal, world)
  const said = await peer.calls.say({ conversation: opened.value.conversation, text })
  if (!said.ok) return fail(said.refusal, world)
  const outcome = await waitFor(said.value, waiting.for, waiting.millis, saying)
  if (!peer.running && waiting.for === 'kept') await waitFor(said.value, 'sealed', LEAVE_MILLIS_MAX, saying)
  const delivery = deliveryNow(said.value, following)
  if (saying.given.options['json']) world.terminal.print(jsonLine({ ...said.value, delivery }))
  else world.terminal.print(`${wordsFor(delivery, whom, said.value, following)}.`)
  if (outcome.at === 'found') return EXIT.done
  const ended = world.ending.aborted
  const state = ended ? `you ended the wait before it was ${waiting.for}` : `it is not ${waiting.for} yet`
  world.terminal.note(`kith: ${state}. It is kept, and goes out by itself while Kith runs: do not send it again.`)
  if (ended) return EXIT.interrupted
  return outcome.at === 'late' ? EXIT.timedOut : EXIT.failed
}

const wordsFor = (delivery: Delivery, whom: Whom, said: Said, following: Following): string => {
  const server = following.seen.conversations.get(said.conversation)?.sealedAt
  const name =
    whom.at === 'group' ? `${EVERYBODY} in ${printable(whom.group.title)}` : printable(shownName(whom.person))
  return deliveryWords(delivery, name, server === undefined ? undefined : printable(server))
}

const deliveryNow = (said: Said, following: Following): Delivery =>
  deliveryOf(said, following.seen.conversations.get(said.conversation)?.progress ?? [])

const STEPS: readonly Delivery[] = ['kept', 'sealed', 'delivered', 'read']

const reached = (said: Said, following: Following, wanted: Delivery): boolean =>
  STEPS.indexOf(deliveryNow(said, following)) >= STEPS.indexOf(wanted)

const waitGiven = (given: Given): Result<Waiting, Usage> => {
  const state = textOf(given, 'wait')
  const timeout = textOf(given, 'timeout')
  if (state === undefined)
    return timeout === undefined
      ? accept({ for: 'kept', millis: 0 })
      : refuse({ kind: 'usage', detail: '--timeout is for --wait alone' })
  if (state !== 'sealed' && state !== 'delivered' && state !== 'read')
    return refuse({ kind: 'usage', detail: `--wait takes sealed, delivered or read, not '${state}'` })
  if (timeout === undefined) return accept({ for: state, millis: WAIT_SECONDS * 1000 })
  const seconds = wholeNumber(timeout, 'timeout', 0, WAIT_SECONDS_MAX)
  return seconds.ok ? accept({ for: state, millis: seconds.value * 1000 }) : seconds
}

const textGiven = async (words: readonly string[], world: World): Promise<Result<string, InputRefusal>> => {
  if (words.length !== 1 || words[0] !== '-') return accept(words.join(' '))
  const input = await world.terminal.input(TEXT_BYTES_MAX + 2, world.ending)
  // The line break that every command's output ends with is not part of the message.
  return input.ok ? accept(input.value.replace(/\r?\n$/, '')) : input
}

import { foundWords, presenceWords } from '../../view/presence-words.ts'
import type { ConversationView, Millis, PersonView } from '../../view/view.ts'
import type { BorrowedPeer } from '../borrow.ts'
import type { Command, World } from '../command.ts'
import { EXIT, type Exit } from '../exit.ts'
import type { Following } from '../follow.ts'
import { reachText } from '../reach-text.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { taggedName } from '../who.ts'
import {
  conversationWith,
  fail,
  JSON_OPTION,
  LOOK_MILLIS_MAX,
  meet,
  PROFILE_OPTIONS,
  textOf,
  withPeer,
} from '../with-peer.ts'

export const people: Command = {
  name: 'people',
  takes: '',
  words: { min: 0, max: 0 },
  summary: 'List the people you know and those who can be found now',
  more: [
    `Those who are here come first. When Kith is not running, it looks around for ${LOOK_MILLIS_MAX / 1000} seconds before it prints the list.`,
  ],
  options: {
    reach: { value: 'WHO', help: 'Tell how one of them is reached: the path, what was tried, and why not directly' },
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: (given, world) =>
    withPeer(given, world, async (peer, following) => {
      const who = textOf(given, 'reach')
      if (who !== undefined) return tellReach(who, { json: given.options['json'] === true, peer, following, world })
      if (!(await following.begun()))
        return fail({ kind: world.ending.aborted ? 'interrupted' : 'disconnected' }, world)
      if (!peer.running) await following.until(() => undefined, { world, millis: LOOK_MILLIS_MAX })
      // A list for which nobody has looked around to the end is none.
      if (world.ending.aborted) return fail({ kind: 'interrupted' }, world)
      const { seen } = following
      const sorted = [...seen.people.values()].toSorted(byNearness)
      for (const person of sorted) {
        const conversation = conversationWith({ at: 'person', person }, seen)
        world.terminal.print(given.options['json'] ? jsonLine(person) : personText(person, conversation, world.now()))
      }
      if (sorted.length === 0 && !given.options['json']) world.terminal.note('Nobody is known or found yet.')
      return EXIT.done
    }),
}

const tellReach = async (
  who: string,
  input: {
    readonly json: boolean
    readonly peer: BorrowedPeer
    readonly following: Following
    readonly world: World
  },
): Promise<Exit> => {
  const { json, peer, following, world } = input
  const found = await meet(who, peer, following, world)
  if (!found.ok) return fail(found.refusal, world)
  const reach = await peer.calls.reach({ person: found.value.id })
  if (!reach.ok) return fail(reach.refusal, world)
  const person = found.value
  const about = { person, name: taggedName(person), status: await peer.calls.status(), now: world.now() }
  const lines = json ? [jsonLine(reach.value)] : reachText(reach.value, about).map(printable)
  for (const line of lines) world.terminal.print(line)
  return EXIT.done
}

const byNearness = (a: PersonView, b: PersonView): number =>
  Number(b.presence.at === 'here') - Number(a.presence.at === 'here') ||
  a.name.localeCompare(b.name) ||
  (a.id < b.id ? -1 : 1)

const personText = (person: PersonView, conversation: ConversationView | undefined, now: Millis): string => {
  const facts = [
    person.presence.at === 'away' && conversation === undefined
      ? foundWords(person.foundBy)
      : presenceWords(person.presence, now),
    ...(person.verified.at === 'yes' ? ['verified'] : []),
    ...(person.verified.at === 'changed' ? ['not verified any more: new device'] : []),
    ...(person.verified.at === 'lookalike' ? ['NOT the one you verified'] : []),
    ...(person.standing === 'blocked' || person.standing === 'ignored' ? [person.standing] : []),
    ...(conversation?.at === 'request' ? ['wants to talk to you'] : []),
    ...(conversation !== undefined && conversation.unread > 0 ? [`${conversation.unread} unread`] : []),
  ]
  return `${printable(taggedName(person))}  ${facts.join(', ')}`
}

import { accept, type Result } from '../../core/bytes/result.ts'
import type { Refusal } from '../../view/calls.ts'
import type { PersonView } from '../../view/view.ts'
import type { BorrowedPeer } from '../borrow.ts'
import type { Command, Given, World } from '../command.ts'
import { EXIT, type Exit } from '../exit.ts'
import type { Following } from '../follow.ts'
import { HISTORY_OPTION, historyGiven, ROLE_OPTION, roleGiven } from '../history-given.ts'
import { jsonLine, printable } from '../safe-text.ts'
import { groupTag, taggedName, type GroupView } from '../who.ts'
import { chooseGroup, fail, JSON_OPTION, letLeave, meet, PROFILE_OPTIONS, textOf, withPeer } from '../with-peer.ts'
import type { CommandRefusal } from '../words.ts'

/** A line to print, in words and as an object for scripts. */
type Told = { readonly text: string; readonly json: object }
type Done = Promise<Result<readonly Told[], CommandRefusal>>

/** What is done to a group: what it takes after its name, and doing it. Answers what there is to print. */
type Action = {
  readonly takes: string
  readonly words: { readonly min: number; readonly max: number }
  run(doing: Doing): Done
}

type Doing = {
  readonly group: GroupView
  /** What stands behind the group's name. */
  readonly rest: readonly string[]
  readonly given: Given
  readonly peer: BorrowedPeer
  readonly following: Following
  readonly world: World
}

const MANY = Number.MAX_SAFE_INTEGER

const ACTIONS: { readonly [name: string]: Action } = {
  members: { takes: 'GROUP', words: { min: 0, max: 0 }, run: (doing) => listMembers(doing) },
  add: { takes: 'GROUP WHO...', words: { min: 1, max: MANY }, run: (doing) => addAll(doing) },
  remove: {
    takes: 'GROUP WHO',
    words: { min: 1, max: 1 },
    run: (doing) =>
      withSomebody(doing, async (person) => {
        const change = { conversation: doing.group.id, person: person.id }
        const removed = await doing.peer.calls.remove(change)
        return told(removed, change, `${taggedName(person)} is not in ${doing.group.title} any more.`)
      }),
  },
  role: {
    takes: 'GROUP WHO member|admin',
    words: { min: 2, max: 2 },
    run: (doing) =>
      withSomebody(doing, async (person) => {
        const role = roleGiven(doing.rest[1])
        if (!role.ok) return role
        const change = { conversation: doing.group.id, person: person.id, role: role.value }
        const changed = await doing.peer.calls.setRole(change)
        return told(
          changed,
          change,
          `${taggedName(person)} is ${role.value === 'admin' ? 'an admin' : 'a member'} now.`,
        )
      }),
  },
  title: {
    takes: 'GROUP NEW...',
    words: { min: 1, max: MANY },
    run: async ({ peer, group, rest }) => {
      const change = { conversation: group.id, title: rest.join(' ') }
      return told(await peer.calls.retitle(change), change, `${group.title} is now called ${change.title}.`)
    },
  },
  leave: {
    takes: 'GROUP',
    words: { min: 0, max: 0 },
    run: async ({ peer, group }) => {
      const change = { conversation: group.id }
      return told(await peer.calls.leave(change), change, `You left ${group.title}. What was said stays here.`)
    },
  },
  accept: { takes: 'GROUP', words: { min: 0, max: 0 }, run: (doing) => answer(doing, 'accepted', 'You are in') },
  ignore: { takes: 'GROUP', words: { min: 0, max: 0 }, run: (doing) => answer(doing, 'ignored', 'You ignore') },
  block: { takes: 'GROUP', words: { min: 0, max: 0 }, run: (doing) => answer(doing, 'blocked', 'You blocked') },
}

const USAGE = ['new TITLE [WHO...]', ...Object.entries(ACTIONS).map(([name, { takes }]) => `${name} ${takes}`)]

export const group: Command = {
  name: 'group',
  takes: 'WHAT ...',
  words: { min: 1, max: MANY },
  summary: 'Make a group, see and change who is in it',
  more: [
    `WHAT is one of: ${USAGE.join('; ')}.`,
    'GROUP is a title, or the tag beside it in kith groups. A title of several words stands in quotes. kith invite GROUP makes a link into it, kith say GROUP writes to it.',
  ],
  options: { ...ROLE_OPTION, ...HISTORY_OPTION, ...PROFILE_OPTIONS, ...JSON_OPTION },
  run: async (given, world) => {
    const [what = '', ...words] = given.words
    const fault = faultOf(what, words) ?? optionFault(what, given)
    if (fault !== undefined) return fail({ kind: 'usage', detail: fault }, world)
    return withPeer(given, world, (peer, following) =>
      what === 'new'
        ? found(words, { given, peer, following, world })
        : act(what, words, { given, peer, following, world }),
    )
  },
}

const faultOf = (what: string, words: readonly string[]): string | undefined => {
  if (what === 'new') return words.length === 0 ? 'kith group new needs TITLE [WHO...]' : undefined
  const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
  if (action === undefined) return `kith group does not know '${what}'. It takes: ${USAGE.join('; ')}`
  const count = words.length - 1
  if (count < action.words.min) return `kith group ${what} needs ${action.takes}`
  return count > action.words.max ? `Unexpected argument '${words[action.words.max + 1] ?? ''}'` : undefined
}

const optionFault = (what: string, given: Given): string | undefined => {
  const wrong = ['role', 'history'].find((each) => what !== 'add' && given.options[each] !== undefined)
  if (wrong !== undefined) return `--${wrong} is for kith group add alone`
  const role = roleGiven(textOf(given, 'role'))
  const history = historyGiven(given)
  return role.ok ? (history.ok ? undefined : history.refusal.detail) : role.refusal.detail
}

type Beside = Omit<Doing, 'group' | 'rest'>

const found = async (words: readonly string[], beside: Beside): Promise<Exit> => {
  const { peer, following, world, given } = beside
  const [title = '', ...names] = words
  const people: string[] = []
  for (const name of names) {
    const person = await meet(name, peer, following, world)
    if (!person.ok) return fail(person.refusal, world)
    people.push(person.value.id)
  }
  const made = await peer.calls.found({ title, people })
  if (!made.ok) return fail(made.refusal, world)
  await letLeave(peer, following, world)
  if (given.options['json']) world.terminal.print(jsonLine(made.value))
  else {
    const tag = groupTag(made.value.conversation)
    world.terminal.print(printable(`Made ${title} ·${tag}. Invite others: kith invite ${tag}`))
  }
  return EXIT.done
}

const act = async (what: string, words: readonly string[], beside: Beside): Promise<Exit> => {
  const { peer, following, world } = beside
  const [name = '', ...rest] = words
  const chosen = await chooseGroup(name, following)
  if (!chosen.ok) return fail(chosen.refusal, world)
  const done = await ACTIONS[what]?.run({ ...beside, group: chosen.value, rest })
  if (done === undefined) return EXIT.unclear
  if (!done.ok) return fail(done.refusal, world)
  if (what !== 'members') await letLeave(peer, following, world)
  for (const { text, json } of done.value)
    world.terminal.print(beside.given.options['json'] ? jsonLine(json) : printable(text))
  return EXIT.done
}

const withSomebody = async ({ rest, peer, following, world }: Doing, run: (person: PersonView) => Done): Done => {
  const person = await meet(rest[0] ?? '', peer, following, world)
  return person.ok ? run(person.value) : person
}

/** What was done, as it was asked for and in words. */
const told = (done: Result<unknown, Refusal>, json: object, text: string): Result<readonly Told[], CommandRefusal> =>
  done.ok ? accept([{ text, json }]) : done

const answer = async (
  { peer, group: { id, title } }: Doing,
  standing: 'accepted' | 'ignored' | 'blocked',
  words: string,
): Done => {
  const change = { conversation: id, standing }
  return told(await peer.calls.answer(change), change, `${words} ${title}.`)
}

const listMembers = async ({ group: { id }, peer, following }: Doing): Done => {
  const members = await peer.calls.members({ conversation: id })
  if (!members.ok) return members
  const { people, status } = following.seen
  const lines = members.value.map((member): Told => {
    const person = people.get(member.person)
    const mine = status?.me && `${status.me.name} ·${status.me.tag}`
    const name = member.me ? (mine ?? 'you') : person ? taggedName(person) : `somebody (${member.person.slice(0, 8)})`
    const facts = [
      member.role,
      ...(member.me ? ['you'] : []),
      ...(member.devices > 1 ? [`${member.devices} devices`] : []),
    ]
    return { text: `${name}  ${facts.join(', ')}`, json: member }
  })
  return accept(lines)
}

/** Whoever is unclear or unknown is found out before anybody is added. */
const addAll = async (doing: Doing): Done => {
  const { group: into, rest, given, peer, following, world } = doing
  const role = roleGiven(textOf(given, 'role'))
  const history = historyGiven(given)
  if (!role.ok) return role
  if (!history.ok) return history
  const people: PersonView[] = []
  for (const name of rest) {
    const person = await meet(name, peer, following, world)
    if (!person.ok) return person
    people.push(person.value)
  }
  for (const person of people) {
    const added = await peer.calls.add({
      conversation: into.id,
      person: person.id,
      role: role.value,
      history: history.value,
    })
    if (!added.ok) return added
  }
  const text = `${people.map(taggedName).join(', ')} ${people.length === 1 ? 'is' : 'are'} in ${into.title} now.`
  return accept([{ text, json: { conversation: into.id, people: people.map(({ id }) => id), role: role.value } }])
}

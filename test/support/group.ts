import type { ConversationView, GroupChange, LineView, MemberView } from '../../src/view/view.ts'
import { done, linesIn, type Home, type Town } from './town.ts'

/** People with machines of their own who know each other: they are all near, and have accepted each other. */
export const friends = async (town: Town, names: readonly string[]): Promise<readonly Home[]> => {
  const homes: Home[] = []
  for (const name of names) homes.push(await town.home(name))
  await town.time.advance(3_000)
  for (const one of homes)
    for (const other of homes)
      if (one !== other) done(await one.calls.decide({ person: other.person, standing: 'accepted' }))
  await town.time.advance(1_000)
  return homes
}

/** A group of one with others in it; answers its id once everybody is there. */
export const foundGroup = async (
  town: Town,
  founder: Home,
  { title, others }: { readonly title: string; readonly others: readonly Home[] },
): Promise<string> => {
  const people = others.map(({ person }) => person)
  const { conversation } = done(await founder.calls.found({ title, people }))
  await town.time.advance(5_000)
  return conversation
}

export const sayIn = async (home: Home, conversation: string, text: string): Promise<string> =>
  done(await home.calls.say({ conversation, text })).line

/** The lines of a group as a person would tell them: `Ann: hi`, `(Ann removed Ben)`. */
export const groupStory = async (
  home: Home,
  conversation: string,
  homes: readonly Home[],
): Promise<readonly string[]> => {
  const lines = await linesIn(home, conversation)
  return lines.map((line) => tell(line, (person) => homes.find((each) => each.person === person)?.name ?? 'somebody'))
}

/** What they said to each other there, without what changed. */
export const wordsIn = async (home: Home, conversation: string, homes: readonly Home[]): Promise<readonly string[]> =>
  (await groupStory(home, conversation, homes)).filter((line) => !line.startsWith('('))

/** `Ann* Ben Cid`: who is in, with a star at each admin. */
export const rosterOf = async (home: Home, conversation: string, homes: readonly Home[]): Promise<string> => {
  const members = done(await home.calls.members({ conversation }))
  const nameOf = ({ person, role }: MemberView): string =>
    (homes.find((each) => each.person === person)?.name ?? 'somebody') + (role === 'admin' ? '*' : '')
  return members.map(nameOf).sort().join(' ')
}

export const groupView = (home: Home, conversation: string): Extract<ConversationView, { kind: 'group' }> => {
  const view = home.screen.conversations.get(conversation)
  if (view?.kind !== 'group') throw new Error(`${home.name} sees no such group`)
  return view
}

const tell = (line: LineView, nameOf: (person: string) => string): string => {
  const who = nameOf(line.person)
  switch (line.kind) {
    case 'message':
      return `${who}: ${line.text}${line.edited ? ' (edited)' : ''}${line.reactions.map(({ emoji }) => ` ${emoji}`).join('')}`
    case 'change':
      return `(${who} ${tellChange(line.change, nameOf)})`
    case 'shared':
      return `(${who} shared ${line.count} with ${nameOf(line.with)})`
    case 'introduced':
      return `(${who} brought me to ${line.title})`
    case 'renamed':
      return `(${line.from} is now ${line.to})`
    case 'gap':
      return `(${line.count} missing of ${who})`
    case 'newer':
      return `(something newer of ${who})`
    case 'deleted':
    case 'joined':
    case 'void':
    case 'split':
    case 'device':
    case 'forked':
    case 'sealed':
      return `(${line.kind} of ${who})`
  }
}

const tellChange = (change: GroupChange, nameOf: (person: string) => string): string => {
  switch (change.kind) {
    case 'founded':
      return `founded ${change.title}`
    case 'added':
      return `added ${nameOf(change.person)}${change.role === 'admin' ? ' as admin' : ''}`
    case 'removed':
      return `removed ${nameOf(change.person)}`
    case 'left':
      return 'left'
    case 'role':
      return `made ${nameOf(change.person)} ${change.role}`
    case 'title':
      return `called it ${change.title}`
    case 'picture':
      return 'gave it a picture'
  }
}

/** Nobody of these reaches anybody of those any more, until the function that is returned is called. */
export const part = (town: Town, these: readonly Home[], those: readonly Home[]): (() => void) => {
  const pairs = these.flatMap((one) => those.map((other) => [one.device, other.device] as const))
  for (const [one, other] of pairs) town.wires.part(one, other)
  return () => {
    for (const [one, other] of pairs) town.wires.mend(one, other)
  }
}

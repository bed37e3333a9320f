import assert from 'node:assert/strict'
import test from 'node:test'
import type { LineView } from '../../src/view/view.ts'
import { seededRandom } from '../core/reach/random.ts'
import { assertScreen } from '../support/agreement.ts'
import { foundGroup, friends, part, rosterOf, sayIn } from '../support/group.ts'
import { createTown, linesIn, type Home } from '../support/town.ts'

const STEPS = 150
/** Lines that nobody is to see once all have met. */
const WRONG: ReadonlySet<string> = new Set(['gap', 'forked', 'sealed', 'newer', 'split'])

/**
 * Five people in a group who talk, come, go, are made admins, parted, stopped and killed, at random. In the end everybody
 * who is in agrees who is, and on what was said since the last of them came.
 */
const story = async (seed: number): Promise<void> => {
  const random = seededRandom(seed)
  const town = createTown(seed)
  const homes = await friends(town, ['Ann', 'Ben', 'Cid', 'Dot', 'Eve'])
  const [ann, ben, cid] = homes as [Home, Home, Home]
  const group = await foundGroup(town, ann, { title: 'Weather', others: [ben, cid] })
  const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const mends: (() => void)[] = []
  const said: string[] = []

  /** What one does may well be refused: they are no admin, are out, or are not running. */
  const acts: readonly ((who: Home, other: Home) => Promise<unknown>)[] = [
    async (who) => {
      const text = `${who.name} ${said.length}`
      said.push(text)
      await who.calls.say({ conversation: group, text })
    },
    (who) => who.calls.say({ conversation: group, text: 'hm' }),
    async (who) => {
      const page = await who.calls.history({ conversation: group, limit: 20 })
      const line = page.ok ? page.value.lines.findLast(({ kind }) => kind === 'message') : undefined
      if (line) await who.calls.react({ conversation: group, line: line.id, emoji: '👍', on: true })
    },
    (who, other) =>
      who.calls.add({ conversation: group, person: other.person, role: 'member', history: { share: 'none' } }),
    (who, other) => who.calls.remove({ conversation: group, person: other.person }),
    (who, other) => who.calls.setRole({ conversation: group, person: other.person, role: 'admin' }),
    (who, other) => who.calls.setRole({ conversation: group, person: other.person, role: 'member' }),
    (who) => who.calls.retitle({ conversation: group, title: `${who.name}'s` }),
    (who) => {
      const those = homes.filter((each) => each !== who && random() < 0.5)
      mends.push(part(town, [who], those))
      return Promise.resolve()
    },
    () => {
      mends.shift()?.()
      return Promise.resolve()
    },
    (who) => who.stop(),
    (who) => {
      who.crash()
      return Promise.resolve()
    },
  ]
  for (let step = 0; step < STEPS; step++) {
    const who = one(homes)
    if (!who.running) await who.start()
    else void one(acts)(who, one(homes.filter((each) => each !== who)))
    await town.time.advance(one([10, 500, 5_000]))
  }
  for (const mend of mends) mend()
  for (const each of homes) if (!each.running) await each.start()
  await town.time.advance(150_000)
  // Who is out heard nothing of what came later; everybody knows of themselves.
  const members: Home[] = []
  for (const each of homes) if (namesIn(await rosterIfThere(each, group, homes)).has(each.name)) members.push(each)
  const [first] = members
  // All may have gone.
  if (!first) return
  const roster = await rosterOf(first, group, homes)
  assert.deepEqual(namesIn(roster), new Set(members.map(({ name }) => name)))
  for (const each of members) assert.equal(await rosterOf(each, group, homes), roster, each.name)
  for (const each of members) await sayIn(each, group, `${each.name} at the end`)
  await town.time.advance(10_000)
  const held: Map<string, LineView>[] = []
  for (const each of members) held.push(new Map((await linesIn(each, group)).map((line) => [line.id, line])))
  const all = held.flatMap((lines) => [...lines.values()])
  const goings = all.flatMap((line) => (line.kind === 'change' && 'person' in line.change ? [line.change] : []))
  const isSteady = ({ person }: Home): boolean =>
    [ann, ben, cid].some((each) => each.person === person) &&
    !all.some(({ kind }) => kind === 'void') &&
    !goings.some((change) => change.person === person && (change.kind === 'removed' || change.kind === 'left'))
  // Who was out for a while did not hear how others reacted meanwhile: of them, what was said is compared.
  for (const [index, lines] of held.entries())
    for (const [further, others] of held.slice(index + 1).entries()) {
      const areSteady = [members[index], members[index + 1 + further]].every((each) => each && isSteady(each))
      for (const [id, line] of lines) {
        const other = others.get(id)
        if (other) assert.deepEqual(asToldBy(line, areSteady), asToldBy(other, areSteady))
        else assert.ok(!areSteady || isBeforeAdded(line), `${id} is missing`)
      }
    }
  for (const lines of held) {
    const kinds = [...lines.values()].map(({ kind }) => kind)
    assert.deepEqual(
      kinds.filter((kind) => WRONG.has(kind)),
      [],
    )
    const texts = new Set([...lines.values()].flatMap((line) => (line.kind === 'message' ? [line.text] : [])))
    for (const each of members) assert.ok(texts.has(`${each.name} at the end`), `${each.name} is not heard`)
  }
  for (const each of homes) await assertScreen(each)
}

const namesIn = (roster: string): ReadonlySet<string> => new Set(roster.replaceAll('*', '').split(' '))

const rosterIfThere = (each: Home, group: string, homes: readonly Home[]): Promise<string> =>
  each.screen.conversations.has(group) ? rosterOf(each, group, homes) : Promise.resolve('')

const asToldBy = ({ at: _at, mine: _mine, ...line }: LineView, whole: boolean) =>
  line.kind === 'message' && !whole ? { ...line, reactions: [] } : line

/** The founder alone sees how the group began. */
const isBeforeAdded = (line: LineView): boolean =>
  line.kind === 'change' && (line.change.kind === 'founded' || line.change.kind === 'added')

for (const seed of [1, 2, 3, 503, 524, 732])
  test(`[GP20] in any weather those who are in agree on who is and on what was said (seed ${seed})`, () => story(seed))

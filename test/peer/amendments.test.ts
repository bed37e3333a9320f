import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import fc from 'fast-check'
import { encodeLine, readLine } from '../../src/core/timeline/line.ts'
import { shownOf } from '../../src/core/timeline/message.ts'
import type { SignedEvent } from '../../src/core/event/event.ts'
import { conversationOf, crypto } from './stage.ts'
import { createDevice, createPerson } from '../core/group/device.ts'

const EMOJI = ['👍', '🎉', '😀', '😁', '😂'] as const
/** More than the first version looked at of one message; each emoji is used an odd number of times, so that it stands. */
const REACTIONS = 1_105

/** Ann says something and changes it, and Ben reacts; Cid hears of it. All that each of the two wrote, in order. */
const talked = async () => {
  const [ann, ben, cid] = await Promise.all(
    ['Ann', 'Ben', 'Cid'].map(async (name) => createDevice(crypto, await createPerson(crypto, name))),
  )
  assert.ok(ann && ben && cid)
  await ann.foundsGroup()
  await ann.adds(ben)
  await ann.adds(cid)
  ben.watches(ann)
  await ben.hears(ann.wrote)
  const [said] = (await ann.says('a secret')).slice(-1)
  assert.ok(said)
  const target = said.id
  const before = ann.wrote.length
  for (let index = 0; index < 5; index++) await ann.writes({ kind: 'edit', target, text: `edit ${index}` }, true)
  const edits = ann.wrote.slice(before)
  await ben.hears([said])
  const own = ben.wrote.length
  for (let index = 0; index < REACTIONS; index++) {
    const on = Math.floor(index / EMOJI.length) % 2 === 0
    await ben.writes({ kind: 'reaction', target, emoji: EMOJI[index % EMOJI.length] ?? '', on }, true)
  }
  const reactions = ben.wrote.slice(own)
  const deletion = await ann.writes({ kind: 'delete', target }, true)
  const place = { ann: ann.wrote.slice(0, before), ben: ben.wrote.slice(0, own) }
  return { cid, target, group: ann.replica.conversation, place, edits, reactions, deletion }
}

type Talked = Awaited<ReturnType<typeof talked>>

const listener = ({ cid, group }: Talked) => conversationOf(cid, group)
type Listener = Awaited<ReturnType<typeof listener>>

const stands = async ({ store, conversation }: Listener, id: string): Promise<string> => {
  const kept = await store.line(conversation.id, id)
  const line = kept && readLine(kept.bytes)
  if (line?.kind !== 'text') return line?.kind ?? 'nothing'
  if (line.message.kind === 'deleted') return 'deleted'
  return [line.message.text, ...shownOf(line.message).reactions.map(([emoji]) => emoji)].join(' ')
}

/** Two lists of events, each in its order, as they may come: cut into groups and shuffled into each other. */
const groups = (
  lists: readonly (readonly SignedEvent[])[],
  dice: readonly number[],
): readonly (readonly SignedEvent[])[] => {
  const rest = lists.map((list) => [...list])
  const found: SignedEvent[][] = []
  for (let turn = 0; rest.some((list) => list.length > 0); turn++) {
    const number = dice[turn % dice.length] ?? 0
    const list = rest[number % rest.length]?.length ? rest[number % rest.length] : rest.find(({ length }) => length > 0)
    found.push(list?.splice(0, 1 + number) ?? [])
  }
  return found
}

const story = talked()

test('[TL8] a message with more than a thousand amendments is the same on every device, whatever came first and together', async (t) => {
  const all = await story
  const { place, edits, reactions, deletion, target } = all
  const seed = 8_002
  t.diagnostic(`seed ${seed}`)
  // Ben's reactions may come before what they are about.
  const changed = [
    [...place.ann, ...edits],
    [...place.ben, ...reactions],
  ] as const
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 200 }), { minLength: 5, maxLength: 40 }), async (dice) => {
      const [one, other] = [await listener(all), await listener(all)]
      for (const group of groups(changed, dice)) await one.hear(group)
      assert.equal(await stands(one, target), `edit 4 ${EMOJI.join(' ')}`)
      for (const group of groups([[...changed[0], ...deletion], changed[1]], dice)) await other.hear(group)
      await one.hear(deletion)
      assert.deepEqual([await stands(one, target), await stands(other, target)], ['deleted', 'deleted'])
    }),
    { seed, numRuns: 2, endOnFailure: true },
  )
})

test('[PE250] a change is refused that meets its deletion on the way to the disk', async () => {
  const all = await story
  const here = await listener(all)
  const { place, edits, deletion, target } = all
  for (const events of [place.ann, edits]) await here.hear(events)
  const reaction = { kind: 'reaction', target, emoji: '👍', on: true } as const
  // The deletion is being written while somebody reacts to what is still on their screen.
  const deleting = here.hear(deletion)
  assert.equal(await stands(here, target), 'edit 4')
  const reacted = here.conversation.say(reaction, { speech: true })
  await deleting
  assert.deepEqual(await reacted, { ok: false, refusal: { kind: 'message-deleted' } })
  const deleted = await here.conversation.say({ kind: 'delete', target }, { speech: true })
  assert.ok(deleted.ok, 'to delete once more is no failure')
})

/** How often the amendments of a message are looked for. */
const lookups = (t: TestContext, { store }: Listener) => t.mock.method(store, 'amendments').mock

test('[TL12] one more amendment is taken in without looking at those before it', async (t) => {
  const all = await story
  const here = await listener(all)
  await here.hear(all.place.ann)
  await here.hear(all.place.ben)
  await here.hear(all.edits)
  const asked = lookups(t, here)
  for (let from = 0; from < 20; from++) await here.hear(all.reactions.slice(from, from + 1))
  await here.hear(all.deletion)
  assert.equal(asked.callCount(), 0)
  assert.equal(await stands(here, all.target), 'deleted')
})

test('[TL12] a message that the first version kept is looked at as a whole once, with all that was done to it', async (t) => {
  const all = await story
  const here = await listener(all)
  const [last] = all.edits.slice(-1)
  for (const events of [all.place.ann, all.place.ben, all.edits.slice(0, -1), all.reactions]) await here.hear(events)
  const kept = await here.store.line(all.group, all.target)
  const line = kept && readLine(kept.bytes)
  assert.ok(kept && line?.kind === 'text' && line.message.kind === 'message' && last)
  const { text, reply } = line.message
  const message = { kind: 'unplaced', text, reply, edited: true, reactions: [] } as const
  await here.store.commit([{ put: 'line', line: { ...kept, bytes: encodeLine({ ...line, message }) } }])
  assert.equal(await stands(here, all.target), 'edit 3')
  const asked = lookups(t, here)
  await here.hear([last])
  assert.equal(await stands(here, all.target), `edit 4 ${EMOJI.join(' ')}`)
  const before = asked.callCount()
  await here.hear(all.deletion)
  assert.deepEqual([before > 0, asked.callCount() - before], [true, 0])
})

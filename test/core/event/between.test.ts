import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BETWEEN_EVENTS_MAX, controlsBetween } from '../../../src/core/event/between.ts'

type Control = {
  readonly id: string
  readonly control: readonly string[]
  readonly time: number
  readonly author: string
  readonly seq: number
}

const idOf = (number: number): string => number.toString(16).padStart(64, '0')

/** Control events of three authors, each with up to three of those before it in its past; times as their authors give them. */
const histories = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 })), {
    minLength: 2,
    maxLength: 40,
  })
  .map((all) => {
    const controls: Control[] = []
    for (const [who, back] of all) {
      const author = `author ${who}`
      const parents = [...new Set(back.flatMap((steps) => controls.at(-1 - steps) ?? []))]
      const own = controls.findLast((each) => each.author === author)
      const past = own ? [...parents, own] : parents
      const time = Math.max(0, ...past.map((each) => (each.author === author ? each.time : each.time + 1)))
      const control = [...new Set(past.map(({ id }) => id))]
      controls.push({ id: idOf(controls.length), control, time, author, seq: controls.length + 1 })
    }
    return controls
  })

const pastOf = (controls: readonly Control[], id: string | undefined): ReadonlySet<string> => {
  const past = new Set<string>()
  const visit = (each: string): void => {
    if (past.has(each)) return
    past.add(each)
    for (const parent of controls.find((control) => control.id === each)?.control ?? []) visit(parent)
  }
  if (id !== undefined) visit(id)
  return past
}

test('[AW8] what one control event knew and another did not is found, each after what it builds on', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), fc.option(fc.nat(), { nil: undefined }), async (controls, to, known) => {
      const at = (number: number): string => controls[number % controls.length]?.id ?? ''
      const input = { to: at(to), known: known === undefined ? undefined : at(known) }
      const found = await controlsBetween(input, (id) => Promise.resolve(controls.find((each) => each.id === id)))
      const held = pastOf(controls, input.known)
      const wanted = [...pastOf(controls, input.to)].filter((id) => !held.has(id))
      assert.deepEqual(found.map(({ id }) => id).toSorted(), wanted.toSorted())
      const told = new Set<string>()
      for (const { id, control } of found) {
        assert.ok(control.every((each) => held.has(each) || told.has(each)))
        told.add(id)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('[AW8] of a past that nothing ends, the latest are found', async () => {
  const find = (id: string): Promise<Control> => {
    const number = parseInt(id, 16)
    return Promise.resolve({ id, control: [idOf(number - 1)], time: number, author: 'author', seq: number })
  }
  const found = await controlsBetween({ to: idOf(1_000_000), known: undefined }, find)
  assert.equal(found.length, BETWEEN_EVENTS_MAX)
  assert.equal(found.at(-1)?.id, idOf(1_000_000))
})

test('[AW8] a time that a stranger made up leads to more than is needed, and to nothing less', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.array(fc.nat({ max: 50 }), { minLength: 40 }), async (controls, times) => {
      const forged = controls.map((control, index) => ({ ...control, time: times[index] ?? 0 }))
      const [to = '', known] = [forged.at(-1)?.id, forged[Math.floor(forged.length / 2)]?.id]
      const found = await controlsBetween({ to, known }, (id) => Promise.resolve(forged.find((each) => each.id === id)))
      const ids = new Set(found.map(({ id }) => id))
      const held = pastOf(forged, known)
      for (const id of pastOf(forged, to)) assert.ok(held.has(id) || ids.has(id))
    }),
  )
})

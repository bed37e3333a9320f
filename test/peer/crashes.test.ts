import assert from 'node:assert/strict'
import test from 'node:test'
import { assertAgreement, assertAllRead, assertScreen, readAll } from '../support/agreement.ts'
import { createTown, done, linesOf, say, type Home, type Town } from '../support/town.ts'
import { listenForReuse } from '../support/wiretap.ts'

type Acknowledged = readonly [by: Home, line: string]
type Death = { readonly commit: number; readonly when: 'before' | 'after' }

/** Alice and Bob do this and that, in an order that follows from the seed; Alice may die meanwhile, and comes back. */
const live = async (seed: number, death?: Death): Promise<{ readonly commits: number; readonly died: boolean }> => {
  const town = createTown(seed)
  const wiretap = listenForReuse(town.overheard)
  const [alice, bob] = [await town.home('Alice'), await town.home('Bob')]
  const first = alice.store
  let died = false
  if (death)
    first.dieAt(death.commit, death.when, () => {
      died = true
      alice.crash()
    })
  const acknowledged: Acknowledged[] = []
  await town.time.advance(2_000)
  for (let step = 0; step < 14; step++) {
    void act(town, alice, bob, step, acknowledged)
    await town.time.advance(Math.floor(town.random() * 300))
  }
  const { commits } = first
  await alice.start()
  // What was acknowledged is on the disk, whoever said it.
  const isAcknowledged = acknowledged.length > 0 && alice.screen.people.has(bob.person)
  const held = isAcknowledged ? (await linesOf(alice, bob)).map(({ id }) => id) : []
  assert.deepEqual(
    acknowledged.filter(([by, id]) => by === alice && !held.includes(id)),
    [],
  )
  await town.time.advance(30_000)
  for (const [one, other] of [[alice, bob] as const, [bob, alice] as const]) {
    await say(one, other, 'back to normal')
    await town.time.advance(1_000)
  }
  for (const [one, other] of [[alice, bob] as const, [bob, alice] as const]) await readAll(one, other)
  await town.time.advance(5_000)
  await assertAgreement(alice, bob)
  await assertAllRead(alice, bob)
  await assertScreen(alice)
  wiretap.assertNoReuse()
  for (const [, id] of acknowledged) assert.ok((await isHeld(alice, bob, id)) && (await isHeld(bob, alice, id)))
  return { commits, died }
}

const isHeld = async (one: Home, other: Home, id: string): Promise<boolean> =>
  (await linesOf(one, other)).some((line) => line.id === id)

/** One thing that somebody does. Nobody waits for it: Alice may die before it is answered. */
const act = async (town: Town, alice: Home, bob: Home, step: number, acknowledged: Acknowledged[]): Promise<void> => {
  const [one, other] = town.random() < 0.6 ? [alice, bob] : [bob, alice]
  const dice = town.random()
  if (!one.running || !one.screen.people.has(other.person)) return
  const conversation = done(await one.calls.open({ person: other.person })).conversation
  const page = done(await one.calls.history({ conversation, limit: 10 }))
  const mine = page.lines.find((line) => line.mine && line.kind === 'message')
  const last = page.lines.at(-1)
  if (dice < 0.6) {
    const said = await Promise.all([1, 2].map((part) => one.calls.say({ conversation, text: `${step}, ${part}` })))
    acknowledged.push(...said.flatMap((answer) => (answer.ok ? [[one, answer.value.line] as const] : [])))
  } else if (dice < 0.7 && mine) await one.calls.edit({ conversation, line: mine.id, text: `${step} anew` })
  else if (dice < 0.8 && last) await one.calls.read({ conversation, upTo: last.order })
  else if (dice < 0.9) await one.calls.draft({ conversation, text: `${step}` })
  else await one.calls.rename({ name: `${one.name} ${step}` })
}

for (const seed of [1, 2])
  test(`[PE32] [PE33] killed at any commit, a peer misses nothing and goes on (seed ${seed})`, async () => {
    const { commits } = await live(seed)
    assert.ok(commits > 15)
    let deaths = 0
    // The first commits are those of the naming step, which has its own test.
    for (let commit = 4; commit <= commits; commit++)
      for (const when of ['before', 'after'] as const) {
        const death = { commit, when }
        try {
          if ((await live(seed, death)).died) deaths += 1
        } catch (error) {
          throw new Error(`seed ${seed}, killed ${when} commit ${commit}`, { cause: error })
        }
      }
    assert.ok(deaths > commits, `died ${deaths} times of ${commits}`)
  })

test('[PE32] killed while it is named, a peer is there with the name or asks for one', async () => {
  for (const commit of [2, 3, 4])
    for (const when of ['before', 'after'] as const) {
      const town = createTown(3)
      const alice = await town.home('Alice', { named: false })
      alice.store.dieAt(alice.store.commits + commit - 1, when, () => alice.crash())
      let named = false
      void alice.calls.rename({ name: 'Alice' }).then((answer) => (named = answer.ok))
      await town.time.advance(1_000)
      alice.crash()
      await alice.start()
      const { me } = await alice.calls.status()
      if (named) assert.equal(me?.name, 'Alice')
      assert.ok(me === undefined || me.name === 'Alice')
      done(await alice.calls.rename({ name: 'Alice again' }))
      assert.equal((await alice.calls.status()).me?.name, 'Alice again')
    }
})

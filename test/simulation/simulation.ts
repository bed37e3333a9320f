import assert from 'node:assert/strict'
import { sha256 } from '../../src/core/crypto/symmetric.ts'
import { toHex } from '../../src/core/bytes/hex.ts'
import { assertAgreement, assertAllRead, assertScreen, readAll } from '../support/agreement.ts'
import { createTown, done, linesOf, type Home, type Town } from '../support/town.ts'
import { listenForReuse } from '../support/wiretap.ts'

/** How rough a run is. */
export type Weather = { readonly people: number; readonly steps: number; readonly loss: number }

export type Outcome = {
  /** A hash over all that everybody sees at the end and all that was sent: equal runs have equal digests. */
  readonly digest: string
  readonly acknowledged: number
  readonly frames: number
  readonly crashes: number
}

const NAMES = ['Alice', 'Bob', 'Carol', 'Dave']
/** Alice talks with everybody, and the last two with each other. */
const pairsOf = (homes: readonly Home[]): readonly (readonly [Home, Home])[] => {
  const [alice, ...others] = homes as [Home, ...Home[]]
  const ends = others.slice(-2)
  const [one, two] = ends
  return [...others.map((other) => [alice, other] as const), ...(one && two ? [[one, two] as const] : [])]
}

type Said = { readonly from: Home; readonly to: Home; readonly line: string }

/** Runs some people through bad weather, lets it clear, and holds what they see against what they were promised. */
export const simulate = async (seed: number): Promise<Outcome> => {
  const weather = weatherOf(seed)
  const town = createTown(seed, { loss: weather.loss })
  const wiretap = listenForReuse(town.overheard)
  const homes: Home[] = []
  for (const name of NAMES.slice(0, weather.people))
    homes.push(await town.home(name, { skew: between(town, -20 * MINUTE, 20 * MINUTE) }))
  const pairs = pairsOf(homes)
  await town.time.advance(2_000)

  const storm = new Storm(town, homes, pairs)
  for (let step = 0; step < weather.steps; step++) {
    await storm.step(step)
    // Mostly in haste, now and then with enough time to find each other again.
    await town.time.advance(town.random() < 0.7 ? between(town, 0, 500) : between(town, 2_000, 12_000))
  }
  await storm.clear()

  for (const [one, other] of pairs) {
    await assertAgreement(one, other)
    await assertHeld(one, other, storm.acknowledged)
    await assertAllRead(one, other)
  }
  for (const home of homes) await assertScreen(home)
  wiretap.assertNoReuse()
  await assertQuiet(town)
  const frames = town.overheard.frames
  const most = 60 * weather.steps + 400 * homes.length
  assert.ok(frames <= most, `${frames} frames were sent, and ${most} are many`)
  const views = await Promise.all(pairs.flatMap(([one, other]) => [linesOf(one, other), linesOf(other, one)]))
  const digest = toHex(sha256(new TextEncoder().encode(JSON.stringify([views, frames, town.overheard.bytes]))))
  return { digest, acknowledged: storm.acknowledged.length, frames, crashes: storm.crashes }
}

const MINUTE = 60_000

const between = (town: Town, least: number, most: number): number => least + Math.floor(town.random() * (most - least))

const weatherOf = (seed: number): Weather => ({
  people: 2 + (seed % 3),
  steps: 60 + (seed % 5) * 15,
  loss: [0, 0.002, 0.01, 0.03][seed % 4] ?? 0,
})

/** What people and their machines do meanwhile. */
class Storm {
  readonly acknowledged: Said[] = []
  crashes = 0
  readonly #town: Town
  readonly #homes: readonly Home[]
  readonly #pairs: readonly (readonly [Home, Home])[]
  /** Who comes back when. */
  readonly #down = new Map<Home, number>()

  constructor(town: Town, homes: readonly Home[], pairs: readonly (readonly [Home, Home])[]) {
    this.#town = town
    this.#homes = homes
    this.#pairs = pairs
  }

  async step(number: number): Promise<void> {
    for (const [home, at] of this.#down)
      if (number >= at) {
        this.#down.delete(home)
        await home.start()
      }
    const [from, to] = this.#someone()
    const dice = this.#town.random()
    if (dice < 0.16) return this.#trouble(number)
    if (!from.running) return
    // Nobody waits for the answer: a machine may die before it comes.
    if (dice < 0.64) for (let count = between(this.#town, 1, 4); count > 0; count--) void this.#say(from, to, number)
    else void this.#fiddle(from, to, number)
  }

  /** Everything works again, everybody speaks once more and reads everything. */
  async clear(): Promise<void> {
    const { wires, time } = this.#town
    this.#town.setLoss(0)
    // In every second run the links that stand have to do: nothing may need a new one to go on.
    const isBroken = this.#town.random() < 0.5
    for (const home of this.#homes) await home.start()
    for (const home of this.#homes) {
      home.store.refuseWith(undefined)
      for (const other of this.#homes) {
        wires.mend(home.device, other.device)
        if (isBroken) wires.breakLinks(home.device, other.device)
      }
    }
    for (const [one, other] of this.#bothWays())
      if (one.screen.people.get(other.person)?.standing === 'blocked')
        done(await one.calls.decide({ person: other.person, standing: 'accepted' }))
    await time.advance(3 * MINUTE)
    for (const [one, other] of this.#bothWays()) await this.#say(one, other, -1)
    await time.advance(MINUTE)
    for (const [one, other] of this.#bothWays()) await readAll(one, other)
    await time.advance(MINUTE)
  }

  #bothWays(): readonly (readonly [Home, Home])[] {
    return this.#pairs.flatMap(([one, other]) => [[one, other] as const, [other, one] as const])
  }

  #someone(): readonly [Home, Home] {
    const both = this.#bothWays()
    return both[between(this.#town, 0, both.length)] as readonly [Home, Home]
  }

  async #say(from: Home, to: Home, number: number): Promise<void> {
    const opened = await from.calls.open({ person: to.person })
    if (!opened.ok) return
    const { conversation } = opened.value
    const text = `${from.name} ${number}`
    const lines = this.#town.random() < 0.2 ? await from.calls.history({ conversation, limit: 5 }) : undefined
    const reply = lines?.ok ? lines.value.lines.find((line) => line.kind === 'message')?.id : undefined
    const said = await from.calls.say({ conversation, text, ...(reply !== undefined && { reply }) })
    if (said.ok) this.acknowledged.push({ from, to, line: said.value.line })
  }

  /** Edits, takes back, reacts, reads, types, drafts, renames, blocks. */
  async #fiddle(from: Home, to: Home, number: number): Promise<void> {
    const { calls } = from
    const opened = await calls.open({ person: to.person })
    if (!opened.ok) return
    const { conversation } = opened.value
    const page = await calls.history({ conversation, limit: 20 })
    const lines = page.ok ? page.value.lines.filter((line) => line.kind === 'message') : []
    const mine = lines.filter((line) => line.mine)
    const line = lines[between(this.#town, 0, lines.length)]
    const own = mine[between(this.#town, 0, mine.length)]
    const dice = this.#town.random()
    if (dice < 0.2 && own) await calls.edit({ conversation, line: own.id, text: `${from.name} ${number} anew` })
    else if (dice < 0.27 && own) await calls.unsay({ conversation, line: own.id })
    else if (dice < 0.5 && line)
      await calls.react({ conversation, line: line.id, emoji: dice < 0.4 ? '👍' : '🎉', on: dice < 0.46 })
    else if (dice < 0.75 && line) await calls.read({ conversation, upTo: line.order })
    else if (dice < 0.83) await calls.typing({ conversation })
    else if (dice < 0.9) await calls.draft({ conversation, text: `${number}` })
    else if (dice < 0.96) await calls.rename({ name: `${from.name} ${number}` })
    else {
      await calls.decide({ person: to.person, standing: dice < 0.99 ? 'blocked' : 'ignored' })
      await new Promise<void>((resolve) => this.#town.time.after(between(this.#town, 1_000, 30_000), resolve))
      await calls.decide({ person: to.person, standing: 'accepted' })
    }
  }

  async #trouble(number: number): Promise<void> {
    const { wires, time, random } = this.#town
    const [one, other] = this.#someone()
    const dice = random()
    if (dice < 0.2) wires.breakLinks(one.device, other.device)
    else if (dice < 0.35) {
      wires.part(one.device, other.device)
      time.after(between(this.#town, 1_000, 20_000), () => wires.mend(one.device, other.device))
    } else if (dice < 0.5) {
      const { store } = one
      store.refuseWith(dice < 0.43 ? { kind: 'full' } : { kind: 'failed', detail: 'EIO' })
      time.after(between(this.#town, 100, 3_000), () => store.refuseWith(undefined))
    } else if (!one.running) return
    else if (dice < 0.8) {
      this.crashes += 1
      this.#down.set(one, number + between(this.#town, 1, 10))
      const commit = one.store.commits + between(this.#town, 1, 6)
      // Where nothing is written any more, the machine dies all the same.
      const store = one.store
      store.dieAt(commit, dice < 0.65 ? 'before' : 'after', () => one.crash())
      const end = between(this.#town, 0, 2_000)
      time.after(end, () => one.running && one.store === store && one.crash())
      await time.advance(end)
    } else if (dice < 0.92) {
      this.#down.set(one, number + between(this.#town, 1, 10))
      await one.stop()
    } else one.setSkew(between(this.#town, -20 * MINUTE, 20 * MINUTE))
  }
}

/** What was acknowledged is there once on both sides. */
const assertHeld = async (one: Home, other: Home, acknowledged: readonly Said[]): Promise<void> => {
  for (const [side, from] of [
    [one, other],
    [other, one],
  ] as const) {
    const held = (await linesOf(side, from)).map(({ id }) => id)
    const promised = acknowledged.filter(({ from: by, to }) => [one, other].includes(by) && [one, other].includes(to))
    for (const { line } of promised) assert.equal(held.filter((id) => id === line).length, 1)
  }
}

/** When everybody has everything, nothing more is said. */
const assertQuiet = async (town: Town): Promise<void> => {
  const before = town.overheard.frames
  await town.time.advance(MINUTE)
  assert.equal(town.overheard.frames, before, 'frames went on when there was nothing more to say')
}

import assert from 'node:assert/strict'
import test from 'node:test'
import { readPerson } from '../../src/peer/people-records.ts'
import { createSimulatedTime } from '../../src/link/memory-time.ts'
import { People } from '../../src/peer/people.ts'
import { Unwritten, UNWRITTEN_MILLIS_MAX, UNWRITTEN_RECORDS_MAX } from '../../src/peer/unwritten.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { createTown, done, type Home } from '../support/town.ts'

/** Alice, and others whom she knows from the server's list alone. */
const square = async (seed: number, names: readonly string[]) => {
  const town = createTown(seed)
  const address = town.serve()
  const homes: Home[] = []
  for (const name of ['Alice', ...names]) {
    const home = await town.home(name, { nearby: false })
    done(await home.calls.useServers({ addresses: [address] }))
    homes.push(home)
  }
  await town.time.advance(10_000)
  const [alice, ...others] = homes as [Home, ...Home[]]
  return { town, alice, others }
}

const namesOf = ({ screen }: Home): readonly string[] => [...screen.people.values()].map(({ name }) => name).toSorted()

const namesOnDisk = ({ store }: Home): readonly string[] =>
  [...(store.snapshot().contents.records.get('person') ?? [])]
    .map(([id, value]) => readPerson(id, value).name)
    .toSorted()

test('[PE400] of strangers on a list who rename themselves without end, a watcher writes once a second', async () => {
  const { town, alice, others } = await square(1, ['Bob', 'Carol', 'Dan', 'Eve', 'Fay'])
  const before = alice.store.commits
  const seconds = 10
  for (let round = 0; round < 4 * seconds; round++) {
    for (const [index, each] of others.entries()) done(await each.calls.rename({ name: `N${index} ${round}` }))
    await town.time.advance(250)
  }
  const commits = alice.store.commits - before
  assert.ok(commits <= seconds + 2, `${commits} commits in ${seconds} s`)
  await town.time.advance(2 * UNWRITTEN_MILLIS_MAX)
  const last = ['N0 39', 'N1 39', 'N2 39', 'N3 39', 'N4 39']
  assert.deepEqual(namesOf(alice), last)
  const written = alice.store.commits
  await town.time.advance(10_000)
  assert.equal(alice.store.commits, written)
  assert.deepEqual(namesOnDisk(alice), last)
})

test('[PE400] what is not yet written is written with the next change, and at the end', async () => {
  const { town, alice, others } = await square(2, ['Bob'])
  const [bob] = others as [Home]
  done(await bob.calls.rename({ name: 'Bobby' }))
  await town.time.advance(300)
  assert.deepEqual(namesOf(alice), ['Bobby'])
  assert.deepEqual(namesOnDisk(alice), ['Bob'])
  done(await alice.calls.configure({ readMarkers: false }))
  assert.deepEqual(namesOnDisk(alice), ['Bobby'])

  await town.time.advance(20_000)
  done(await bob.calls.rename({ name: 'Rob' }))
  await town.time.advance(300)
  assert.deepEqual(namesOf(alice), ['Rob'])
  assert.deepEqual(namesOnDisk(alice), ['Bobby'])
  await alice.stop()
  assert.deepEqual(namesOnDisk(alice), ['Rob'])
})

test('[PE400] 500 records wait for no second, and one that changes again counts once', async () => {
  const kept: number[] = []
  const unwritten = new Unwritten({
    people: await People.load(openMemoryStore()),
    scheduler: createSimulatedTime({ start: 0 }),
    keep: async (changes) => kept.push(changes.length),
  })
  const gone = (key: string) => unwritten.note([{ drop: 'record', space: 'person', key }])
  for (let index = 0; index < UNWRITTEN_RECORDS_MAX - 1; index++) gone(`${index}`)
  gone('0')
  assert.deepEqual(kept, [])
  gone('one more')
  assert.deepEqual(kept, [UNWRITTEN_RECORDS_MAX])
})

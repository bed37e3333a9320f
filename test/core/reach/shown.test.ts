import assert from 'node:assert/strict'
import test from 'node:test'
import { parseAddress } from '../../../src/core/reach/address.ts'
import type { Shown } from '../../../src/core/reach/state.ts'
import { createDriver, type Driver } from './driver.ts'
import { seededRandom } from './random.ts'

const HOME = '192.168.1.12:4001'
const AWAY = '203.0.113.7:4001'
const HERE = '127.0.0.1:4001'
const offer = (kind: 'ask' | 'answer', ...texts: string[]) =>
  ({ kind, addresses: texts.flatMap((text) => parseAddress(text) ?? []) }) as const

const show = (where: Shown): Driver => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'shown', where })
  return alice
}

test('[RC59] a stranger who asks is answered, and dialled nowhere', () => {
  for (const where of ['this-machine', 'nowhere'] as const) {
    const alice = show(where)
    assert.deepEqual(alice.tell({ kind: 'heard', offer: offer('ask', HOME, AWAY, HERE) }), ['answer'])
    assert.deepEqual(alice.pass(600_000), [])
  }
})

test('[RC59] a stranger whom Alice writes to is reached through the server alone, or on this very machine', () => {
  const alice = show('this-machine')
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [HOME, AWAY] }), ['ask'])
  assert.deepEqual(alice.tell({ kind: 'heard', offer: offer('answer', AWAY, HOME) }), ['dial 0 relay'])
  const beside = show('this-machine')
  beside.tell({ kind: 'want', addresses: [] })
  assert.deepEqual(beside.tell({ kind: 'heard', offer: offer('answer', AWAY, HERE) }), [`dial 0 ${HERE}`])
})

test('[RC59] once they are familiar, all paths are tried', () => {
  const alice = show('this-machine')
  alice.tell({ kind: 'want', addresses: [AWAY] })
  alice.tell({ kind: 'heard', offer: offer('answer') })
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'relayed', address: 'relay' } })
  assert.deepEqual(alice.tell({ kind: 'shown', where: 'everywhere' }), [`dial 1 ${AWAY}`])
  assert.deepEqual(alice.pass(1_000), ['1000 ask'])
})

test('[RC59] a stranger who is announced on this network is dialled there, and nowhere else', () => {
  const alice = show('this-machine')
  alice.tell({ kind: 'near', on: true })
  assert.deepEqual(alice.tell({ kind: 'sighted', addresses: [AWAY, HOME] }), [`dial 0 ${HOME}`])
  assert.deepEqual(alice.pass(1_000), [])
})

test('[RC60] who never connects directly dials the relay at once, and asks nobody', () => {
  const alice = show('nowhere')
  assert.deepEqual(alice.tell({ kind: 'want', addresses: [HOME, AWAY, HERE] }), ['dial 0 relay'])
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'relayed', address: 'relay' } })
  assert.deepEqual(alice.pass(600_000), [])
})

test('[RC60] what stands directly is closed when that is chosen, and the relay takes its place', () => {
  const alice = createDriver({ server: true })
  alice.tell({ kind: 'want', addresses: [HOME] })
  alice.tell({ kind: 'connected', attempt: 0, link: { number: 1, path: 'nearby', address: HOME } })
  assert.deepEqual(alice.tell({ kind: 'shown', where: 'nowhere' }), ['close 1', 'dial 1 relay'])
})

test('[RC60] whatever happens, nothing but the relay is dialled and nobody is asked', () => {
  const [texts, paths] = [[HOME, AWAY, HERE], ['nearby', 'direct', 'relayed', 'punched'] as const]
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed)
    const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
    const alice = show('nowhere')
    const said: string[] = []
    for (let turn = 0; turn < 40; turn++) {
      const number = turn + 1
      said.push(
        ...pick([
          () => alice.tell({ kind: 'want', addresses: [pick(texts)] }),
          () => alice.tell({ kind: 'heard', offer: offer(pick(['ask', 'answer'] as const), pick(texts)) }),
          () => alice.tell({ kind: 'sighted', addresses: [pick(texts)] }),
          () => alice.tell({ kind: 'near', on: random() < 0.5 }),
          () => alice.tell({ kind: 'server', on: random() < 0.8 }),
          () => alice.tell({ kind: 'try-now' }),
          () => alice.tell({ kind: 'moved' }),
          () => alice.tell({ kind: 'silent', link: turn }),
          () => alice.tell({ kind: 'lost', link: turn }),
          () => alice.tell({ kind: 'accepted', link: { number, path: pick(paths), address: AWAY } }),
          () => alice.pass(random() * 20_000),
        ])(),
      )
    }
    const dials = said.filter((word) => / ?(dial|ask)/.test(word) && !word.endsWith('relay'))
    assert.deepEqual(dials, [], `seed ${seed}`)
  }
})

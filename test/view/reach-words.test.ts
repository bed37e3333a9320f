import assert from 'node:assert/strict'
import test from 'node:test'
import { judgeNetwork, type OwnNetwork } from '../../src/core/reach/nat.ts'
import {
  carrierOf,
  indirectOf,
  indirectWords,
  restWords,
  tookWords,
  wayWords,
  type Indirect,
} from '../../src/view/reach-words.ts'
import type { NetworkView } from '../../src/view/network-view.ts'
import type { AttemptView, ReachView } from '../../src/view/reach-view.ts'
import type { Failure } from '../../src/view/view.ts'

const NOT_LOOKED = judgeNetwork({ addresses: [] })

const relayed: ReachView = {
  person: 'bob',
  presence: { at: 'here', path: 'relayed', since: 0 },
  link: { path: 'relayed', address: 'relay', since: 0 },
  shown: 'everywhere',
  candidates: [],
  attempts: [],
  waiting: 0,
}

const punched = (kind: Failure['kind']): AttemptView => ({
  path: 'punched',
  address: 'punch',
  started: 0,
  outcome: { at: 'failed', after: 0, failure: { kind, detail: '' } },
})

const network = (kind?: 'address-and-port-dependent' | 'endpoint-independent'): { readonly network: NetworkView } => {
  const own: OwnNetwork =
    kind === undefined
      ? NOT_LOOKED
      : {
          ...NOT_LOOKED,
          ipv4: { ...NOT_LOOKED.ipv4, tcp: { kind, outside: '203.0.113.4:1', portKept: false } },
        }
  return { network: { own, mapped: { at: 'off' }, servers: [] } }
}

test('[UI50] a link that is direct needs no reason, nor does somebody who is away', () => {
  assert.equal(indirectOf({ ...relayed, link: { path: 'punched', address: '', since: 0 } }, network()), undefined)
  const { link: _, ...away } = relayed
  assert.equal(indirectOf(away, network()), undefined)
})

test('[UI50] why two talk through a server follows from what was chosen, shown, tried and found', () => {
  const nearby: AttemptView = { ...punched('timeout'), path: 'nearby' }
  const trying: AttemptView = { ...nearby, outcome: { at: 'trying' } }
  const reasons: readonly (readonly [ReachView, ReturnType<typeof network>, Indirect])[] = [
    [{ ...relayed, shown: 'nowhere' }, network(), 'chosen'],
    [{ ...relayed, shown: 'this-machine' }, network(), 'not-accepted'],
    [relayed, network(), 'not-told'],
    [{ ...relayed, attempts: [trying] }, network(), 'trying'],
    [{ ...relayed, attempts: [punched('not-called'), nearby] }, network(), 'not-called'],
    [{ ...relayed, attempts: [punched('not-let-in')] }, network('address-and-port-dependent'), 'own-router'],
    [{ ...relayed, attempts: [punched('not-let-in')] }, network('endpoint-independent'), 'their-router'],
    [{ ...relayed, attempts: [punched('not-let-in')] }, network(), 'routers'],
    [{ ...relayed, attempts: [punched('version')] }, network(), 'server'],
    [{ ...relayed, attempts: [nearby] }, network(), 'open'],
  ]
  for (const [reach, status, why] of reasons) {
    assert.equal(indirectOf(reach, status), why)
    const words = indirectWords(why, { name: 'Bob', server: 'the server example.org' })
    assert.match(words, /[.] Your messages go through the server example[.]org, sealed: it cannot read them[.]$/)
  }
})

test('[UI50] the server that carries the link is named, where it is known', () => {
  assert.equal(
    carrierOf({ link: { path: 'relayed', address: 'relay', since: 0, server: 'Attic' } }),
    'the server Attic',
  )
  assert.equal(carrierOf({}), 'a server')
})

test('[UI51] a way that is no address is told in words', () => {
  assert.deepEqual(wayWords('203.0.113.7:4001'), { text: '203.0.113.7:4001', isAddress: true })
  for (const way of ['punch', 'udp', 'relay']) assert.match(wayWords(way).text, /^(Both call|A server) /)
})

test('[UI50] what took long is told in seconds, a round trip in milliseconds', () => {
  assert.deepEqual([0.42, 12.4, 999, 1_250].map(tookWords), ['0.4 ms', '12 ms', '999 ms', '1.3 seconds'])
})

test('[UI261] somebody who is not linked is said to come by the ways that are open, and unknown only where no address is', () => {
  const known = [{ address: '203.0.113.7:4001', from: 'told' }] as const
  assert.doesNotMatch(restWords({ shown: 'nowhere', candidates: known }), /your network|No address/)
  assert.doesNotMatch(restWords({ shown: 'everywhere', candidates: known }), /No address/)
  assert.match(restWords({ shown: 'everywhere', candidates: [] }), /^No address of theirs is known/)
})

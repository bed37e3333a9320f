import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeNetwork } from '../../src/core/reach/nat.ts'
import type { Mapped } from '../../src/core/gateway/mapped.ts'
import { networkFacts, outlookWords, roundTripWords } from '../../src/view/network-words.ts'
import type { NetworkView } from '../../src/view/network-view.ts'
import { GOOD_NETWORK, HARD_NETWORK, UNSEEN_NETWORK } from '../web/fake/networks.ts'

const spell = (network: NetworkView): readonly string[] => [
  outlookWords(network).state,
  ...networkFacts(network).map(({ is, what, state }) => `${is} ${what}: ${state}`),
]

test('[UI60] what is known of the own network is told in plain words, and what is odd says what it means', () => {
  assert.deepEqual(spell(GOOD_NETWORK), [
    'People can reach you directly',
    'good Router: Keeps one door for each port of yours (endpoint-independent)',
    'good Port: 203.0.113.9:41873 leads to you (PCP)',
    'good UDP: Leaves this network',
    'good IPv6: Works',
    'good Answers: chat.example.org:12345 answers in 23 ms',
  ])
  assert.deepEqual(spell(HARD_NETWORK), [
    'Some people can reach you directly',
    'odd Router: Gives each connection a door of its own (symmetric)',
    'odd Provider: Seems to put a router of its own before yours (carrier-grade)',
    'odd Port: Your router does not answer',
    'odd UDP: Does not leave this network',
    'odd IPv6: None',
    'good Answers: chat.example.org:12345 answers in 131 ms',
  ])
  assert.deepEqual(spell(UNSEEN_NETWORK), [
    'Not known how others can reach you',
    'odd Router: Not known',
    'odd Port: None is asked for',
    'odd UDP: Not known',
    'odd IPv6: None',
  ])
})

test('[UI60] each thing that can be found has words of its own, each a sentence', () => {
  const mapped: readonly Mapped[] = [
    { at: 'off' },
    { at: 'asking' },
    { at: 'mapped', outside: '203.0.113.9:4001', by: 'upnp' },
    ...(['no-router', 'no-answer', 'refused'] as const).map(
      (because) => ({ at: 'failed', because, detail: '' }) as const,
    ),
  ]
  const servers = ['answers', 'silent', 'inside', 'unasked'] as const
  const kinds = ['none', 'endpoint-independent', 'address-and-port-dependent', 'unknown'] as const
  const outside = '[2001:db8::1]:4001'
  const own = judgeNetwork({ addresses: [] })
  for (const each of mapped)
    for (const address of ['none', 'private', 'global'] as const)
      for (const server of servers)
        for (const kind of kinds) {
          const family = { ...own.ipv6, address, server, tcp: { kind, outside, portKept: true } as never }
          const network = { own: { ...own, ipv6: family }, mapped: each, servers: [] }
          for (const { state, meaning } of [outlookWords(network), ...networkFacts(network)]) {
            assert.match(state, /^[A-Z0-9].*[^.]$/)
            assert.match(meaning, /^[A-Z].*\.$/)
          }
        }
})

test('[UI60] a round trip is told in whole milliseconds', () => {
  assert.deepEqual([0.2, 1.4, 131, 4_000].map(roundTripWords), ['less than 1 ms', '1 ms', '131 ms', '4,000 ms'])
})

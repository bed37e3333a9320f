import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acquainted, pathIs } from './acquainted.ts'
import { skipNetworks as skip } from './networks.ts'
import { done } from './peer.ts'

test(
  '[SC60] once a pair is direct, the server carries nothing for it, and its counters say so',
  { skip, timeout: 120_000 },
  async (context) => {
    const { ann, bob, conversation, counter } = await acquainted(context, ['port-restricted', 'port-restricted'])
    assert.deepEqual([await counter('kith_relayed_pairs'), await counter('kith_relayed_links_replaced_total')], [1, 0])
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    await Promise.all([pathIs(ann, bob, 'punched'), pathIs(bob, ann, 'punched')])
    // The link that was left stays for a moment, so that what is on its way arrives.
    while ((await counter('kith_relayed_links')) > 0);
    const carried = await counter('kith_relayed_bytes_total')
    await ann.sees(await ann.says(conversation, 'past the server'), 'delivered')
    await bob.sees(await bob.says(conversation, 'so it is'), 'delivered')
    assert.equal(await counter('kith_relayed_bytes_total'), carried)
    const names = ['relayed_pairs', 'relayed_pairs_total', 'relayed_links_replaced_total', 'met_unrelayed_total']
    const counts = await Promise.all(names.map((name) => counter(`kith_${name}`)))
    assert.deepEqual(counts, [0, 1, 1, 0])
    assert.ok((await counter('kith_meetings_met_total')) >= 1)
  },
)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acquainted, attemptOf, failureOf, pathIs, talkUntil } from './acquainted.ts'
import { skipNetworks as skip } from './networks.ts'
import { done, texts } from './peer.ts'

test(
  '[SC26] behind two routers that let nobody in, a talk begins through the server and moves off it whole',
  { skip, timeout: 120_000 },
  async (context) => {
    const both = await acquainted(context, ['port-restricted', 'port-restricted'])
    const { ann, bob, conversation } = both
    // A stranger is not called: Bob has to want it as well.
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const expected = await talkUntil(both, 'punched', 50)
    await ann.sees(await ann.says(conversation, 'last'), 'delivered')
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), [...expected, 'last'])
  },
)

test(
  '[SC27] where each router gives each connection a port of its own, the talk stays at the server, and the page says why',
  { skip, timeout: 120_000 },
  async (context) => {
    const both = await acquainted(context, ['symmetric', 'symmetric'])
    const { ann, bob } = both
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const vain = await attemptOf(both, (each) => each.address === 'punch' && failureOf(each).startsWith('not-let-in'))
    assert.match(
      failureOf(vain),
      /^not-let-in: called 192\.0\.2\.2:\d+ from 198\.51\.100\.2:\d+, which the router made of port \d+$/,
    )
    assert.equal(await pathIs(ann, bob, 'relayed'), 'relayed')
  },
)

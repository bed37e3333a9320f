import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acquainted, attemptOf, failureOf, pathIs } from './acquainted.ts'
import { skipNetworks as skip } from './networks.ts'
import { done, texts } from './peer.ts'

test(
  '[SC26] behind two routers that let nobody in, a talk begins through the server and moves off it whole',
  { skip, timeout: 120_000 },
  async (context) => {
    const { ann, bob, conversation } = await acquainted(context, ['port-restricted', 'port-restricted'])
    // A stranger is not called: Bob has to want it as well.
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const expected = ['first']
    const moved = Promise.all([pathIs(ann, bob, 'punched'), pathIs(bob, ann, 'punched')]).then(() => 'moved' as const)
    for (let number = 1; ; number += 1) {
      expected.push(`message ${number}`)
      const said = await ann.says(conversation, `message ${number}`)
      if ((await Promise.race([moved, ann.sees(said, 'delivered')])) === 'moved' && number >= 50) break
    }
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

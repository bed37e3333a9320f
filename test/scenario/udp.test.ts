import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Internet } from '../lab/internet.ts'
import { acquainted, attemptOf, failureOf, pathIs, talkUntil } from './acquainted.ts'
import { skipNetworks as skip } from './networks.ts'
import { done, texts } from './peer.ts'

/** Between the two no TCP passes; to the server, which is on this machine, it does. */
const noTcp = ({ machine }: Internet): void =>
  void machine.run(
    'nft',
    'add table inet between; add chain inet between pass { type filter hook forward priority 0; }; add rule inet between pass meta l4proto tcp drop',
  )

test(
  '[LK40] where no TCP passes between two routers that let nobody in, a talk moves whole to UDP, and needs no server then',
  { skip, timeout: 120_000 },
  async (context) => {
    const both = await acquainted(context, ['port-restricted', 'port-restricted'], noTcp)
    const { ann, bob, conversation, server } = both
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const expected = await talkUntil(both, 'punched', 50)
    const { link } = done(await ann.calls.reach({ person: bob.id }))
    assert.match(link?.address ?? '', /^udp 192\.0\.2\.2:\d+$/)
    await server.end('SIGKILL')
    await ann.sees(await ann.says(conversation, 'last'), 'delivered')
    for (const peer of [ann, bob]) assert.deepEqual(texts(await peer.lines(conversation)), [...expected, 'last'])
  },
)

test(
  '[LK47] where nothing gets out over UDP, the talk stays at the server, and the page says why',
  { skip, timeout: 120_000 },
  async (context) => {
    const both = await acquainted(context, ['udp-blocked', 'port-restricted'], noTcp)
    const { ann, bob } = both
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    const vain = await attemptOf(both, (each) => each.address === 'udp' && failureOf(each).startsWith('no-udp'))
    assert.equal(failureOf(vain), 'no-udp: no STUN server answered this side')
    assert.equal(await pathIs(ann, bob, 'relayed'), 'relayed')
  },
)

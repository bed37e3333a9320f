import { test } from 'node:test'
import { acquainted, pathIs } from './acquainted.ts'
import { skipNetworks as skip } from './networks.ts'
import { done } from './peer.ts'
import { startStream } from './stream.ts'

test(
  '[SC85] behind two routers, a server that is killed interrupts no link that it brought about',
  { skip, timeout: 240_000 },
  async (context) => {
    const { ann, bob, conversation, server } = await acquainted(context, ['port-restricted', 'port-restricted'])
    done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
    await Promise.all([pathIs(ann, bob, 'punched'), pathIs(bob, ann, 'punched')])
    const stream = await startStream(context, [ann, bob], conversation)
    await stream.goesOn()
    stream.pauses()
    for (let left = 10; left > 0; left -= 1) await stream.goesOn()
    context.diagnostic(`nothing happened: longest pause ${stream.pauses()} ms`)
    await server.end('SIGKILL')
    for (const peer of [ann, bob])
      await peer.until(({ status }) => (status?.servers[0]?.at === 'unreachable' ? true : undefined))
    await stream.goesOn()
    context.diagnostic(`the server was killed: longest pause ${stream.pauses()} ms`)
    context.diagnostic(`${await stream.end()} messages`)
  },
)

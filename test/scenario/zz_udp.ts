import { test } from 'node:test'
import { acquainted, pathIs } from './acquainted.ts'
import { done } from './peer.ts'
import { setTimeout as pause } from 'node:timers/promises'
const tcp = process.env['TCP'] === '1'
test('zz', { timeout: 120_000 }, async (context) => {
  const [a = 'port-restricted', b = 'port-restricted'] = (process.env['SIDES'] ?? '')
    .split(',')
    .filter(Boolean) as any[]
  const { ann, bob, conversation } = await acquainted(context, [a, b], ({ machine }) => {
    if (!tcp)
      machine.run(
        'nft',
        'add table inet between; add chain inet between pass { type filter hook forward priority 0; }; add rule inet between pass meta l4proto tcp drop',
      )
  })
  done(await bob.calls.decide({ person: ann.id, standing: 'accepted' }))
  const t = Date.now()
  void pathIs(ann, bob, 'punched').then(() => console.log('punched after', Date.now() - t))
  await pause(Number(process.env['WAIT'] ?? 12_000))
  for (const [p, o] of [
    [ann, bob],
    [bob, ann],
  ] as const) {
    const r: any = done(await p.calls.reach({ person: o.id }))
    console.log(p === ann ? 'ann' : 'bob', JSON.stringify(r.link))
    for (const x of r.attempts) console.log('  ', x.started - t, x.path, x.address, JSON.stringify(x.outcome))
  }
})

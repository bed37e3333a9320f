import { UDP_ADDRESS } from '../../../src/link/address.ts'
import { dial, drain, linked, place } from '../libp2p/places.ts'

/** A program that made links over UDP: one was closed, one is open when both devices close. It must end by itself. */
if (import.meta.main) {
  const [alice, bob] = await Promise.all([place(), place()])
  for (const each of [alice, bob]) each.overUdp({ answers: () => true, stun: () => [] })
  await linked(alice, bob)
  bob.onLink((link) => void drain(link))
  const first = await dial(alice, bob, UDP_ADDRESS)
  first.close()
  await first.closed
  const second = await dial(alice, bob, UDP_ADDRESS)
  second.send(Uint8Array.of(1))
  await Promise.all([alice.close(), bob.close()])
  process.stdout.write(`${(await first.closed).kind} ${(await second.closed).kind}\n`)
}

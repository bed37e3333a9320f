import { toHex } from '../../../src/core/bytes/hex.ts'
import { sha256 } from '../../../src/core/crypto/symmetric.ts'
import { assertPromises } from './promises.ts'
import { Storm } from './storm.ts'
import { World, type Nature } from './world.ts'

export type Outcome = {
  /** A hash over all that everybody agrees on at the end and the number of frames: equal runs have equal digests. */
  readonly digest: string
  readonly devices: number
  readonly messages: number
  readonly events: number
  readonly links: number
  readonly frames: number
  readonly crashes: number
}

/** Runs a group through bad weather, lets it clear, and holds what everybody sees against what was promised. */
export const simulate = async (seed: number, nature: Nature = {}): Promise<Outcome> => {
  const world = await World.create(seed, nature)
  const storm = new Storm(world)
  await storm.gather()
  const steps = world.dice.between(20, 60)
  for (let step = 1; step <= steps; step++) await storm.step(step)
  await storm.clear()
  const agreed = await assertPromises(world)
  const { network, devices, said } = world
  return {
    digest: toHex(sha256(new TextEncoder().encode(agreed))),
    devices: devices.length,
    messages: said.length,
    events: Math.max(...devices.map(({ disk }) => disk.events.size)),
    links: network.all.length,
    frames: network.frames,
    crashes: storm.crashes,
  }
}

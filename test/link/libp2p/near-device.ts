import { createEndpoint } from '../../../src/link/libp2p/endpoint.ts'
import type { Sighting } from '../../../src/link/port.ts'

// Run as a program of its own by near.test.ts: says who it is, then whom it sees, a line each.

const seed = new Uint8Array(32).fill(Number(process.argv[2]))
const result = await createEndpoint({ privateKey: seed, listen: { port: 0 } })
if (!result.ok) throw new Error(result.refusal.kind)
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
const endpoint = result.value
const meet = async (sighting: Sighting): Promise<void> => {
  for (const address of sighting.addresses) {
    const link = await endpoint.dial({ device: sighting.device, address, signal: AbortSignal.timeout(5_000) })
    say({ saw: sighting.device, address, linked: link.ok })
  }
}
endpoint.onSighting((sighting) => void meet(sighting))
say({ device: endpoint.device, near: (await endpoint.near(true)).ok })
process.stdin.on('end', () => process.exit(0)).resume()

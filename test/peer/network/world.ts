import type { Crypto } from '../../../src/core/crypto/port.ts'
import { createSimulatedTime, type SimulatedTime } from '../../../src/link/memory-time.ts'
import { createNetwork, type Network as Wires } from '../../../src/link/memory.ts'
import type { Endpoint, Link } from '../../../src/link/port.ts'
import { openNetwork, type NetworkInput } from '../../../src/peer/network/network.ts'
import type { Network, Seen } from '../../../src/peer/network/port.ts'
import type { Mailboxes } from '../../../src/server/mailbox.ts'
import { serve, type Serving } from '../../../src/server/serve.ts'
import { createDeterministicCrypto, createDice } from '../../core/deterministic-crypto.ts'
import { seededRandom } from '../../core/reach/random.ts'

/** People with networks of their own, wires between them, and time that moves when it is told to. */
export type World = {
  readonly time: SimulatedTime
  readonly wires: Wires
  readonly random: () => number
  readonly crypto: Crypto
  person(name: keyof typeof PLACES, options?: Partial<Pick<NetworkInput, 'admits' | 'isFamiliar'>>): Person
  /** A server; without `post`, it keeps no mailboxes. */
  server(post?: Mailboxes): Serving
}

export type Person = {
  readonly device: string
  readonly address: string
  readonly network: Network
  /** Every link that was handed over. */
  readonly links: readonly Link[]
  /** Those of them that stand. */
  standing(): readonly Link[]
  /** Texts that arrived on any link, in order. */
  readonly heard: readonly string[]
  readonly seen: readonly Seen[]
  readonly gone: readonly string[]
  /** The address of every dial that was made. */
  readonly dials: readonly string[]
  /** Uses the server, and is on its people list under this listing. */
  join(listing?: string): void
  /** Says it on the newest link that stands. False when there is none. */
  say(text: string): boolean
}

/** Ids in the order of the alphabet: Alice has the smallest. */
export const PLACES = {
  alice: { device: '1a'.repeat(32), address: '192.168.1.11:4001' },
  bob: { device: '2b'.repeat(32), address: '192.168.1.12:4001' },
  carol: { device: '3c'.repeat(32), address: '192.168.1.13:4001' },
  mallory: { device: '4d'.repeat(32), address: '192.168.1.66:4001' },
} as const

export const SERVER = { device: 'ee'.repeat(32), host: '203.0.113.1', port: 12_345 } as const

export const createWorld = (seed: number): World => {
  const random = seededRandom(seed)
  const time = createSimulatedTime({ start: 1_000_000 })
  const crypto = createDeterministicCrypto(seed)
  const wires = createNetwork({ time, random, delay: { least: 1, most: 20 }, loss: 0 })
  return {
    time,
    wires,
    random,
    crypto,
    person: (name, { admits = () => true, isFamiliar = () => true } = {}) => {
      const endpoint = wires.peer(PLACES[name])
      const dials: string[] = []
      const counted: Endpoint = {
        ...endpoint,
        dial: (input) => {
          dials.push(input.address)
          return endpoint.dial(input)
        },
      }
      const input = { endpoint: counted, scheduler: time, random, crypto, admits, isFamiliar }
      return createPerson(name, openNetwork(input), dials)
    },
    server: (mailboxes) => {
      const { device, host, port } = SERVER
      const endpoint = wires.server({ device, address: `${host}:${port}` })
      const post = mailboxes && { mailboxes, verify: crypto.verify, random: createDice(seed) }
      return serve({ endpoint, people: 'on', time, post })
    },
  }
}

const createPerson = (name: keyof typeof PLACES, network: Network, dials: readonly string[]): Person => {
  const links: Link[] = []
  const open = new Set<Link>()
  const heard: string[] = []
  const seen: Seen[] = []
  const gone: string[] = []

  const read = async (link: Link): Promise<void> => {
    for await (const frame of link.frames) heard.push(textOf(frame) ?? '')
    open.delete(link)
  }
  network.onLink((link) => {
    links.push(link)
    open.add(link)
    void read(link)
  })
  network.onSeen((each) => seen.push(each))
  network.onGone(({ device, by }) => gone.push(`${device} ${by}`))

  return {
    ...PLACES[name],
    network,
    links,
    standing: () => [...open],
    heard,
    seen,
    gone,
    dials,
    join: (listing = name) => {
      network.announce({ card: bytesOf(`card of ${name}`), listing: bytesOf(listing), visible: true })
      network.useServers([SERVER])
    },
    say: (text) => {
      const link = [...open].at(-1)
      link?.send(bytesOf(text))
      return link !== undefined
    },
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

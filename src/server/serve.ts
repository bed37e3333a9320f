import type { Link } from '../link/port.ts'
import type { Relayed, ServerEndpoint } from '../link/server-port.ts'
import type { Millis } from '../view/view.ts'
import { addressGroup } from './address.ts'
import { step, type Effect, type Input } from './rendezvous.ts'
import { createRendezvous, type RendezvousOptions } from './rendezvous-state.ts'
import type { Tally } from './tally.ts'

/** A clock that never goes back, and what is to happen later. */
export type Time = {
  now(): Millis
  /** Runs `task` once, `millis` from now; returns what cancels it. */
  after(millis: Millis, task: () => void): () => void
}

/** What a server has done and is doing. Numbers alone. */
export type Counters = {
  /** TCP connections that stand now. */
  readonly connections: number
  /** Devices that said hello and are here now. */
  readonly here: number
  /** How many of them want to be seen. */
  readonly visible: number
  readonly rendezvous: Readonly<Tally>
  readonly relayed: Relayed
}

export type Serving = {
  readonly counters: () => Counters
  /** Says farewell to everybody, and closes the endpoint. */
  stop(): Promise<void>
}

/** Runs the rendezvous on an endpoint: brings what arrives to `step` and does what it answers. Decides nothing. */
export const serve = ({
  endpoint,
  time,
  ...options
}: RendezvousOptions & { readonly endpoint: ServerEndpoint; readonly time: Time }): Serving => {
  const state = createRendezvous(options, time.now())
  const links = new Map<number, Link>()
  const holds = new Map<number, Millis>()
  const waiting: Input[] = []
  let numbers = 0
  let cancelWake = (): void => {}
  let feeding = false

  const feed = (input: Input): void => {
    waiting.push(input)
    // What an effect brings about (a queue that is full) is told after all effects of this step are done.
    if (feeding) return
    feeding = true
    for (let next = waiting.shift(); next; next = waiting.shift())
      for (const effect of step(state, next, time.now())) perform(effect)
    feeding = false
  }

  const perform = (effect: Effect): void => {
    if (effect.kind === 'wake') {
      cancelWake()
      cancelWake = time.after(Math.max(0, effect.at - time.now()), () => feed({ kind: 'woken' }))
      return
    }
    const { peer } = effect
    if (effect.kind === 'hold') {
      holds.set(peer, effect.millis)
      return
    }
    const link = links.get(peer)
    if (!link) return
    if (effect.kind === 'close') {
      links.delete(peer)
      link.close()
    } else if (!link.send(effect.frame)) {
      feed({ kind: 'full', peer })
      void link.room().then(() => feed({ kind: 'room', peer }))
    }
  }

  const read = async (peer: number, link: Link): Promise<void> => {
    for await (const frame of link.frames) {
      feed({ kind: 'heard', peer, frame })
      const millis = holds.get(peer)
      if (millis !== undefined) await new Promise<void>((resolve) => time.after(millis, resolve))
      holds.delete(peer)
      // Whoever does not take the answers is not asked for more questions.
      await link.room()
    }
    links.delete(peer)
    feed({ kind: 'closed', peer })
  }

  endpoint.onLink((link) => {
    const peer = (numbers += 1)
    links.set(peer, link)
    feed({ kind: 'opened', peer, device: link.device, address: link.address, group: addressGroup(link.address) })
    void read(peer, link)
  })

  return {
    counters: () => ({
      connections: endpoint.connections(),
      here: state.here.size,
      visible: state.people.entries.size,
      rendezvous: { ...state.tally, farewells: { ...state.tally.farewells } },
      relayed: endpoint.relayed(),
    }),
    stop: async () => {
      feed({ kind: 'stopping' })
      cancelWake()
      await endpoint.close()
    },
  }
}

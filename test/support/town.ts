import { toHex } from '../../src/core/bytes/hex.ts'
import { certify } from '../../src/core/identity/certificate.ts'
import type { Crypto } from '../../src/core/crypto/port.ts'
import { createSimulatedTime, type SimulatedTime } from '../../src/link/memory-time.ts'
import { createNetwork, type Network as Wires } from '../../src/link/memory.ts'
import type { Endpoint, Link } from '../../src/link/port.ts'
import { HEARING_MILLIS_MAX } from '../../src/peer/hearing.ts'
import { openPeer, type Peer } from '../../src/peer/peer.ts'
import type { Scheduler } from '../../src/peer/network/port.ts'
import { openSelf, selfChanges, type Self } from '../../src/peer/self.ts'
import type { Mailboxes } from '../../src/server/mailbox.ts'
import { LIFE_BYTES } from '../../src/core/mailbox/keys.ts'
import { createMemoryMailboxes } from '../../src/server/mailbox-memory.ts'
import { serve } from '../../src/server/serve.ts'
import type { Snapshot } from '../../src/store/memory.ts'
import type { Answer, Calls, Refusal } from '../../src/view/calls.ts'
import type { GroupChange, LineView } from '../../src/view/view.ts'
import type { Result } from '../../src/core/bytes/result.ts'
import { createDeterministicCrypto, createDice } from '../core/deterministic-crypto.ts'
import { seededRandom } from '../core/reach/random.ts'
import { openMortalStore, type MortalStore } from './mortal-store.ts'
import { openScreen, type Screen } from './screen.ts'

/** Real peers with stores in memory, on one simulated network, in time that moves when it is told to. */
export type Town = {
  readonly time: SimulatedTime
  readonly wires: Wires
  readonly random: () => number
  /** Everything that was sent between peers, as it is told of it. */
  readonly overheard: Overheard
  /** Odds that a link dies with a frame; for links that come from now on. */
  setLoss(loss: number): void
  /**
   * A server that everybody can reach; answers its address, for `useServer`. It keeps mailboxes in memory, `post`, unless
   * others are given, such as those of a dishonest server, or `off`.
   */
  serve(mailboxes?: Mailboxes | 'off'): string
  /** What the server of this town keeps for who is away. */
  readonly post: Mailboxes
  /** A person with a machine of their own, whose peer runs. */
  home(name: string, options?: HomeOptions): Promise<Home>
  /** A further machine of somebody, certified by their root key. */
  device(of: Home): Promise<Home>
}

export type HomeOptions = {
  /** How far this clock is from the true time, in milliseconds. */
  readonly skew?: number
  /** False: they start without a name. */
  readonly named?: boolean
  /** False: they are found only where somebody knows their address or a server. */
  readonly nearby?: boolean
}

export type Overheard = {
  frames: number
  bytes: number
  onFrame: (frame: Uint8Array, from: string, to: string) => void
}

/** One person's machine: what is on its disk outlives its peer. */
export type Home = {
  readonly name: string
  readonly person: string
  readonly device: string
  readonly address: string
  readonly calls: Calls
  readonly store: MortalStore
  readonly screen: Screen
  readonly running: boolean
  start(): Promise<void>
  /** Ends in good order. */
  stop(): Promise<void>
  /** Ends between two instants: what is not on the disk is gone. */
  crash(): void
  /** Once it has ended: its disk is as it was then, as when somebody brings back an old copy. */
  setBack(snapshot: Snapshot): void
  /** Its disk is put back to an earlier state while nothing runs: as a profile that is imported from an old export. */
  putBack(disk: Snapshot): void
  /** From the next instant on, this clock is so far from the true time. */
  setSkew(skew: number): void
}

export const createTown = (seed: number, options: { readonly crypto?: Crypto; readonly loss?: number } = {}): Town => {
  const random = seededRandom(seed)
  const time = createSimulatedTime({ start: 1_800_000_000_000 })
  const network = { time, random, delay: { least: 1, most: 60 }, loss: options.loss ?? 0 }
  const wires = createNetwork(network)
  const crypto = options.crypto ?? createDeterministicCrypto(seed)
  const overheard: Overheard = { frames: 0, bytes: 0, onFrame: () => {} }
  const post = createMemoryMailboxes({ life: new Uint8Array(LIFE_BYTES), now: time.now })
  let homes = 0
  return {
    serve: (mailboxes = post) => {
      const address = '203.0.113.1:12345'
      const endpoint = wires.server({ device: 'ee'.repeat(32), address })
      const keeping = mailboxes === 'off' ? undefined : { mailboxes, verify: crypto.verify, random: createDice(seed) }
      serve({ endpoint, people: 'on', time, name: 'Town', post: keeping })
      return address
    },
    post,
    time,
    wires,
    random,
    overheard,
    setLoss: (loss) => {
      network.loss = loss
    },
    device: async (of) => {
      homes += 1
      const address = `192.168.1.${10 + homes}:4001`
      const ground = {
        name: of.name,
        address,
        crypto,
        time,
        wires,
        overheard,
        random: createDice(seed * 1_000 + homes),
      }
      const store = openMortalStore(of.store.snapshot())
      const self = await openSelf(store, { crypto, now: Math.floor(time.now()), random: ground.random })
      if (!self.ok) throw new Error('the first machine has no keys')
      return createHome(ground, { named: false }, await secondSelf(ground, self.value))
    },
    home: async (name, home = {}) => {
      homes += 1
      const address = `192.168.1.${10 + homes}:4001`
      return createHome(
        { name, address, crypto, time, wires, overheard, random: createDice(seed * 1_000 + homes) },
        home,
      )
    },
  }
}

type Ground = Pick<Town, 'time' | 'wires' | 'overheard'> & {
  readonly name: string
  readonly address: string
  readonly crypto: Crypto
  readonly random: (bytes: number) => Uint8Array
}

/** Another device of the same person, as importing their root key would make it. */
const secondSelf = async ({ crypto, random, time }: Ground, first: Self): Promise<Self> => {
  const deviceSeed = random(32)
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed: first.rootSeed, device, now: Math.floor(time.now()) })
  return { ...first, deviceSeed, device, certificate, cardKeys: [] }
}

const createHome = async (ground: Ground, options: HomeOptions, given?: Self): Promise<Home> => {
  const { name, address, crypto, time, wires, random } = ground
  let skew = options.skew ?? 0
  let disk: Snapshot | undefined
  let now: Running | undefined
  let last: Running | undefined

  const open = async (): Promise<Running> => {
    const life = { alive: true }
    const store = openMortalStore(disk)
    const scheduler: Scheduler = {
      // Whole milliseconds, as clocks of computers give them.
      now: () => Math.floor(time.now() + skew),
      after: (millis, run) => time.after(millis, () => life.alive && run()),
    }
    if (given && !disk) await store.commit(selfChanges(given))
    const self = await openSelf(store, { crypto, now: scheduler.now(), random })
    if (!self.ok) throw new Error(`${name} has no disk`)
    const endpoint = mortalEndpoint(wires.peer({ device: self.value.device, address }), life, ground.overheard)
    const about = { version: '0', profile: name, folder: `/${name}`, suggestedName: name }
    const peer = await openPeer({ store, endpoint, crypto, scheduler, random, self: self.value, about })
    const calls = inTime(peer.calls, time, life)
    return { peer, calls, store, endpoint, life, screen: openScreen(peer.calls), self: self.value }
  }

  const started = (): Running => {
    const running = now ?? last
    if (!running) throw new Error(`${name} was never started`)
    return running
  }

  const home: Home = {
    name,
    get person() {
      return started().self.person
    },
    get device() {
      return started().self.device
    },
    address,
    get calls() {
      return started().calls
    },
    get store() {
      return started().store
    },
    get screen() {
      return started().screen
    },
    get running() {
      return now !== undefined
    },
    start: async () => {
      now ??= last = await open()
    },
    stop: async () => {
      if (!now) return
      const { peer, store, endpoint, life, screen } = now
      now = undefined
      screen.close()
      await peer.close()
      await endpoint.close()
      await store.close()
      life.alive = false
      disk = store.snapshot()
    },
    crash: () => {
      if (!now) return
      const { store, life, self, screen } = now
      now = undefined
      life.alive = false
      store.die()
      wires.crash(self.device)
      screen.close()
      disk = store.snapshot()
    },
    setBack: (snapshot) => {
      disk = snapshot
    },
    putBack: (earlier) => {
      if (now) throw new Error(`${name} is running`)
      disk = earlier
    },
    setSkew: (next) => {
      skew = next
    },
  }

  await home.start()
  if (options.nearby === false) done(await home.calls.configure({ seenNearby: false }))
  done(await home.calls.useServers({ addresses: [''] }))
  if (options.named !== false) done(await home.calls.rename({ name }))
  return home
}

type Running = {
  readonly peer: Peer
  readonly calls: Calls
  readonly store: MortalStore
  readonly endpoint: Endpoint
  readonly life: { alive: boolean }
  readonly screen: Screen
  readonly self: { readonly person: string; readonly device: string }
}

/**
 * The same calls. While one waits for what others have to say first, and nobody moves the time, it moves by itself: as for
 * a person who looks at the screen.
 */
const inTime = (calls: Calls, time: SimulatedTime, life: { readonly alive: boolean }): Calls => {
  const pass = async (answer: Promise<unknown>): Promise<void> => {
    let isAnswered = false
    void answer.finally(() => (isAnswered = true)).catch(() => {})
    const end = time.now() + HEARING_MILLIS_MAX
    while (life.alive && time.now() < end) {
      const before = time.now()
      for (let turn = 0; turn < TURNS_OF_AN_ANSWER && !isAnswered; turn += 1)
        await new Promise((resolve) => setImmediate(resolve))
      if (isAnswered || (time.now() === before && !(await time.step()))) return
    }
  }
  return new Proxy(calls, {
    get: (target, name, receiver) => {
      const call: unknown = Reflect.get(target, name, receiver)
      if (typeof call !== 'function') return call
      return (...input: unknown[]) => {
        const answer: unknown = Reflect.apply(call, target, input)
        if (answer instanceof Promise) void pass(answer)
        return answer
      }
    },
  })
}

/** Turns of the event loop in which a call is answered that waits for no time to pass. */
const TURNS_OF_AN_ANSWER = 50

/** An endpoint that does nothing any more when its process has died, and through which frames can be overheard. */
const mortalEndpoint = (endpoint: Endpoint, life: { readonly alive: boolean }, overheard: Overheard): Endpoint => {
  const heard = (link: Link): Link => ({
    ...link,
    send: (frame) => {
      overheard.frames += 1
      overheard.bytes += frame.length
      overheard.onFrame(frame, endpoint.device, link.device)
      return link.send(frame)
    },
  })
  return {
    ...endpoint,
    dial: async (input) => {
      const dialled = await endpoint.dial(input)
      if (!dialled.ok) return dialled
      if (life.alive) return { ok: true, value: heard(dialled.value) }
      dialled.value.close()
      return new Promise(() => {})
    },
    onLink: (handler) => endpoint.onLink((link) => handler(heard(link))),
  }
}

/** The value of a call that has to work. */
export const done = <Value>(result: Result<Value, Refusal>): Value => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.refusal)}`)
  return result.value
}

/** The kind of refusal of a call that must not work. */
export const refusalOf = async (answer: Answer<unknown>): Promise<string> => {
  const result = await answer
  return result.ok ? 'accepted' : result.refusal.kind
}

export type Someone = Pick<Home, 'name' | 'person'>

/** The id of the conversation of one with another; one of them has to know the other. */
export const conversationOf = async (one: Home, other: Someone): Promise<string> =>
  done(await one.calls.open({ person: other.person })).conversation

/** Says it to somebody and answers the line's id. */
export const say = async (from: Home, to: Someone, text: string): Promise<string> => {
  const conversation = await conversationOf(from, to)
  return done(await from.calls.say({ conversation, text })).line
}

/** All lines that one holds of the conversation with another, oldest first. */
export const linesOf = async (one: Home, other: Someone): Promise<readonly LineView[]> =>
  linesIn(one, await conversationOf(one, other))

/** All lines that one holds of a conversation, oldest first. */
export const linesIn = async (one: Home, conversation: string): Promise<readonly LineView[]> => {
  const lines: LineView[] = []
  for (;;) {
    const before = lines[0]?.order
    const page = done(await one.calls.history({ conversation, limit: 200, ...(before && { before }) }))
    lines.unshift(...page.lines)
    if (!page.more) return lines
  }
}

/** The lines as a person would tell them: `Alice: hi`. */
export const storyOf = async (one: Home, other: Someone): Promise<readonly string[]> => {
  const lines = await linesOf(one, other)
  return lines.map((line) => `${line.mine ? one.name : other.name}: ${tell(line)}`)
}

const tell = (line: LineView): string => {
  switch (line.kind) {
    case 'message':
      return line.text + (line.edited ? ' (edited)' : '') + line.reactions.map(({ emoji }) => ` ${emoji}`).join('')
    case 'renamed':
      return `(${line.from} is now ${line.to})`
    case 'gap':
      return `(${line.count} missing)`
    case 'newer':
      return `(something newer: ${line.what})`
    case 'change':
      return `(${tellChange(line.change)})`
    case 'shared':
      return `(shared ${line.count} of ${line.days === undefined ? 'all' : `${line.days} days`})`
    case 'introduced':
      return `(to ${line.title})`
    case 'deleted':
    case 'joined':
    case 'forked':
    case 'sealed':
    case 'void':
    case 'split':
    case 'device':
      return `(${line.kind})`
  }
}

/** Without whom it is about: names are the reader's to know. */
const tellChange = (change: GroupChange): string => {
  switch (change.kind) {
    case 'founded':
    case 'title':
      return `${change.kind} ${change.title}`
    case 'added':
    case 'role':
      return `${change.kind} ${change.role}`
    case 'removed':
    case 'left':
    case 'picture':
      return change.kind
  }
}

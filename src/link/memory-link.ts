import type { Hex } from '../core/bytes/hex.ts'
import { Bug } from '../core/bytes/result.ts'
import type { Millis, Path } from '../view/view.ts'
import { createPipe, type Pipe } from './memory-pipe.ts'
import { FRAME_BYTES_MAX, type Farewell, type Link, type Protocol } from './port.ts'

export type NetworkOptions = {
  /** What happens when: see `createSimulatedTime`. */
  readonly time: { now(): Millis; after(millis: Millis, task: () => void): () => void }
  /** A seeded source of numbers from 0 up to 1. */
  readonly random: () => number
  /** How long a frame travels, anything between. One link keeps its order whatever its frames draw. */
  readonly delay: { readonly least: Millis; readonly most: Millis }
  /** Odds, for each frame, that its link dies instead of carrying it. A link is a reliable stream: nothing else is lost. */
  readonly loss: number
}

/** One end of a link in simulated time, with what the network around it must know. */
export type MemoryEnd = {
  readonly owner: Hex
  readonly link: Link
  /** Ends this side and the other at once; what was on its way is lost. */
  break(detail: string): void
}

export type EndFacts = {
  readonly owner: Hex
  readonly address: string
  readonly path: Path
}

/** Makes both ends of a link, the dialling one first. `onTaken` hears of the bytes that reached either side. */
export const connectEnds = (
  { time, random, delay, loss }: NetworkOptions,
  input: {
    readonly from: EndFacts
    readonly to: EndFacts
    readonly protocol: Protocol
    readonly via: Hex | undefined
    readonly onTaken: (bytes: number) => void
    /** Either side closed it because a better link stands. */
    readonly onReplaced: () => void
  },
): readonly [MemoryEnd, MemoryEnd] => {
  const travel = (): number => delay.least + random() * (delay.most - delay.least)
  const there = createPipe({ time, delay: travel, onTaken: input.onTaken, onEnd: () => b.finish({ kind: 'theirs' }) })
  const back = createPipe({ time, delay: travel, onTaken: input.onTaken, onEnd: () => a.finish({ kind: 'theirs' }) })
  const breakBoth = (detail: string): void => {
    a.finish({ kind: 'lost', detail })
    b.finish({ kind: 'lost', detail })
    there.cut()
    back.cut()
  }
  const { protocol, via, onReplaced } = input
  const roundTrip = delay.least + delay.most
  const common = { protocol, via, onReplaced, roundTrip, after: time.after, breakBoth, dies: () => random() < loss }
  const a = createEnd({ ...common, ...input.from, device: input.to.owner, dialled: true, out: there, into: back })
  const b = createEnd({ ...common, ...input.to, device: input.from.owner, dialled: false, out: back, into: there })
  return [a, b]
}

const createEnd = (
  input: EndFacts & {
    readonly device: Hex
    readonly protocol: Protocol
    readonly via: Hex | undefined
    readonly dialled: boolean
    readonly out: Pipe
    readonly into: Pipe
    readonly onReplaced: () => void
    readonly roundTrip: Millis
    readonly after: NetworkOptions['time']['after']
    readonly breakBoth: (detail: string) => void
    readonly dies: () => boolean
  },
): MemoryEnd & { finish(farewell: Farewell): void } => {
  const { out, into } = input
  const closed = Promise.withResolvers<Farewell>()
  let state: 'open' | 'closed' = 'open'

  const finish = (farewell: Farewell): void => {
    if (state === 'closed') return
    state = 'closed'
    // What came before the end may still be read; what I sent is on its way unless the link broke.
    if (farewell.kind === 'ours') out.end()
    else out.cut()
    into.inbox.end()
    closed.resolve(farewell)
  }

  const link: Link = {
    device: input.device,
    protocol: input.protocol,
    path: input.path,
    address: input.address,
    server: input.via,
    dialled: input.dialled,
    send: (frame) => {
      if (frame.length === 0 || frame.length > FRAME_BYTES_MAX) throw new Bug(`a frame of ${frame.length} bytes`)
      if (state === 'closed') return true
      if (!input.dies()) return out.send(new Uint8Array(frame))
      input.breakBoth('the link broke')
      return true
    },
    room: () => (state === 'closed' ? Promise.resolve() : out.room()),
    frames: into.inbox.frames,
    heard: into.taken,
    ping: () =>
      Promise.race([
        closed.promise.then(() => undefined),
        new Promise<number>((resolve) => void input.after(input.roundTrip, () => resolve(input.roundTrip))),
      ]),
    close: (because) => {
      if (state === 'open' && because === 'replaced') input.onReplaced()
      finish({ kind: 'ours' })
    },
    closed: closed.promise,
  }
  return { owner: input.owner, link, break: input.breakBoth, finish }
}

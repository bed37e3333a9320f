import type { Socket } from 'node:net'
import { createFrameDecoder, encodeFrames } from '../../src/link/frames.ts'
import type { Link } from '../../src/link/port.ts'

/** Something that carries frames both ways. */
export type Wire = Pick<Link, 'send' | 'room' | 'frames'>

/** Round trips of 200 bytes, the median, and what goes one way in a second. */
export type Speed = {
  readonly roundTripMillis: number
  /** The same on a plain connection between the same two machines, where one can be made. */
  readonly plainRoundTripMillis?: number
  readonly megabytesPerSecond: number
}

const PING_BYTES = 200
const BULK_BYTES = 64 * 1024
const BULK_MILLIS = 1_000
/** Both wires are asked in turns, so that whatever else the machine does falls on both alike. */
const TURNS = 10
const PINGS_PER_TURN = 50

// The first byte of a frame says what is to be done with it.
const ANSWER = 1
const TAKE = 2

/** Answers at the far end of a wire until it closes. */
export const echo = async (wire: Wire): Promise<void> => {
  for await (const frame of wire.frames) if (frame[0] === ANSWER) wire.send(frame)
}

export const measure = async (link: Wire, plain: Wire | undefined): Promise<Speed> => {
  const wires = [asking(link), ...(plain ? [asking(plain)] : [])]
  const times: number[][] = wires.map(() => [])
  // The first turn is not counted: what runs for the first time is slow.
  for (let turn = 0; turn <= TURNS; turn += 1)
    for (const [index, ask] of wires.entries())
      for (let left = PINGS_PER_TURN; left > 0; left -= 1) {
        const since = performance.now()
        await ask(PING_BYTES)
        if (turn > 0) times[index]?.push(performance.now() - since)
      }
  const [roundTripMillis = NaN, plainRoundTripMillis] = times.map(medianOf)
  const megabytesPerSecond = await pour(link, wires[0])
  return { roundTripMillis, ...(plainRoundTripMillis !== undefined && { plainRoundTripMillis }), megabytesPerSecond }
}

type Ask = (bytes: number) => Promise<void>

const asking = (wire: Wire): Ask => {
  const answers = wire.frames[Symbol.asyncIterator]()
  return async (bytes) => {
    wire.send(new Uint8Array(bytes).fill(ANSWER, 0, 1))
    // What ended answers no more.
    if ((await answers.next()).done === true) await new Promise(() => {})
  }
}

const pour = async (wire: Wire, ask: Ask | undefined): Promise<number> => {
  const since = performance.now()
  let bytes = 0
  for (; performance.now() - since < BULK_MILLIS; bytes += BULK_BYTES)
    if (!wire.send(new Uint8Array(BULK_BYTES).fill(TAKE, 0, 1))) await wire.room()
  await ask?.(PING_BYTES)
  return bytes / 1e6 / ((performance.now() - since) / 1e3)
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

/** Frames on a bare connection over TCP. */
export const socketWire = (socket: Socket): Wire => ({
  send: (frame) => socket.write(encodeFrames([frame])),
  room: () => new Promise((resolve) => socket.once('drain', resolve)),
  frames: framesOf(socket),
})

const framesOf = async function* (socket: Socket): AsyncGenerator<Uint8Array, void, void> {
  const decoder = createFrameDecoder()
  for await (const chunk of socket) {
    decoder.put(chunk as Uint8Array)
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) yield frame
  }
}

import type { Stream } from '@libp2p/interface'
import type { Hex } from '../../core/bytes/hex.ts'
import { addressGroup } from '../address-group.ts'
import type { MeetingCounts } from '../server-port.ts'
import { createAllowance, type Allowance } from './allowance.ts'
import type { Connection } from './connection.ts'
import { createDeadline } from './deadline.ts'
import { decodeMeeting, encodeAnswer, MEETING_REQUEST_BYTES, type MeetingAnswer } from './meeting-bytes.ts'
import { messagesOn } from './messages.ts'
import type { Pairs } from './pairs.ts'

/** How long the one who came first waits for the other. */
export const MEETING_MILLIS_MAX = 4_000
/** Devices that one device may wait for at once. */
export const MEETINGS_PER_DEVICE_MAX = 32
/** All that wait at one address together, so that inventing devices gains nothing: an eighth of all, as with the relay. */
export const MEETINGS_PER_ADDRESS_MAX = 512
export const MEETINGS_MAX = 4_096
export const MEETING_REQUESTS_PER_SECOND_MAX = 4
export const MEETING_REQUESTS_BURST_MAX = 64
/** From the later one's request until both call, besides the time that the answers travel. */
export const MEETING_LEAD_MILLIS = 20

export type Meetings = {
  /** Serves a stream of MEET_PROTOCOL. */
  serve(stream: Stream, from: Connection): void
  counts(): MeetingCounts
}

type Waiting = { readonly address: string; readonly roundTrip: number; meet(answer: MeetingAnswer): void }

/**
 * Tells two devices that name each other where this server sees the connection that each of them asks over, and when to
 * call, so that both call at one moment. Whoever is not named by the other learns nothing, not even whether it is here.
 */
export const createMeetings = (isRegistered: (device: Hex) => boolean, pairs: Pairs, now: () => number): Meetings => {
  const waiting = new Map<Hex, Map<Hex, Waiting>>()
  /** How many wait at each address: see `addressGroup`. */
  const groups = new Map<string, number>()
  const requests = new WeakMap<Connection, Allowance>()
  let size = 0
  const counted = { asked: 0, met: 0, alone: 0, refused: 0, otherFamily: 0 }

  const mayAsk = (from: Connection): boolean => {
    const limits = { perSecond: MEETING_REQUESTS_PER_SECOND_MAX, burst: MEETING_REQUESTS_BURST_MAX, now }
    const allowance = requests.get(from) ?? createAllowance(limits)
    requests.set(from, allowance)
    return isRegistered(from.device) && allowance.use(1) === 0
  }

  const mayWait = ({ device, address }: Connection): boolean =>
    size < MEETINGS_MAX &&
    (waiting.get(device)?.size ?? 0) < MEETINGS_PER_DEVICE_MAX &&
    (groups.get(addressGroup(address)) ?? 0) < MEETINGS_PER_ADDRESS_MAX

  const count = ({ address }: Waiting, by: 1 | -1): void => {
    size += by
    const group = addressGroup(address)
    const left = (groups.get(group) ?? 0) + by
    if (left === 0) groups.delete(group)
    else groups.set(group, left)
  }

  const forget = (device: Hex, other: Hex, entry: Waiting): void => {
    const named = waiting.get(device)
    if (named?.get(other) !== entry) return
    named.delete(other)
    count(entry, -1)
    if (named.size === 0) waiting.delete(device)
  }

  /** Waits for the other. Undefined: it did not come. */
  const wait = (device: Hex, other: Hex, facts: Omit<Waiting, 'meet'>, signal: AbortSignal) =>
    new Promise<MeetingAnswer | undefined>((resolve) => {
      const named = waiting.get(device) ?? new Map<Hex, Waiting>()
      const entry: Waiting = { ...facts, meet: resolve }
      const before = named.get(other)
      if (before) {
        forget(device, other, before)
        before.meet({ kind: 'alone' })
      }
      waiting.set(device, named.set(other, entry))
      count(entry, 1)
      signal.addEventListener('abort', () => {
        forget(device, other, entry)
        resolve(undefined)
      })
    })

  const answerTo = async (from: Connection, request: Uint8Array, signal: AbortSignal): Promise<MeetingAnswer> => {
    const asked = decodeMeeting(request)
    if (asked === undefined) return { kind: 'alone' }
    const { device: other, roundTrip } = asked
    counted.asked += 1
    const there = waiting.get(other)?.get(from.device)
    // Whom the other waits for has no place to take.
    if (!mayAsk(from) || (!there && !mayWait(from))) {
      counted.refused += 1
      return { kind: 'full' }
    }
    const me = { address: from.address, roundTrip }
    if (!there) {
      const answer = await wait(from.device, other, me, signal)
      if (answer === undefined) counted.alone += 1
      return answer ?? { kind: 'alone' }
    }
    forget(other, from.device, there)
    const own = familyOf(me.address)
    if (own !== familyOf(there.address)) {
      counted.otherFamily += 1
      there.meet({ kind: 'other-family', own: familyOf(there.address) })
      return { kind: 'other-family', own }
    }
    counted.met += 1
    pairs.met(from.device, other)
    const slower = Math.max(me.roundTrip, there.roundTrip)
    // An answer is on its way for half a round trip: who hears it earlier waits for the rest.
    const answer = (to: Omit<Waiting, 'meet'>, where: string): MeetingAnswer => {
      const millis = MEETING_LEAD_MILLIS + Math.round((slower - to.roundTrip) / 2)
      return { kind: 'meet', millis, own: to.address, other: where }
    }
    there.meet(answer(there, me.address))
    return answer(me, there.address)
  }

  const serve = async (stream: Stream, from: Connection): Promise<void> => {
    const gone = new AbortController()
    stream.addEventListener('close', () => gone.abort())
    const deadline = createDeadline(MEETING_MILLIS_MAX, gone.signal)
    const sending = createDeadline(MEETING_MILLIS_MAX * 2, gone.signal)
    try {
      const messages = messagesOn(stream, MEETING_REQUEST_BYTES)
      const request = (await messages.read({ signal: deadline.signal })).subarray()
      const answer = await answerTo(from, request, deadline.signal)
      await messages.write(encodeAnswer(answer), { signal: sending.signal })
      await stream.close({ signal: sending.signal })
    } finally {
      deadline.clear()
      sending.clear()
    }
  }

  return {
    serve: (stream, from) => void serve(stream, from).catch((error: Error) => stream.abort(error)),
    counts: () => ({ ...counted }),
  }
}

const familyOf = (address: string): 4 | 6 => (address.startsWith('[') ? 6 : 4)

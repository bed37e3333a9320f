import type { Stream } from '@libp2p/interface'
import { accept, refuse, unreachable, type Result } from '../../core/bytes/result.ts'
import type { Failure } from '../../view/view.ts'
import { createDeadline } from '../libp2p/deadline.ts'
import { failureOf } from '../libp2p/failure.ts'
import { BEHIND_BYTES_MAX, messagesOn } from '../libp2p/messages.ts'
import { CANDIDATES_MAX, type Candidate } from './candidate.ts'
import { createChannel, type Channel, type Ice, type Native } from './channel.ts'
import { decodeSignal, encodeSignal, SIGNAL_BYTES_MAX, type Signal, type SignalRefusal } from './signal.ts'

/** From the first word until the channel is open. Where it works at all, it does within a few round trips. */
export const NEGOTIATION_MILLIS_MAX = 8_000

/** Signals that one side may send: its description, its candidates with some to be ignored, and the last one. */
export const SIGNALS_MAX = 2 + 4 * CANDIDATES_MAX

/**
 * Agrees with the other side of a stream on a channel over UDP, and opens it. The one who calls offers, the other
 * answers. Never throws; ends early when `signal` aborts. The stream is of no more use afterwards.
 */
export const negotiate = async (input: {
  readonly native: Native
  readonly role: 'calling' | 'answering'
  readonly stream: Stream
  readonly ice: Ice
  readonly signal: AbortSignal
}): Promise<Result<Channel, Failure>> => {
  const { role, stream, ice } = input
  const deadline = createDeadline(NEGOTIATION_MILLIS_MAX, input.signal)
  const over = Promise.withResolvers<Result<Channel, Failure>>()
  const messages = messagesOn(stream, SIGNAL_BYTES_MAX, BEHIND_BYTES_MAX)
  const mine: Candidate[] = []
  const theirs: Candidate[] = []
  // The client of DTLS speaks as soon as its way is ready; what comes before the other's is ready is lost, and said again
  // a second later. Where who answers is open, the way of who calls is ready first, and elsewhere the other's.
  const setup = ice.open ? 'active' : 'passive'
  let heard = false
  let ready = false
  let gathered = false

  const say = (signal: Signal): void => {
    // Without the stream it comes to nothing by itself, unless enough was said.
    messages.write(encodeSignal(signal), { signal: deadline.signal }).catch(() => undefined)
  }
  /**
   * Tells of the candidates from here on. The one who calls does so when the answer is known here, and not before: the
   * library takes the other side's certificate for a false one when it comes while its description is being read.
   */
  const tellCandidates = (): void => {
    ready = true
    for (const candidate of mine) say({ kind: 'candidate', candidate })
    if (gathered) say({ kind: 'gathered' })
  }
  const fail = (failure: Failure): void => over.resolve(refuse(failure))

  const channel = createChannel(input.native, ice, {
    described: (description) => {
      if (role === 'calling') return say({ kind: 'offer', description })
      say({ kind: 'answer', description, setup })
      tellCandidates()
    },
    candidate: (candidate) => {
      if (mine.length >= CANDIDATES_MAX) return
      mine.push(candidate)
      if (ready) say({ kind: 'candidate', candidate })
    },
    gathered: () => {
      gathered = true
      if (ready) say({ kind: 'gathered' })
    },
    open: () => over.resolve(accept(channel)),
    failed: (because, detail) => fail(because === 'not-let-in' ? lateness(mine, theirs) : { kind: because, detail }),
  })

  /** False once no more signals are to be read. */
  const take = (said: Signal): boolean => {
    switch (said.kind) {
      case 'offer':
        if (heard || role !== 'answering') return false
        heard = true
        channel.accept(said.description, 'offer', setup === 'active' ? 'actpass' : 'active')
        channel.describe('answer')
        return true
      case 'answer':
        if (heard || role !== 'calling') return false
        heard = true
        channel.accept(said.description, 'answer', said.setup)
        tellCandidates()
        return true
      case 'candidate':
        if (!heard) return false
        if (theirs.length >= CANDIDATES_MAX || !isWorthIt(said.candidate, ice)) return true
        theirs.push(said.candidate)
        channel.add(said.candidate)
        return true
      case 'gathered':
        return true
      case 'refused':
        fail(REFUSED[said.because])
        return false
      default:
        return unreachable(said)
    }
  }

  const listen = async (): Promise<void> => {
    for (let left = SIGNALS_MAX; left > 0; left -= 1) {
      const said = decodeSignal((await messages.read({ signal: deadline.signal })).subarray())
      if (!said.ok || !take(said.value)) break
    }
    // Nothing more is listened to; what was agreed may still lead somewhere.
    if (!heard) fail({ kind: 'not-kith', detail: 'no answer that makes sense' })
  }

  if (role === 'calling') channel.describe('offer')
  listen().catch((error: unknown) => {
    if (!heard) fail(failureOf(error))
  })
  deadline.signal.addEventListener('abort', () => {
    if (input.signal.aborted) fail({ kind: 'closed', detail: 'the dial was given up' })
    else fail(heard ? lateness(mine, theirs) : { kind: 'timeout', detail: 'no answer about UDP' })
  })
  if (deadline.signal.aborted) fail({ kind: 'closed', detail: 'the dial was given up' })

  const result = await over.promise
  deadline.clear()
  if (!result.ok) channel.close()
  stream.abort(new Error('it has served its turn'))
  return result
}

/** Loopback is meant where this side is on the loopback alone; elsewhere it would lead to whatever listens here. */
const isWorthIt = ({ address }: Candidate, { from }: Ice): boolean => address.loopback === isLoopback(from)

const isLoopback = (host: string | undefined): boolean => host === '::1' || host?.startsWith('127.') === true

const REFUSED: Readonly<Record<SignalRefusal, Failure>> = {
  'not-accepted': { kind: 'not-accepted', detail: 'the other side answers only whom it has accepted' },
  unsupported: { kind: 'unsupported', detail: 'the other system has no UDP links' },
  busy: { kind: 'closed', detail: 'the other side takes no more calls over UDP now' },
}

/** Both told each other where they are, and nothing came through. */
const lateness = (mine: readonly Candidate[], theirs: readonly Candidate[]): Failure => {
  if (!isSeenOutside(mine)) return { kind: 'no-udp', detail: 'no STUN server answered this side' }
  if (!isSeenOutside(theirs)) return { kind: 'no-udp', detail: 'no STUN server answered the other side' }
  return { kind: 'not-let-in', detail: `called ${namesOf(theirs)} over UDP from ${namesOf(mine)}` }
}

const isSeenOutside = (candidates: readonly Candidate[]): boolean =>
  candidates.some(({ type, address }) => type === 'srflx' || address.path === 'direct')

/** Those that the server saw, or else those of the own cards, two of them at the most. */
const namesOf = (candidates: readonly Candidate[]): string => {
  const seen = candidates.filter(({ type }) => type === 'srflx')
  const named = seen.length > 0 ? seen : candidates
  return named
    .slice(0, 2)
    .map(({ address }) => address.text)
    .join(' and ')
}

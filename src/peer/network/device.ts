import type { Hex } from '../../core/bytes/hex.ts'
import { unreachable } from '../../core/bytes/result.ts'
import { isComing } from '../../core/reach/coming.ts'
import { candidatesOf } from '../../core/reach/known.ts'
import type { Offer } from '../../core/reach/offer.ts'
import { isForgettable, nextOf, rememberedOf, step } from '../../core/reach/reach.ts'
import { newReach, type Effect, type Input, type Reach as ReachState, type Shown } from '../../core/reach/state.ts'
import type { Endpoint, Link } from '../../link/port.ts'
import type { Millis } from '../../view/view.ts'
import { createAlarm } from './alarm.ts'
import type { Dials } from './dials.ts'
import type { Reach, Scheduler } from './port.ts'
import { watchLink, type WatchedLink } from './pulse.ts'

export type DeviceInput = {
  readonly device: Hex
  readonly shown: Shown
  readonly server: boolean
  readonly endpoint: Endpoint
  readonly scheduler: Scheduler
  /** A random number in [0, 1). */
  readonly random: () => number
  readonly dials: Dials
  readonly call: (offer: Offer['kind']) => void
  /** The servers through which it may be linked, the best first. */
  readonly through: () => readonly Hex[]
  /** What to call a server that carries a link. */
  readonly serverName: (key: Hex) => string | undefined
  readonly onLink: (link: Link) => void
  /** The device is linked now, or is no longer. */
  readonly onLinked: (linked: boolean) => void
  readonly onChanged: () => void
}

/** One device that is reached: runs its steps and does what they say. */
export type Device = {
  take(input: Input): void
  /** Where this device shows itself to the other from now on. */
  show(where: Shown): void
  accept(link: Link): void
  readonly wanted: boolean
  readonly linked: boolean
  /** It is linked, or may be in a moment. */
  readonly coming: boolean
  /** Links that stand, those on their way out included. */
  links(): readonly Link[]
  /** Asks on each of them for a sign of life. */
  ask(): void
  reach(): Reach
  remembered(): readonly string[]
  isForgettable(now: Millis): boolean
  close(): void
}

export const createDevice = (input: DeviceInput): Device => {
  const { device, endpoint, scheduler, random, dials } = input
  let state: ReachState = { ...newReach(endpoint.device, device, input.server), shown: input.shown }
  let closed = false
  let linkNumber = 0
  const links = new Map<number, WatchedLink>()
  const flights = new Map<number, () => void>()
  const alarm = createAlarm(scheduler, () => take({ kind: 'time' }))
  // What an effect sets off at once waits until the step before has been carried out.
  const queue: Input[] = []
  let busy = false

  const take = (next: Input): void => {
    if (closed) return
    queue.push(next)
    if (busy) return
    busy = true
    for (let each = queue.shift(); each && !closed; each = queue.shift()) {
      const wasLinked = state.current !== undefined
      const { reach, effects } = step(state, each, { now: scheduler.now(), dice: random() })
      state = reach
      for (const effect of effects) carryOut(effect)
      if (wasLinked !== (state.current !== undefined)) input.onLinked(!wasLinked)
    }
    busy = false
    if (!closed) alarm.set(state.wake)
  }

  const carryOut = (effect: Effect): void => {
    switch (effect.do) {
      case 'dial':
        return dial(effect.attempt, effect.address)
      case 'give-up':
        flights.get(effect.attempt)?.()
        return
      case 'call':
        return input.call(effect.offer)
      case 'hand-over': {
        const watched = links.get(effect.link)
        if (watched) input.onLink(watched.link)
        return
      }
      case 'close':
        links.get(effect.link)?.link.close(effect.replaced && 'replaced')
        return
      case 'changed':
        return input.onChanged()
      default:
        return unreachable(effect)
    }
  }

  const dial = (attempt: number, address: string): void => {
    const controller = new AbortController()
    const takeBack = dials.run(async () => {
      take({ kind: 'began', attempt })
      try {
        const onAnswer = (): void => take({ kind: 'answered', attempt })
        const through = input.through()
        const dialled = await endpoint.dial({ device, address, through, onAnswer, signal: controller.signal })
        flights.delete(attempt)
        if (dialled.ok) take({ kind: 'connected', attempt, link: enter(dialled.value) })
        else take({ kind: 'failed', attempt, failure: dialled.refusal })
      } catch (error) {
        flights.delete(attempt)
        take({ kind: 'failed', attempt, failure: { kind: 'other', detail: String(error) } })
      }
    })
    flights.set(attempt, () => {
      flights.delete(attempt)
      takeBack()
      controller.abort()
    })
  }

  /** Knows the link by a number from now on, until it ends. */
  const enter = (link: Link): { readonly number: number; readonly path: Link['path']; readonly address: string } => {
    const number = ++linkNumber
    const watched = watchLink(link, {
      scheduler,
      own: endpoint.addresses(),
      onSilent: () => take({ kind: 'silent', link: number }),
      onAlive: () => take({ kind: 'alive', link: number }),
    })
    links.set(number, watched)
    if (closed) link.close()
    void leaveAtEnd(number, link)
    return { number, path: link.path, address: link.address }
  }

  const leaveAtEnd = async (number: number, link: Link): Promise<void> => {
    await link.closed
    links.delete(number)
    take({ kind: 'lost', link: number })
  }

  return {
    take,
    // With each message, and nearly always as before. What is still queued may change it.
    show: (where) => {
      if (busy || where !== state.shown) take({ kind: 'shown', where })
    },
    accept: (link) => take({ kind: 'accepted', link: enter(link) }),
    get wanted() {
      return state.wanted
    },
    get linked() {
      return state.current !== undefined
    },
    get coming() {
      return isComing(state)
    },
    links: () => [...links.values()].map(({ link }) => link),
    ask: () => {
      for (const watched of links.values()) watched.ask()
    },
    reach: () => {
      const link = state.links.find((each) => each.number === state.current)
      const watched = link && links.get(link.number)
      const roundTrip = watched?.roundTrip()
      const server = watched?.link.server === undefined ? undefined : input.serverName(watched.link.server)
      const next = nextOf(state)
      return {
        ...(link && {
          link: {
            path: link.path,
            address: link.address,
            since: link.since,
            ...(server !== undefined && { server }),
            ...(roundTrip !== undefined && { roundTrip }),
          },
        }),
        shown: state.shown,
        candidates: candidatesOf(state.known, state.offered),
        attempts: state.attempts,
        ...(next !== undefined && { next }),
      }
    },
    remembered: () => rememberedOf(state),
    isForgettable: (now) => links.size === 0 && isForgettable(state, now),
    close: () => {
      closed = true
      alarm.set(Infinity)
      for (const end of flights.values()) end()
      for (const { link } of links.values()) link.close()
    },
  }
}

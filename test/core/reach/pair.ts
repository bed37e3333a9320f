import { parseAddress } from '../../../src/core/reach/address.ts'
import type { Path } from '../../../src/core/reach/path.ts'
import { step } from '../../../src/core/reach/reach.ts'
import { newReach, type Effect, type Input, type Reach } from '../../../src/core/reach/state.ts'
import { GREAT, SMALL } from './driver.ts'

/** Two machines that reach for each other over paths that come and go, in time that only the test moves. */
export type Pair = {
  readonly sides: readonly [Side, Side]
  readonly now: number
  tell(side: Side, input: Input): void
  /** Runs all that happens within the next `millis`. */
  pass(millis: number): void
  /** Opens or closes a way; closing ends what runs on it, which one side may notice much later than the other. */
  set(way: Way, open: boolean): void
  /** This side hears nothing on its link for a while, though it stands. */
  stall(side: Side): void
  /** The wires that stand. */
  wires(): readonly Wire[]
}

export type Side = {
  readonly name: 'small' | 'great'
  state: Reach
  readonly links: Map<number, Wire>
  flightsMost: number
  /** How often it had a link and then none. */
  interruptions: number
}
export type Wire = { readonly path: Path; readonly way: Way; readonly ends: Map<Side, number>; alive: boolean }
/** What can carry a link. What is punched runs over TCP or UDP. */
export type Way = Path | 'udp'

const ADDRESSES = {
  small: { nearby: '192.168.1.11:4001', direct: '203.0.113.11:4001' },
  great: { nearby: '192.168.1.12:4001', direct: '203.0.113.12:4001' },
} as const

const WAYS = new Map<string, Path>([
  ['relay', 'relayed'],
  ['udp', 'punched'],
])

/** The longest that a side may take a dead link for alive, as a connection without keepalive answers would be. */
const UNNOTICED_MILLIS_MAX = 20_000
/** When a side that asks for a sign of life takes such a link for silent. */
const SILENT_MILLIS = { least: 500, most: 4_000 } as const

/** With `squint`, the side that is dialled often takes a path for another than the side that dials. */
export const createPair = (random: () => number, squint = false): Pair => {
  const sides: [Side, Side] = [newSide('small', SMALL, GREAT), newSide('great', GREAT, SMALL)]
  const open = new Set<Way>(['nearby', 'direct', 'punched', 'udp', 'relayed'])
  /** Who waits at the server for the other, with the number of the attempt. */
  const meeting = new Map<Side, number>()
  const wires = new Set<Wire>()
  const tasks: { readonly at: number; readonly run: () => void }[] = []
  let now = 0
  let numbers = 0

  const travel = (): number => 1 + random() * 40
  const after = (millis: number, run: () => void): void => void tasks.push({ at: now + millis, run })
  const otherOf = (side: Side): Side => (side === sides[0] ? sides[1] : sides[0])

  const tell = (side: Side, input: Input): void => {
    const stepped = step(side.state, input, { now, dice: random() })
    if (side.state.current !== undefined && stepped.reach.current === undefined) side.interruptions += 1
    side.state = stepped.reach
    side.flightsMost = Math.max(side.flightsMost, side.state.flights.length)
    for (const effect of stepped.effects) carryOut(side, effect)
  }

  const carryOut = (side: Side, effect: Effect): void => {
    if (effect.do === 'dial') dial(side, effect.attempt, effect.address)
    if (effect.do === 'close') end(side.links.get(effect.link), side)
    if (effect.do === 'call') call(side, effect.offer)
  }

  const call = (side: Side, kind: 'ask' | 'answer'): void => {
    const shown = side.state.shown === 'everywhere' ? Object.values(ADDRESSES[side.name]) : []
    const addresses = shown.flatMap((each) => parseAddress(each) ?? [])
    // One offer in ten is lost.
    if (open.has('relayed') && random() > 0.1)
      after(travel(), () => tell(otherOf(side), { kind: 'heard', offer: { kind, addresses } }))
  }

  const dial = (side: Side, attempt: number, address: string): void => {
    after(0, () => tell(side, { kind: 'began', attempt }))
    if (address === 'punch') return after(travel(), () => punch(side, attempt))
    if (address === 'udp') return after(travel() * 3, () => callOverUdp(side, attempt))
    const path = WAYS.get(address) ?? parseAddress(address)?.path ?? 'direct'
    after(travel(), () => {
      const isGivenUp = !side.state.flights.some((each) => each.number === attempt)
      // Now and then giving up comes too late and the link is made all the same.
      if (isGivenUp && random() < 0.5) return
      if (open.has(path)) connect(side, attempt, path)
      else
        after(random() < 0.5 ? 0 : 6_000, () =>
          tell(side, { kind: 'failed', attempt, failure: { kind: 'timeout', detail: '' } }),
        )
    })
  }

  const isGoing = (side: Side, attempt: number): boolean => side.state.flights.some((each) => each.number === attempt)

  /** Two that come to the server within its patience call each other, and both have made the link. */
  const punch = (side: Side, attempt: number): void => {
    const other = otherOf(side)
    const there = meeting.get(other)
    meeting.delete(other)
    const fail = (late: number): void =>
      after(late, () => tell(side, { kind: 'failed', attempt, failure: { kind: 'not-let-in', detail: '' } }))
    if (!isGoing(side, attempt)) return
    if (there !== undefined && isGoing(other, there)) {
      if (open.has('punched')) return connect(side, attempt, 'punched', { met: there })
      after(2_500, () => tell(other, { kind: 'failed', attempt: there, failure: { kind: 'not-let-in', detail: '' } }))
      return fail(2_500)
    }
    meeting.set(side, attempt)
    after(4_000, () => {
      if (meeting.get(side) !== attempt) return
      meeting.delete(side)
      fail(0)
    })
  }

  /** Agreed on over a link that stands, with a device that wants it as well. */
  const callOverUdp = (side: Side, attempt: number): void => {
    if (!isGoing(side, attempt)) return
    const stands = [...wires].some(({ path, ends }) => path === 'relayed' && ends.size > 0)
    if (stands && open.has('udp') && otherOf(side).state.wanted)
      return connect(side, attempt, 'punched', { way: 'udp' })
    const failure = { kind: 'no-udp', detail: '' } as const
    after(random() < 0.5 ? 0 : 8_000, () => tell(side, { kind: 'failed', attempt, failure }))
  }

  const connect = (
    side: Side,
    attempt: number,
    path: Path,
    { met, way = path }: { readonly met?: number; readonly way?: Way } = {},
  ): void => {
    const other = otherOf(side)
    const wire: Wire = {
      path,
      way,
      ends: new Map([
        [side, ++numbers],
        [other, ++numbers],
      ]),
      alive: true,
    }
    wires.add(wire)
    const enter = (one: Side): { number: number; path: Path; address: string } => {
      const number = wire.ends.get(one) ?? 0
      one.links.set(number, wire)
      if (!wire.alive) after(0, () => lost(one, wire))
      const seen = squint && one === other && path !== 'relayed' && random() < 0.5 ? 'direct' : path
      return { number, path: seen, address: path }
    }
    tell(side, { kind: 'connected', attempt, link: enter(side) })
    after(travel(), () => {
      const link = enter(other)
      if (met !== undefined) return tell(other, { kind: 'connected', attempt: met, link })
      // As the network does before a step is told.
      if (other.state.shown === 'nowhere' && path !== 'relayed') return end(wire, other)
      tell(other, { kind: 'accepted', link })
    })
  }

  const silence = (): number => SILENT_MILLIS.least + random() * (SILENT_MILLIS.most - SILENT_MILLIS.least)

  const hearNothing = (side: Side, wire: Wire): void => {
    const number = wire.ends.get(side) ?? 0
    if (side.links.has(number)) tell(side, { kind: 'silent', link: number })
  }

  const lost = (side: Side, wire: Wire): void => {
    const number = wire.ends.get(side) ?? 0
    if (side.links.delete(number)) tell(side, { kind: 'lost', link: number })
  }

  const end = (wire: Wire | undefined, by: Side): void => {
    if (!wire) return
    by.links.delete(wire.ends.get(by) ?? 0)
    wire.alive = false
    wires.delete(wire)
    after(travel(), () => lost(otherOf(by), wire))
  }

  const advanceTo = (limit: number): boolean => {
    const wakes = sides.map((side) => ({ at: side.state.wake, run: () => tell(side, { kind: 'time' }) }))
    const next = [...tasks, ...wakes].reduce((first, each) => (each.at < first.at ? each : first))
    if (next.at > limit) return false
    const place = tasks.indexOf(next)
    if (place >= 0) tasks.splice(place, 1)
    now = Math.max(now, next.at)
    next.run()
    return true
  }

  return {
    sides,
    get now() {
      return now
    },
    tell,
    pass: (millis) => {
      const limit = now + millis
      for (let steps = 0; advanceTo(limit); steps++) if (steps > 200_000) throw new Error('time stands still')
      now = limit
    },
    set: (way, on) => {
      if (on) open.add(way)
      else open.delete(way)
      if (on) return
      for (const wire of [...wires].filter((each) => each.way === way)) {
        wire.alive = false
        wires.delete(wire)
        for (const side of sides) {
          after(random() < 0.7 ? travel() : random() * UNNOTICED_MILLIS_MAX, () => lost(side, wire))
          // Who has nothing to say asks for nothing.
          if (random() < 0.7) after(silence(), () => hearNothing(side, wire))
        }
      }
    },
    stall: (side) => {
      const wire = side.links.get(side.state.current ?? -1)
      if (!wire) return
      const began = silence()
      after(began, () => hearNothing(side, wire))
      after(began + random() * SILENT_MILLIS.most, () => {
        const number = wire.ends.get(side) ?? 0
        if (side.links.has(number)) tell(side, { kind: 'alive', link: number })
      })
    },
    wires: () => [...wires],
  }
}

export const addressesOf = (side: Side): readonly string[] => Object.values(ADDRESSES[side.name])

const newSide = (name: Side['name'], self: string, device: string): Side => ({
  name,
  state: newReach(self, device, true),
  links: new Map(),
  flightsMost: 0,
  interruptions: 0,
})

import { nextOf, step } from '../../../src/core/reach/reach.ts'
import { newReach, type Effect, type Input, type Reach } from '../../../src/core/reach/state.ts'

export const SMALL = '1a'.repeat(32)
export const GREAT = '2b'.repeat(32)

/** One machine, its clock and everything it wanted done, as short words. */
export type Driver = {
  /** Tells what happened now; answers with what follows from it. */
  tell(input: Input): readonly string[]
  /** Lets time pass; answers with what followed, each with the milliseconds since the start. */
  pass(millis: number): readonly string[]
  readonly state: Reach
  readonly now: number
  /** Milliseconds from now to the next round. */
  next(): number | undefined
}

/** Begins dials at once, as a shell with free places does. */
export const createDriver = ({
  self = SMALL,
  device = GREAT,
  server = false,
  dice = () => 1,
}: {
  readonly self?: string
  readonly device?: string
  readonly server?: boolean
  readonly dice?: () => number
} = {}): Driver => {
  let state = newReach(self, device, server)
  let now = 0

  const tell = (input: Input): string[] => {
    const stepped = step(state, input, { now, dice: dice() })
    state = stepped.reach
    const words = stepped.effects.flatMap(word)
    for (const effect of stepped.effects)
      if (effect.do === 'dial') words.push(...tell({ kind: 'began', attempt: effect.attempt }))
    return words
  }

  return {
    tell,
    pass: (millis) => {
      const end = now + millis
      const words: string[] = []
      while (state.wake <= end) {
        now = Math.max(now, state.wake)
        words.push(...tell({ kind: 'time' }).map((each) => `${now} ${each}`))
      }
      now = end
      return words
    },
    get state() {
      return state
    },
    get now() {
      return now
    },
    next: () => {
      const next = nextOf(state)
      return next === undefined ? undefined : next - now
    },
  }
}

const word = (effect: Effect): string[] => {
  switch (effect.do) {
    case 'dial':
      return [`dial ${effect.attempt} ${effect.address}`]
    case 'give-up':
      return [`give up ${effect.attempt}`]
    case 'call':
      return [effect.offer]
    case 'hand-over':
      return [`hand over ${effect.link}`]
    case 'close':
      return [`close ${effect.link}`]
    case 'changed':
      return []
  }
}

export const REFUSED = { kind: 'refused', detail: 'ECONNREFUSED' } as const

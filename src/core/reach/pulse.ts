/** Questions for a sign of life on one link are this far apart. */
export const PULSE_MILLIS_LEAST = 500
/** How long nothing at all may come on a link on which a question is open, before it counts as silent. */
export const SILENT_MILLIS = 2_000
/** A look that comes later than this after its time says nothing: what came meanwhile has still to be read. */
export const LOOK_LATE_MILLIS = 300
/** The same in round trips of that link, for paths that are slow. */
export const SILENT_ROUND_TRIPS = 4

/**
 * Whether the other side of a link is still there: asked while something is sent, since a path that breaks tells nobody.
 * `heard` grows with whatever comes on the link, so that an answer which waits behind much else is no silence.
 */
export type Pulse = {
  /** When it was asked last. */
  readonly asked: number
  /** The last measured, in milliseconds. */
  readonly roundTrip?: number
  readonly question?: {
    /** What had been heard when it was looked last. */
    readonly heard: number
    /** When it is looked again. */
    readonly due: number
    readonly silent: boolean
  }
}

export type PulseInput =
  /** Something is sent on the link. */
  | { readonly kind: 'sent' }
  /** The user looks at this link, or the device was asleep: ask whether something is sent or not. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'answered'; readonly roundTrip: number }
  | { readonly kind: 'time' }

/** `ask`: send a question; `silent`, `alive`: what the link is from now on. */
export type PulseEffect = 'ask' | 'silent' | 'alive'

export const newPulse: Pulse = { asked: -Infinity }

/** When `stepPulse` must be called with `time` at the latest. */
export const pulseWake = ({ question }: Pulse): number => question?.due ?? Infinity

export const stepPulse = (
  pulse: Pulse,
  input: PulseInput,
  { now, heard }: { readonly now: number; readonly heard: number },
): { readonly pulse: Pulse; readonly effects: readonly PulseEffect[] } => {
  const { question } = pulse
  const due = now + Math.max(SILENT_MILLIS, SILENT_ROUND_TRIPS * (pulse.roundTrip ?? 0))
  switch (input.kind) {
    case 'sent':
    case 'ask':
      if (question || (input.kind === 'sent' && now - pulse.asked < PULSE_MILLIS_LEAST)) return { pulse, effects: [] }
      return { pulse: { ...pulse, asked: now, question: { heard, due, silent: false } }, effects: ['ask'] }
    case 'answered': {
      const { asked } = pulse
      return { pulse: { asked, roundTrip: input.roundTrip }, effects: question?.silent ? ['alive'] : [] }
    }
    case 'time': {
      if (!question || question.due > now) return { pulse, effects: [] }
      const isLate = now - question.due > LOOK_LATE_MILLIS
      const silent = heard === question.heard && (question.silent || !isLate)
      const next = { ...pulse, question: { heard, due, silent } }
      return { pulse: next, effects: silent === question.silent ? [] : [silent ? 'silent' : 'alive'] }
    }
  }
}

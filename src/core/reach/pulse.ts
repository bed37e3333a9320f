/** Questions for a sign of life on one link are this far apart. */
export const PULSE_MILLIS_LEAST = 200
/**
 * How long nothing at all may come on a link on which a question is open, before it counts as silent: the least once
 * its round trip is known, and doubled up to the most whenever something came after all (as RFC 6298, 5.5, for timeouts).
 */
export const SILENT_MILLIS = { least: 500, most: 2_000 } as const
/** The same in round trips of that link, for paths that are slow. */
export const SILENT_ROUND_TRIPS = 4
/** A look that comes later than this after its time says nothing: what came meanwhile has still to be read. */
export const LOOK_LATE_MILLIS = 150

/**
 * Whether the other side of a link is still there: asked while something is sent, since a path that breaks tells nobody.
 * `heard` grows with whatever comes on the link, so that an answer which waits behind much else is no silence.
 */
export type Pulse = {
  /** When it was asked last. */
  readonly asked: number
  /** The last measured, in milliseconds. */
  readonly roundTrip?: number
  /** How long it may say nothing, in milliseconds. */
  readonly patience: number
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

export const newPulse: Pulse = { asked: -Infinity, patience: SILENT_MILLIS.least }

/** When `stepPulse` must be called with `time` at the latest. */
export const pulseWake = ({ question }: Pulse): number => question?.due ?? Infinity

export const stepPulse = (
  pulse: Pulse,
  input: PulseInput,
  { now, heard }: { readonly now: number; readonly heard: number },
): { readonly pulse: Pulse; readonly effects: readonly PulseEffect[] } => {
  const { asked, question } = pulse
  const wasSilent = question?.silent ?? false
  switch (input.kind) {
    case 'sent':
    case 'ask':
      if (question || (input.kind === 'sent' && now - asked < PULSE_MILLIS_LEAST)) return { pulse, effects: [] }
      return {
        pulse: { ...pulse, asked: now, question: { heard, due: now + silentMillis(pulse), silent: false } },
        effects: ['ask'],
      }
    case 'answered': {
      const patience = wasSilent ? doubled(pulse.patience) : pulse.patience
      return { pulse: { asked, roundTrip: input.roundTrip, patience }, effects: wasSilent ? ['alive'] : [] }
    }
    case 'time': {
      if (!question || question.due > now) return { pulse, effects: [] }
      const isLate = now - question.due > LOOK_LATE_MILLIS
      const silent = heard === question.heard && (wasSilent || !isLate)
      const patience = wasSilent && !silent ? doubled(pulse.patience) : pulse.patience
      const due = now + silentMillis({ ...pulse, patience })
      return {
        pulse: { ...pulse, patience, question: { heard, due, silent } },
        effects: silent === wasSilent ? [] : [silent ? 'silent' : 'alive'],
      }
    }
  }
}

/** A path whose round trip is not known yet may be a slow one. */
const silentMillis = ({ patience, roundTrip }: Pulse): number =>
  roundTrip === undefined ? SILENT_MILLIS.most : Math.max(patience, SILENT_ROUND_TRIPS * roundTrip)

const doubled = (patience: number): number => Math.min(2 * patience, SILENT_MILLIS.most)

import type { Failure, Path } from './path.ts'

/** Attempts that are remembered for each device, newest first. */
export const ATTEMPTS_MAX = 50

/** One try to reach a device at one address. */
export type Attempt = {
  readonly number: number
  readonly path: Path
  readonly address: string
  readonly started: number
  readonly outcome:
    | { readonly at: 'trying' }
    | { readonly at: 'connected'; readonly after: number }
    | { readonly at: 'failed'; readonly after: number; readonly failure: Failure }
}

export const withAttempt = (attempts: readonly Attempt[], attempt: Attempt): readonly Attempt[] =>
  [attempt, ...attempts].slice(0, ATTEMPTS_MAX)

/** The attempts with this one ended at `now`. Without a failure it connected. */
export const withOutcome = (
  attempts: readonly Attempt[],
  number: number,
  failure: Failure | undefined,
  now: number,
): readonly Attempt[] => {
  const attempt = attempts.find((each) => each.number === number && each.outcome.at === 'trying')
  if (!attempt) return attempts
  const after = Math.max(0, now - attempt.started)
  const outcome: Attempt['outcome'] = failure ? { at: 'failed', after, failure } : { at: 'connected', after }
  return attempts.map((each) => (each === attempt ? { ...each, outcome } : each))
}

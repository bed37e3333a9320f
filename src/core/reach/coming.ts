import type { Reach } from './state.ts'

/**
 * Whether a device is linked or may be in a moment: somebody answers, or its paths are tried for the first time since
 * there was news of it.
 */
export const isComing = ({ current, flights, plan, failures }: Reach): boolean =>
  current !== undefined || flights.some(({ answered }) => answered) || (plan.at === 'try' && failures === 0)

import type { HistoryPromise } from '../core/timeline/content.ts'

/** How much history is promised, as a number of days: nothing is 0, all is null. */
export const daysOf = (history: HistoryPromise): number | null =>
  history.share === 'all' ? null : history.share === 'days' ? history.days : 0

export const promiseOf = (days: number | null): HistoryPromise =>
  days === null ? { share: 'all' } : days === 0 ? { share: 'none' } : { share: 'days', days }

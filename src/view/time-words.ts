import { countWords } from './count-words.ts'
import type { Millis } from './view.ts'

export const MINUTE_MILLIS = 60_000
export const HOUR_MILLIS = 60 * MINUTE_MILLIS
export const DAY_MILLIS = 24 * HOUR_MILLIS

/** How a place writes times and dates: a language tag and a time zone; absent means what this machine uses. */
export type Place = { readonly locale?: string; readonly timeZone?: string }

/** “21:05” or “9:05 PM”, as the place writes it. */
export const clockWords = (at: Millis, place: Place = {}): string =>
  format(place, { timeStyle: 'short' }, place.locale ?? LOCALE_HERE).format(at)

/** “Today”, “Yesterday”, “Monday”, within the last six days, else “12 March” or “12 March 2024”. */
export const dayWords = (at: Millis, now: Millis, place: Place = {}): string => {
  const days = daysBetween(at, now, place)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days > 1 && days < 7) return format(place, { weekday: 'long' }).format(at)
  const sameYear = format(place, { year: 'numeric' }).format(at) === format(place, { year: 'numeric' }).format(now)
  return format(place, { day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }).format(at)
}

/** For a narrow column: the time for today, else “Yesterday”, “Mon”, “12 Mar”, “12/03/2024”. */
export const shortWords = (at: Millis, now: Millis, place: Place = {}): string => {
  const days = daysBetween(at, now, place)
  if (days <= 0) return clockWords(at, place)
  if (days === 1) return 'Yesterday'
  if (days < 7) return format(place, { weekday: 'short' }).format(at)
  return days < 300
    ? format(place, { day: 'numeric', month: 'short' }).format(at)
    : format(place, { day: '2-digit', month: '2-digit', year: 'numeric' }).format(at)
}

/** What stays true on paper: “Monday 12 March 2024”. */
export const dateWords = (at: Millis, place: Place = {}): string =>
  format(place, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(at)

/** The date and time in full, for titles and screen readers: “Monday 12 March 2024, 21:05”. */
export const momentWords = (at: Millis, place: Place = {}): string =>
  `${dateWords(at, place)}, ${clockWords(at, place)}`

/** How long something lasted, rounded down: “less than a minute”, “5 minutes”, “3 hours”, “2 days”. */
export const durationWords = (millis: Millis): string => {
  if (millis < MINUTE_MILLIS) return 'less than a minute'
  if (millis < HOUR_MILLIS) return countWords(Math.floor(millis / MINUTE_MILLIS), 'minute')
  if (millis < DAY_MILLIS) return countWords(Math.floor(millis / HOUR_MILLIS), 'hour')
  return countWords(Math.floor(millis / DAY_MILLIS), 'day')
}

/** “just now”, “5 minutes ago”. A moment in the future is now: clocks differ. */
export const agoWords = (at: Millis, now: Millis): string =>
  now - at < MINUTE_MILLIS ? 'just now' : `${durationWords(now - at)} ago`

/** For counting down: “now”, “in 8 seconds”, “in 3 minutes”. */
export const untilWords = (at: Millis, now: Millis): string => {
  const seconds = Math.ceil((at - now) / 1000)
  if (seconds <= 0) return 'now'
  return seconds < 100 ? `in ${countWords(seconds, 'second')}` : `in ${countWords(Math.ceil(seconds / 60), 'minute')}`
}

/** The day of a moment where the reader is, as `2026-11-22`: equal exactly for moments of one day. */
export const dayOf = (at: Millis, place: Place = {}): string => {
  const key = `${Math.floor(at / QUARTER_MILLIS)} ${place.timeZone ?? ''}`
  const known = days.get(key)
  if (known !== undefined) return known
  const day = format(place, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA').format(at)
  if (days.size >= DAYS_MAX) days.clear()
  days.set(key, day)
  return day
}

// Grouping asks for the day of every line at every change. Every zone is whole quarters of an hour away from UTC, so
// moments of one quarter are of one day.
const QUARTER_MILLIS = 15 * MINUTE_MILLIS
const DAYS_MAX = 10_000
const days = new Map<string, string>()

const daysBetween = (earlier: Millis, later: Millis, place: Place): number =>
  Math.round((Date.parse(dayOf(later, place)) - Date.parse(dayOf(earlier, place))) / DAY_MILLIS)

/** Stands for the locale of this machine. */
const LOCALE_HERE = ''

// Making a format costs fifty times what using it does.
const formats = new Map<string, Intl.DateTimeFormat>()

/** Words are English, so dates are too (`en-GB`); only the clock follows the place's habit. */
const format = (place: Place, options: Intl.DateTimeFormatOptions, locale = 'en-GB') => {
  const key = `${locale} ${place.timeZone ?? ''} ${Object.entries(options).flat().join(' ')}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(locale || undefined, {
    ...options,
    ...(place.timeZone ? { timeZone: place.timeZone } : {}),
  })
  formats.set(key, made)
  return made
}

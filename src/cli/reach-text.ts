import { failureWords } from '../view/failure-words.ts'
import { pathMeaning, pathWords, presenceWords } from '../view/presence-words.ts'
import {
  blockedReachWords,
  candidateWords,
  carrierOf,
  indirectOf,
  indirectWords,
  tookWords,
  wayWords,
} from '../view/reach-words.ts'
import { agoWords, durationWords, untilWords } from '../view/time-words.ts'
import type { AttemptView, ReachView } from '../view/reach-view.ts'
import type { Millis, PersonView, StatusView } from '../view/view.ts'

/** How somebody is reached, and why not better, line by line. */
export const reachText = (
  reach: ReachView,
  about: {
    readonly person: PersonView
    readonly name: string
    readonly status: StatusView
    readonly now: Millis
  },
): readonly string[] => {
  const { person, name, status, now } = about
  if (person.standing === 'blocked') return [blockedReachWords({ name, waiting: reach.waiting })]
  const { link, next, candidates, attempts } = reach
  const why = indirectOf(reach, status)
  return [
    `${name}  ${presenceWords(reach.presence, now)}`,
    ...(link ? [`Path      ${pathWords(link.path)}${sinceWords(link, now)}`] : []),
    ...(why ? [indirectWords(why, { name, server: carrierOf(reach) })] : link ? [pathMeaning(link.path)] : []),
    ...candidates.map((each) => `Known     ${each.address}, ${candidateWords(each)}`),
    ...attempts.map((each) => `Tried     ${attemptWords(each, now)}`),
    ...(next === undefined ? [] : [`Next      ${untilWords(next, now)}`]),
  ]
}

const sinceWords = ({ since, roundTrip }: NonNullable<ReachView['link']>, now: Millis): string =>
  `, for ${durationWords(now - since)}${roundTrip === undefined ? '' : `, there and back in ${tookWords(roundTrip)}`}`

const attemptWords = ({ path, address, started, outcome }: AttemptView, now: Millis): string => {
  const where = [agoWords(started, now), pathWords(path), wayWords(address).text].filter((each) => each !== '')
  const what =
    outcome.at === 'trying'
      ? 'trying'
      : outcome.at === 'connected'
        ? `connected after ${tookWords(outcome.after)}`
        : `${failureWords(outcome.failure).happened} (${outcome.failure.detail}, after ${tookWords(outcome.after)})`
  return `${where.join(', ')}: ${what}`
}

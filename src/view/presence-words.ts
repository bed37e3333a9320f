import { unreachable } from '../core/bytes/result.ts'
import { agoWords, MINUTE_MILLIS, shortWords } from './time-words.ts'
import type { FoundBy, Millis, Path, Presence } from './view.ts'

/** The badge beside a name. */
export const pathWords = (path: Path): string => {
  switch (path) {
    case 'nearby':
      return 'nearby'
    case 'direct':
      return 'direct'
    case 'punched':
      return 'direct'
    case 'relayed':
      return 'through the server'
    default:
      return unreachable(path)
  }
}

/** What the path means, in a sentence. */
export const pathMeaning = (path: Path): string => {
  switch (path) {
    case 'nearby':
      return 'Your devices are on the same network and speak directly.'
    case 'direct':
      return 'Your devices speak directly across networks, with nobody in between.'
    case 'punched':
      return 'Your devices called each other at the same moment, so that their routers let them speak directly, with nobody in between.'
    case 'relayed':
      return 'No direct way was found, so a server passes the sealed messages on. It cannot read them.'
    default:
      return unreachable(path)
  }
}

/** “Here, nearby”, “Away since 21:05”, “Away”. */
export const presenceWords = (presence: Presence, now: Millis): string => {
  switch (presence.at) {
    case 'here':
      return `Here, ${pathWords(presence.path)}`
    case 'away':
      if (presence.since === undefined) return 'Away'
      return now - presence.since < 60 * MINUTE_MILLIS
        ? `Last here ${agoWords(presence.since, now)}`
        : `Away since ${shortWords(presence.since, now)}`
    default:
      return unreachable(presence)
  }
}

/** Where somebody with whom there is no conversation yet was found. */
export const foundWords = (foundBy: readonly FoundBy[]): string => {
  if (foundBy.includes('nearby')) return 'On your network'
  return foundBy.includes('server') ? 'On this server' : 'Not found at the moment'
}

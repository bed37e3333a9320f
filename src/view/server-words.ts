import { unreachable } from '../core/bytes/result.ts'
import { failureWords } from './failure-words.ts'
import { durationWords, untilWords } from './time-words.ts'
import type { Millis, ServerState, StatusView } from './view.ts'

/** A state in a few words, and a sentence on what it means or what to do. */
export type StateWords = { readonly state: string; readonly meaning: string }

export const serverWords = (server: ServerState, now: Millis): StateWords => {
  switch (server.at) {
    case 'none':
      return {
        state: 'No server',
        meaning: 'Kith finds people on your own network. To meet people elsewhere, name a server in the settings.',
      }
    case 'connecting':
      return { state: `Connecting to ${server.address}`, meaning: 'People on this server appear in a moment.' }
    case 'connected':
      return server.people === 'on'
        ? { state: `On ${server.address}`, meaning: 'People who are on this server and want to be seen appear here.' }
        : {
            state: `On ${server.address}`,
            meaning: 'This server shows no list of people, but helps you reach those you know.',
          }
    case 'unreachable': {
      const words = failureWords(server.failure)
      return {
        state: `Cannot reach ${server.address}`,
        meaning: `${words.happened} ${words.mend} Tried for ${durationWords(now - server.since)}, next try ${untilWords(server.next, now)}. People on your own network can still be reached.`,
      }
    }
    default:
      return unreachable(server)
  }
}

export const nearbyWords = (nearby: StatusView['nearby']): StateWords => {
  switch (nearby.at) {
    case 'on':
      return {
        state: 'Looking on your network',
        meaning: 'People on the same network who want to be seen appear here.',
      }
    case 'off':
      return { state: 'Not looking on your network', meaning: 'Looking for people nearby is switched off.' }
    case 'failed':
      return {
        state: 'Cannot look on your network',
        meaning: `${failureWords(nearby.failure).happened} People nearby may not appear. A server can help you find each other.`,
      }
    default:
      return unreachable(nearby)
  }
}

/** Set when nothing can be kept: what happened, what it means, what to do. */
export const storeFailureWords = (failure: NonNullable<StatusView['storeFailure']>): string => {
  switch (failure.kind) {
    case 'full':
      return 'The disk is full. Nothing can be sent or received until there is space; what was kept before is safe. Free some space, and Kith goes on by itself.'
    case 'other':
      return `The disk refuses to keep anything (${failure.detail}). Nothing can be sent or received; what was kept before is not touched. Check the disk and the folder’s permissions.`
    default:
      return unreachable(failure.kind)
  }
}

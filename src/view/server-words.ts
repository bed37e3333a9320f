import { unreachable } from '../core/bytes/result.ts'
import { failureWords } from './failure-words.ts'
import { durationWords, untilWords } from './time-words.ts'
import type { Millis, ServerState, StatusView } from './view.ts'

/** A state in a few words, and a sentence on what it means or what to do. */
export type StateWords = { readonly state: string; readonly meaning: string }

/** `directly`: whether I connect to people without a server at all. */
export const serverWords = (server: ServerState, now: Millis, directly: boolean): StateWords => {
  switch (server.at) {
    case 'connecting':
      return { state: `Connecting to ${server.address}`, meaning: 'People on this server appear in a moment.' }
    case 'connected': {
      const named = server.name === undefined ? '' : ` (${server.name})`
      const people =
        server.people === 'on'
          ? 'People who are on this server and want to be seen appear here.'
          : 'This server shows no list of people, but helps you reach those you know.'
      const mailboxes =
        server.mailboxes === 'on'
          ? ''
          : ' It keeps no messages for who is away: they stay on this device until you meet.'
      return { state: `On ${server.address}${named}`, meaning: people + mailboxes }
    }
    case 'unreachable': {
      const words = failureWords(server.failure)
      return {
        state: `Cannot reach ${server.address}`,
        meaning: `${words.happened} ${words.mend} Tried for ${durationWords(now - server.since)}, next try ${untilWords(server.next, now)}. ${directly ? 'Whoever you reach directly can still be reached.' : NEEDED_WORDS}`,
      }
    }
    default:
      return unreachable(server)
  }
}

const NEEDED_WORDS = 'You never connect directly, so without any server nothing is sent or received.'

/** What is said of the servers depends on these. */
type Serving = Pick<StatusView, 'me' | 'servers'> & {
  readonly settings: Pick<StatusView['settings'], 'directly'>
}

/** How it stands with all of them together. */
export const serversWords = ({ me, servers, settings }: Serving, now: Millis): StateWords => {
  const { directly } = settings
  if (me === undefined)
    return {
      state: 'Not asked yet: you have no name',
      meaning: 'Kith looks for people, and for a server, once you have said what people should call you.',
    }
  const [first, second] = servers
  if (first === undefined)
    return {
      state: 'No server',
      meaning: directly
        ? 'Kith finds people on your own network. To meet people elsewhere, name a server in the settings.'
        : `${NEEDED_WORDS} Name one in the settings.`,
    }
  if (second === undefined) return serverWords(first, now, directly)
  const connected = servers.filter(({ at }) => at === 'connected').length
  const missing = servers.flatMap(({ at, address }) => (at === 'unreachable' ? [address] : []))
  if (connected > 0)
    return {
      state: connected === servers.length ? `On ${connected} servers` : `On ${connected} of ${servers.length} servers`,
      meaning:
        missing.length === 0
          ? 'People who are on one of them and want to be seen appear here. Any one of them is enough.'
          : `No answer from ${missing.join(' and ')} at the moment. Kith goes on through the others and tries again by itself.`,
    }
  if (missing.length < servers.length)
    return { state: `Connecting to ${servers.length} servers`, meaning: 'People on these servers appear in a moment.' }
  return {
    state: `Cannot reach any of ${servers.length} servers`,
    meaning: `${serverWords(first, now, directly).meaning} The settings say the same of each of them.`,
  }
}

/** True once it is known how it stands with the servers: one of them answered, or none of them does. */
export const isSettled = (status: StatusView | undefined): true | undefined => {
  if (status === undefined) return undefined
  const ats = new Set(status.servers.map(({ at }) => at))
  return ats.has('connected') || !ats.has('connecting') ? true : undefined
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

/** Set when messages for who is away cannot be left on the server. */
export const mailboxFailureWords = ({ kind, server }: NonNullable<StatusView['mailboxFailure']>): string => {
  switch (kind) {
    case 'full':
      return `The server ${server} has no room left for messages to people who are away. They stay kept here and go out by themselves when you are both online.`
    case 'slow':
      return `The server ${server} takes messages for people who are away only slowly. They stay kept here until it has them.`
    case 'other':
      return `The server ${server} takes no messages for people who are away. They stay kept here and go out by themselves when you are both online.`
    default:
      return unreachable(kind)
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

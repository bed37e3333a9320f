import { unreachable } from '../core/bytes/result.ts'
import { countWords } from './count-words.ts'
import { DAY_MILLIS, HOUR_MILLIS, MINUTE_MILLIS } from './time-words.ts'
import type { InvitationOffer, InvitationView, JoiningView, JoinRefusal } from './invitation-view.ts'
import type { Millis } from './view.ts'

/** How an invitation of mine stands: “open for 6 days, used once of 10”. */
export const invitationWords = (invitation: InvitationView, now: Millis): string => {
  const used = `used ${invitation.used} of ${countWords(invitation.uses, 'time')}`
  switch (invitation.state) {
    case 'open':
      return `open for ${leftWords(invitation.expires - now)}, ${used}`
    case 'used':
      return `used up (${used})`
    case 'expired':
      return `expired, ${used}`
    case 'revoked':
      return `revoked, ${used}`
    default:
      return unreachable(invitation.state)
  }
}

/** Whether an answer can wait for me while I am away. */
export const waitsWords = ({ waitsAt }: Pick<InvitationView, 'waitsAt'>): string =>
  waitsAt === undefined
    ? 'You must be running Kith when somebody answers: there is no server where an answer could wait for you.'
    : `It works while you are away: the answer waits for you, sealed, on the server ${waitsAt}.`

/** What an invitation is for, before it is accepted. */
export const offerWords = ({ inviter, group }: InvitationOffer): string => {
  if (group === undefined) return `${inviter.name} invites you to talk.`
  return group.role === 'admin'
    ? `${inviter.name} invites you into the group “${group.title}”, as an admin.`
    : `${inviter.name} invites you into the group “${group.title}”.`
}

/** When the inviter can be found on none of my servers, what that means; undefined when there is nothing to say. */
export const otherServersWords = ({ inviter, servers, way }: InvitationOffer): string | undefined => {
  if (way === 'mine') return undefined
  if (way === 'visited')
    return `${inviter.name} uses ${servers.length === 1 ? 'another server' : 'other servers'} than you. Kith visits ${servers.join(' or ')} to find ${inviter.name} and to leave the answer there.`
  return servers.length === 0
    ? `${inviter.name} uses no server, so an answer cannot wait: you reach each other while both are online, on one network or by a direct address.`
    : `${inviter.name} uses ${servers.join(' and ')}, and Kith connects to your own servers alone, as you chose. Use one of them too, so that your answer gets there.`
}

/** How an invitation that I accepted stands: what happened, what it means, what to do. */
export const joiningWords = ({ state, inviter, group }: JoiningView): string => {
  switch (state.at) {
    case 'waiting': {
      const whom = group === undefined ? inviter.name : `${inviter.name} or another admin of “${group.title}”`
      return state.left === undefined
        ? `Waiting for ${whom} to come online. Leave Kith running, or start it again later: your answer goes out by itself.`
        : `Waiting for ${whom} to come online. Your answer lies sealed on the server ${state.left}; you may close Kith meanwhile.`
    }
    case 'in':
      return group === undefined
        ? `You can talk with ${inviter.name} now.`
        : `You are in the group “${group.title}” now.`
    case 'refused':
      return joinRefusalWords(state.because, inviter.name)
    default:
      return unreachable(state)
  }
}

/** Why an invitation did not let me in. */
export const joinRefusalWords = (because: JoinRefusal, inviter: string): string => {
  switch (because) {
    case 'used':
      return `This invitation was already used as often as it may be. Ask ${inviter} for another one.`
    case 'expired':
      return `This invitation had expired before it was answered. Ask ${inviter} for another one.`
    case 'revoked':
      return `This invitation was taken back. Ask ${inviter} whether that was meant.`
    case 'not-allowed':
      return `This invitation does not let you in: whoever made it may not invite any more, or you are kept out. Ask ${inviter}.`
    default:
      return unreachable(because)
  }
}

const leftWords = (millis: Millis): string => {
  if (millis < HOUR_MILLIS) return countWords(Math.max(1, Math.ceil(millis / MINUTE_MILLIS)), 'minute')
  if (millis < 2 * DAY_MILLIS) return countWords(Math.round(millis / HOUR_MILLIS), 'hour')
  return countWords(Math.round(millis / DAY_MILLIS), 'day')
}

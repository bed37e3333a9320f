import { unreachable } from '../../core/bytes/result.ts'
import { parseName } from '../../core/identity/name.ts'
import type { ServerReach, Welcome } from '../../core/reach/server.ts'
import type { Because, ServerMessage } from '../../core/rendezvous/messages.ts'
import { NO_STUN } from '../../core/stun/ports.ts'
import type { Failure, ServerState } from '../../view/view.ts'

/** The name is a stranger's word: shown when it could be a person's, and passed over otherwise. */
export const welcomeOf = ({
  people,
  observed,
  name,
  nonce,
  stun = NO_STUN,
}: Extract<ServerMessage, { readonly kind: 'welcome' }>): Welcome => {
  const parsed = name === undefined ? undefined : parseName(name)
  return { people, observed, stun, mailboxes: nonce ? 'on' : 'off', ...(parsed?.ok && { name: parsed.value }) }
}

/** What it means that a server said goodbye. */
export const farewellFailure = (because: Because): Failure => {
  switch (because) {
    case 'full':
    case 'crowded':
      return { kind: 'refused', detail: `the server says: ${because}` }
    case 'malformed':
    case 'silent':
    case 'replaced':
    case 'slow':
    case 'stopping':
    case 'other':
      return { kind: 'closed', detail: `the server says: ${because}` }
    default:
      return unreachable(because)
  }
}

/** While an attempt runs after others failed, the failure is still what there is to say; `next` is that attempt. */
export const stateOf = (server: Exclude<ServerReach, { readonly at: 'none' }>): ServerState => {
  switch (server.at) {
    case 'connecting': {
      const { address, trouble, started } = server
      return trouble ? { at: 'unreachable', address, ...trouble, next: started } : { at: 'connecting', address }
    }
    case 'connected': {
      const { address, since, welcome } = server
      const { people, mailboxes, name } = welcome
      return { at: 'connected', address, since, people, mailboxes, ...(name !== undefined && { name }) }
    }
    case 'waiting':
      return { at: 'unreachable', address: server.address, ...server.trouble, next: server.until }
    default:
      return unreachable(server)
  }
}

import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { RouterClient } from '@orpc/server'

import { accept, Bug, refuse, type Result } from '../core/bytes/result.ts'
import { TEXT_BYTES_MAX } from '../core/timeline/size.ts'
import type { Answer, Calls, Refusal } from '../view/calls.ts'
import type { Update } from '../view/update.ts'
import type { StatusView } from '../view/view.ts'
import type { createRouter } from './router.ts'
import {
  CALLS_PATH,
  CALLS_PROTOCOL,
  REQUEST_BYTES_MAX,
  SESSION_PATH,
  TEXT_CHARACTERS_MAX,
  TOKEN_PROTOCOL_PREFIX,
} from './wire.ts'

export type ConnectionState =
  | { readonly at: 'connecting' }
  | { readonly at: 'open' }
  /**
   * For good: connect anew for another try. `refused`: never opened (wrong token, nobody listens, too many windows: a
   * browser does not say which). `lost`: it was open, and the peer ended or cut it off. `ours`: `close` was called.
   */
  | { readonly at: 'closed'; readonly because: 'refused' | 'lost' | 'ours' }

/** One connection to a peer's door. It never reconnects by itself. */
export interface Connection {
  /**
   * The peer's calls. On a closed connection each answers `disconnected`, `updates` ends and `status` rejects with
   * `Disconnected`. Calls made while connecting wait for it.
   */
  readonly calls: Calls
  readonly state: ConnectionState
  /** Calls `listener` with each new state, not with the present one. Gives back how to stop that. */
  onState(listener: (state: ConnectionState) => void): () => void
  close(): void
}

export class Disconnected extends Error {
  override readonly name = 'Disconnected'
}

/** Opens a WebSocket at `url` (ws://) that offers these protocols. Browsers and Node have one that does. */
export type OpenSocket = (url: string, protocols: readonly string[]) => WebSocket

const openGlobalSocket: OpenSocket = (url, protocols) => new WebSocket(url, [...protocols])

/**
 * Connects to the door at `url` (`http://127.0.0.1:PORT`; a window passes `location.origin`) with its token. Outside a
 * browser, pass a socket that sends the door's own address as `Origin`: the door asks everybody for it.
 */
export const connect = (input: {
  readonly url: string
  readonly token: string
  readonly openSocket?: OpenSocket
}): Connection => {
  const socket = (input.openSocket ?? openGlobalSocket)(`${input.url.replace(/^http/, 'ws')}${CALLS_PATH}`, [
    CALLS_PROTOCOL,
    TOKEN_PROTOCOL_PREFIX + input.token,
  ])
  const listeners = new Set<(state: ConnectionState) => void>()
  let state: ConnectionState = { at: 'connecting' }
  const enter = (next: ConnectionState): void => {
    if (state.at === 'closed') return
    state = next
    for (const listener of listeners) listener(state)
  }
  socket.addEventListener('open', () => enter({ at: 'open' }))
  socket.addEventListener('close', () =>
    enter({ at: 'closed', because: state.at === 'connecting' ? 'refused' : 'lost' }),
  )
  // Says nothing that the close, which always follows, does not say; unheard it would end a Node process.
  socket.addEventListener('error', () => undefined)

  return {
    calls: callsOver(socket, () => state.at === 'closed'),
    get state() {
      return state
    },
    onState: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => {
      enter({ at: 'closed', because: 'ours' })
      socket.close()
    },
  }
}

type Remote = RouterClient<ReturnType<typeof createRouter>>

const callsOver = (socket: WebSocket, isClosed: () => boolean): Calls => {
  const remote: Remote = createORPCClient(new RPCLink({ websocket: unbreakable(socket) }))

  const ask = async <Input, Value>(
    input: Input,
    call: (input: Input) => Promise<Result<Value, Refusal>>,
  ): Answer<Value> => {
    const plain = plainOf(input)
    if (!plain.ok) return plain
    if (isClosed()) return refuse({ kind: 'disconnected' })
    try {
      return await call(plain.value)
    } catch (error) {
      if (isClosed() || socket.readyState >= CLOSING) return refuse({ kind: 'disconnected' })
      throw new Bug('the peer failed at a call', { cause: error })
    }
  }

  return {
    updates: (signal) => updatesOf(remote, signal, isClosed),
    status: () => statusOf(remote, isClosed),
    open: (input) => ask(input, (plain) => remote.open(plain)),
    history: (input) => ask(input, (plain) => remote.history(plain)),
    say: (input) => ask(input, (plain) => remote.say(plain)),
    edit: (input) => ask(input, (plain) => remote.edit(plain)),
    unsay: (input) => ask(input, (plain) => remote.unsay(plain)),
    react: (input) => ask(input, (plain) => remote.react(plain)),
    read: (input) => ask(input, (plain) => remote.read(plain)),
    typing: (input) => ask(input, (plain) => remote.typing(plain)),
    draft: (input) => ask(input, (plain) => remote.draft(plain)),
    decide: (input) => ask(input, (plain) => remote.decide(plain)),
    rename: (input) => ask(input, (plain) => remote.rename(plain)),
    namePrivately: (input) => ask(input, (plain) => remote.namePrivately(plain)),
    configure: (input) => ask(input, (plain) => remote.configure(plain)),
    useServers: (input) => ask(input, (plain) => remote.useServers(plain)),
    reach: (input) => ask(input, (plain) => remote.reach(plain)),
    tryNow: (input) => ask(input, (plain) => remote.tryNow(plain)),
    lookAgain: () => ask({}, () => remote.lookAgain()),
    search: (input) => ask(input, (plain) => remote.search(plain)),
    found: (input) => ask(input, (plain) => remote.found(plain)),
    members: (input) => ask(input, (plain) => remote.members(plain)),
    add: (input) => ask(input, (plain) => remote.add(plain)),
    remove: (input) => ask(input, (plain) => remote.remove(plain)),
    leave: (input) => ask(input, (plain) => remote.leave(plain)),
    setRole: (input) => ask(input, (plain) => remote.setRole(plain)),
    retitle: (input) => ask(input, (plain) => remote.retitle(plain)),
    setPicture: (input) => ask(input, (plain) => remote.setPicture(plain)),
    picture: (input) => ask(input, (plain) => remote.picture(plain)),
    answer: (input) => ask(input, (plain) => remote.answer(plain)),
    delivery: (input) => ask(input, (plain) => remote.delivery(plain)),
    mute: (input) => ask(input, (plain) => remote.mute(plain)),
    forget: (input) => ask(input, (plain) => remote.forget(plain)),
    invite: (input) => ask(input, (plain) => remote.invite(plain)),
    revoke: (input) => ask(input, (plain) => remote.revoke(plain)),
    examine: (input) => ask(input, (plain) => remote.examine(plain)),
    join: (input) => ask(input, (plain) => remote.join(plain)),
    forgetJoining: (input) => ask(input, (plain) => remote.forgetJoining(plain)),
    safety: (input) => ask(input, (plain) => remote.safety(plain)),
    verify: (input) => ask(input, (plain) => remote.verify(plain)),
    unverify: (input) => ask(input, (plain) => remote.unverify(plain)),
  }
}

const OPEN = 1
const CLOSING = 2

/**
 * The socket as oRPC sees it: open even while it closes, when a WebSocket drops what is sent. oRPC would throw instead,
 * also where it tells the other side that a call was given up: from a listener whose rejection nobody can catch, which
 * in Node ends the process.
 */
const unbreakable = (
  socket: WebSocket,
): Pick<WebSocket, 'addEventListener' | 'removeEventListener' | 'send' | 'readyState'> => ({
  addEventListener: socket.addEventListener.bind(socket),
  removeEventListener: socket.removeEventListener.bind(socket),
  send: socket.send.bind(socket),
  get readyState() {
    return socket.readyState >= CLOSING ? OPEN : socket.readyState
  },
})

/**
 * The input as plain JSON, and not larger than the door reads: beyond that it would cut the connection. What JSON cannot
 * say (NaN, a date) becomes what it can, and the door refuses that by its place.
 */
const plainOf = <Input>(input: Input): Result<Input, Refusal> => {
  const text = (input as { readonly text?: unknown }).text
  if (typeof text === 'string' && text.length > TEXT_CHARACTERS_MAX)
    return refuse({ kind: 'text-too-long', bytes: new TextEncoder().encode(text).length, limit: TEXT_BYTES_MAX })
  const json = JSON.stringify(input)
  // A UTF-16 unit becomes at most three bytes of UTF-8; half is left for the envelope, generously.
  if (json.length * 3 > REQUEST_BYTES_MAX - 1024 && new TextEncoder().encode(json).length > REQUEST_BYTES_MAX - 1024)
    return refuse({ kind: 'malformed', detail: 'input: too large' })
  return accept(JSON.parse(json) as Input)
}

const statusOf = async (remote: Remote, isClosed: () => boolean): Promise<StatusView> => {
  if (isClosed()) throw new Disconnected('the connection is closed')
  try {
    return await remote.status()
  } catch (error) {
    throw isClosed() ? new Disconnected('the connection was closed', { cause: error }) : error
  }
}

const updatesOf = async function* (
  remote: Remote,
  signal: AbortSignal,
  isClosed: () => boolean,
): AsyncGenerator<Update, void, void> {
  if (signal.aborted || isClosed()) return
  try {
    for await (const update of await remote.updates(undefined, { signal })) yield update
  } catch (error) {
    if (!signal.aborted && !isClosed()) throw error
  }
}

/**
 * Trades a one-time code for the door's token. `used`: it was traded before, has expired, or never was one; ask for a
 * new one. `unreachable`: nobody answers as a door there.
 */
export const exchange = async (input: {
  readonly url: string
  readonly code: string
  readonly fetch?: typeof fetch
}): Promise<Result<string, { readonly kind: 'used' } | { readonly kind: 'unreachable' }>> => {
  try {
    const response = await (input.fetch ?? fetch)(input.url + SESSION_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: input.code }),
    })
    if (!response.ok)
      return refuse({ kind: response.status === 401 || response.status === 429 ? 'used' : 'unreachable' })
    const answer: unknown = await response.json()
    const token = (answer as { readonly token?: unknown } | null)?.token
    return typeof token === 'string' ? accept(token) : refuse({ kind: 'unreachable' })
  } catch {
    return refuse({ kind: 'unreachable' })
  }
}

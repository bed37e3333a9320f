import type { Duplex } from 'node:stream'

import type { Context } from '@orpc/server'
import { RPCHandler } from '@orpc/server/websocket'
import * as v from 'valibot'
import type { WebSocket as ServerSocket } from 'ws'

import type { Calls } from '../view/calls.ts'
import { createRouter } from './router.ts'

/** Calls and subscriptions of one caller that run at once; beyond it nothing more is read from that caller. */
export const CALLS_MAX = 32
/** Subscriptions of one caller. Fewer than CALLS_MAX, or they would leave no room for calls. */
export const SUBSCRIPTIONS_MAX = 8
/** What may wait in one caller's socket before its answers and updates are held back. */
export const UNSENT_BYTES_MAX = 1024 * 1024

/** WebSocket close codes (RFC 6455, 7.4.1). */
const UNSUPPORTED = 1003
const POLICY = 1008

export type SocketEvent =
  /** Not a message of ours: the caller is cut off. */
  | { readonly kind: 'garbage' }
  /** A broken invariant behind a call. It is for the log; the caller was answered with a plain error. */
  | { readonly kind: 'bug'; readonly error: unknown }

// The envelope of oRPC's messages, narrower than oRPC's own reading of it: no headers, files, foreign addresses, upward
// streams or typed JSON, none of which our calls need and each of which is more code behind the door.
const ENVELOPE = v.union([
  v.strictObject({
    i: v.pipe(v.string(), v.minLength(1), v.maxLength(32)),
    p: v.strictObject({
      u: v.pipe(v.string(), v.maxLength(32), v.regex(/^\/[a-zA-Z]+$/)),
      b: v.optional(v.strictObject({ json: v.optional(v.unknown()), meta: v.optional(v.array(v.never())) })),
    }),
  }),
  v.strictObject({ i: v.pipe(v.string(), v.minLength(1), v.maxLength(32)), t: v.literal(4), p: v.optional(v.never()) }),
])

/** Speaks with a caller that was let in, over a WebSocket and the stream that carries it. */
export type Callee = (socket: ServerSocket, stream: Duplex) => void

/** One for all sockets of a door. */
export const createCallee = (calls: Calls, log: (event: SocketEvent) => void): Callee => {
  const handler = new RPCHandler(createRouter(calls), {
    interceptors: [
      async ({ next }) => {
        try {
          return await next()
        } catch (error) {
          log({ kind: 'bug', error })
          throw error
        }
      },
    ],
  })
  return (socket, stream) => serve({ socket, stream }, handler, log)
}

type Handler = RPCHandler<Context>

const serve = (
  { socket, stream }: { readonly socket: ServerSocket; readonly stream: Duplex },
  handler: Handler,
  log: (event: SocketEvent) => void,
): void => {
  let running = 0
  let subscriptions = 0
  const gather = inOnePiece(stream)
  const caller = {
    addEventListener: () => undefined,
    send: (message: string) => {
      gather()
      return sendHeldBack(socket, message)
    },
  }

  const run = async (message: string, subscribes: boolean): Promise<void> => {
    running += 1
    if (subscribes) subscriptions += 1
    if (running >= CALLS_MAX) socket.pause()
    try {
      await handler.message(caller as never, message)
    } catch (error) {
      if (socket.readyState === socket.OPEN) log({ kind: 'bug', error })
    }
    running -= 1
    if (subscribes) subscriptions -= 1
    if (running < CALLS_MAX && socket.isPaused) socket.resume()
  }

  socket.on('message', (data: Buffer, binary: boolean) => {
    if (socket.readyState !== socket.OPEN) return
    if (binary) return socket.close(UNSUPPORTED)
    const message = data.toString()
    const envelope = parseEnvelope(message)
    if (envelope === undefined) {
      log({ kind: 'garbage' })
      return socket.close(POLICY)
    }
    const subscribes = 'u' in (envelope.p ?? {}) && (envelope.p as { u: string }).u === '/updates'
    if (subscribes && subscriptions >= SUBSCRIPTIONS_MAX) return socket.close(POLICY, 'too many subscriptions')
    void run(message, subscribes)
  })
  socket.on('close', () => handler.close(caller as never))
  // A caller that resets its connection or breaks the framing: the library closes it, and nothing else is to be done.
  socket.on('error', () => undefined)
}

const parseEnvelope = (message: string): v.InferOutput<typeof ENVELOPE> | undefined => {
  let json: unknown
  try {
    json = JSON.parse(message)
  } catch {
    return undefined
  }
  const parsed = v.safeParse(ENVELOPE, json)
  return parsed.success ? parsed.output : undefined
}

/** Holds what is written to a stream back until the present turn is over: its answers and updates leave together. */
const inOnePiece = (stream: Duplex): (() => void) => {
  let held = false
  return () => {
    if (held) return
    held = true
    stream.cork()
    process.nextTick(() => {
      held = false
      stream.uncork()
    })
  }
}

/**
 * oRPC awaits what `send` gives back before it asks a stream for more: this is where a caller that does not read is
 * held back, so that its updates wait in the bounded queue and not in the socket.
 */
const sendHeldBack = (socket: ServerSocket, message: string): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve()
    socket.send(message, () => resolve())
    if (socket.bufferedAmount < UNSENT_BYTES_MAX) resolve()
  })

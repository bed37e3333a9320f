import { unreachable } from '../bytes/result.ts'
import type { StunPorts } from '../stun/ports.ts'
import { waitMillis } from './backoff.ts'
import type { Failure } from './path.ts'

export const SERVER_RETRY = { leastMillis: 1_000, mostMillis: 30_000 } as const
export const SERVER_DIAL_MILLIS_MAX = 10_000
/** How long a server may take to answer the first message. */
export const WELCOME_MILLIS_MAX = 5_000
/** A connection that stood this long says that the server works: what failed before no longer counts. */
const STEADY_MILLIS = 10_000
/**
 * The wait after a server said that this device connected a second time, or where another connection to it stands: that
 * one stays, and coming back at once would end it in turn.
 */
export const REPLACED_MILLIS = 300_000

/** The connection to a server: what it is, and what comes next. */
export type ServerReach =
  | { readonly at: 'none'; readonly attempt: number }
  | {
      readonly at: 'connecting'
      readonly address: string
      readonly attempt: number
      readonly started: number
      /** Dialling until then, then greeting until then. */
      readonly until: number
      readonly stage: 'dialling' | 'greeting'
      readonly failures: number
      /** What failed before, since when. */
      readonly trouble?: Trouble
    }
  | {
      readonly at: 'connected'
      readonly address: string
      readonly attempt: number
      readonly since: number
      readonly welcome: Welcome
      readonly failures: number
    }
  | {
      readonly at: 'waiting'
      readonly address: string
      readonly attempt: number
      readonly until: number
      readonly failures: number
      readonly trouble: Trouble
    }

type Trouble = { readonly since: number; readonly failure: Failure }

/** What a server said of itself, and of this device. */
export type Welcome = {
  readonly people: 'on' | 'off'
  readonly mailboxes: 'on' | 'off'
  /** What the server wants to be called. */
  readonly name?: string
  /** The address that the server sees this device at. */
  readonly observed: string
  /** The ports at which the server answers STUN. */
  readonly stun: StunPorts
}

/** `attempt` says which dial a report belongs to: what comes from an earlier one is late and changes nothing. */
export type ServerInput =
  | { readonly kind: 'use'; readonly address: string | undefined }
  | { readonly kind: 'linked'; readonly attempt: number }
  | { readonly kind: 'welcomed'; readonly attempt: number; readonly welcome: Welcome }
  | { readonly kind: 'failed'; readonly attempt: number; readonly failure: Failure; readonly replaced?: true }
  /** Try now, whatever was planned: this device's addresses changed, or the user asks. */
  | { readonly kind: 'hurry' }
  | { readonly kind: 'time' }

export type ServerEffect =
  /** Then say `linked` or `failed`. */
  | { readonly do: 'dial'; readonly attempt: number }
  /** Say hello on the link of this attempt. */
  | { readonly do: 'greet'; readonly attempt: number }
  /** Whatever there is of this attempt, a dial or a link, is over. */
  | { readonly do: 'drop'; readonly attempt: number }

export const noServer: ServerReach = { at: 'none', attempt: 0 }

type Stepped = { readonly server: ServerReach; readonly effects: readonly ServerEffect[] }

/** When `stepServer` must be called with `time` at the latest. */
export const serverWake = (server: ServerReach): number =>
  server.at === 'connecting' || server.at === 'waiting' ? server.until : Infinity

/** What follows from one thing that happened to the connection. Never throws. */
export const stepServer = (
  server: ServerReach,
  input: ServerInput,
  { now, dice }: { readonly now: number; readonly dice: number },
): Stepped => {
  switch (input.kind) {
    case 'use':
      return use(server, input.address, now)
    case 'linked':
      if (server.at !== 'connecting' || server.attempt !== input.attempt) return drop(server, input.attempt)
      return {
        server: { ...server, stage: 'greeting', until: now + WELCOME_MILLIS_MAX },
        effects: [{ do: 'greet', attempt: input.attempt }],
      }
    case 'welcomed':
      return welcomed(server, input, now)
    case 'failed':
      if (server.at === 'none' || server.at === 'waiting' || server.attempt !== input.attempt) return same(server)
      return failed(server, input.failure, input.replaced === true, now, dice)
    case 'hurry':
      if (server.at !== 'waiting') return same(server)
      return dial({ ...server, failures: 0 }, now)
    case 'time':
      if (server.at === 'waiting' && server.until <= now) return dial(server, now)
      if (server.at !== 'connecting' || server.until > now) return same(server)
      return failed(server, lateness(server.stage), false, now, dice)
    default:
      return unreachable(input)
  }
}

const same = (server: ServerReach): Stepped => ({ server, effects: [] })

const drop = (server: ServerReach, attempt: number): Stepped => ({ server, effects: [{ do: 'drop', attempt }] })

const use = (server: ServerReach, address: string | undefined, now: number): Stepped => {
  if ((server.at === 'none' ? undefined : server.address) === address) return same(server)
  const { attempt } = server
  const dropped: readonly ServerEffect[] = server.at === 'none' ? [] : [{ do: 'drop', attempt }]
  if (address === undefined) return { server: { at: 'none', attempt }, effects: dropped }
  const next = dial({ address, attempt, failures: 0 }, now)
  return { server: next.server, effects: [...dropped, ...next.effects] }
}

const dial = (
  before: { readonly address: string; readonly attempt: number; readonly failures: number; readonly trouble?: Trouble },
  now: number,
): Stepped => {
  const attempt = before.attempt + 1
  const { address, failures, trouble } = before
  return {
    server: {
      at: 'connecting',
      address,
      attempt,
      started: now,
      until: now + SERVER_DIAL_MILLIS_MAX,
      stage: 'dialling',
      failures,
      ...(trouble && { trouble }),
    },
    effects: [{ do: 'dial', attempt }],
  }
}

/** Each hello is answered with a welcome; only the first one changes more than what the server says of itself. */
const welcomed = (
  server: ServerReach,
  { attempt, welcome }: Extract<ServerInput, { readonly kind: 'welcomed' }>,
  now: number,
): Stepped => {
  if (server.at === 'connected' && server.attempt === attempt) return same({ ...server, welcome })
  if (server.at !== 'connecting' || server.attempt !== attempt) return same(server)
  const { address, failures } = server
  return same({ at: 'connected', address, attempt, since: now, welcome, failures })
}

const failed = (
  server: Extract<ServerReach, { readonly at: 'connecting' | 'connected' }>,
  failure: Failure,
  replaced: boolean,
  now: number,
  dice: number,
): Stepped => {
  const { address, attempt } = server
  const failures = server.at === 'connected' && now - server.since >= STEADY_MILLIS ? 0 : server.failures
  const since = (server.at === 'connecting' ? server.trouble?.since : undefined) ?? now
  const until = now + (replaced ? REPLACED_MILLIS : waitMillis(SERVER_RETRY, failures, dice))
  return {
    server: { at: 'waiting', address, attempt, until, failures: failures + 1, trouble: { since, failure } },
    effects: [{ do: 'drop', attempt }],
  }
}

const lateness = (stage: 'dialling' | 'greeting'): Failure =>
  stage === 'dialling'
    ? { kind: 'timeout', detail: `no connection in ${SERVER_DIAL_MILLIS_MAX / 1000} s` }
    : { kind: 'not-kith', detail: `no welcome in ${WELCOME_MILLIS_MAX / 1000} s` }

import { toHex, type Hex } from '../../core/bytes/hex.ts'
import { unreachable } from '../../core/bytes/result.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import { parseIp } from '../../core/reach/ip.ts'
import { isOnThisMachine } from '../../core/reach/moved.ts'
import {
  noServer,
  serverWake,
  stepServer,
  type ServerEffect,
  type ServerInput,
  type ServerReach,
} from '../../core/reach/server.ts'
import {
  decodeServerMessage,
  encodePeerMessage,
  RENDEZVOUS_VERSION,
  type PeerMessage,
  type ServerMessage,
} from '../../core/rendezvous/messages.ts'
import { withPeople, type People } from '../../core/rendezvous/people.ts'
import { formatServer, type ServerAddress } from '../../core/reach/server-address.ts'
import type { Endpoint, Link } from '../../link/port.ts'
import type { Failure, ServerState } from '../../view/view.ts'
import { createAlarm } from './alarm.ts'
import { createCards } from './cards.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createMailboxes, type Mailboxes, type MailboxServer } from './mailboxes.ts'
import type { Standpoint } from './own-network.ts'
import type { Announcement, Scheduler } from './port.ts'
import { watchLink } from './pulse.ts'
import { farewellFailure, stateOf, welcomeOf } from './server-state.ts'

export type ServerConnectionInput = {
  readonly address: ServerAddress
  /** Whether another connection to the server with this key stands. */
  readonly isConnectedTo: (key: Hex) => boolean
  /** Whether this text means the server that is connected here. */
  readonly isAt: (address: string) => boolean
  /** As what: a guest is on no list and looks at none, and is there to be called and to call. */
  readonly as: 'own' | 'guest'
  readonly endpoint: Endpoint
  readonly scheduler: Scheduler
  /** A random number in [0, 1). */
  readonly random: () => number
  readonly crypto: Crypto
  /** Calls and relayed links are possible now, or are no longer. */
  readonly onConnected: (connected: boolean) => void
  readonly onPeople: (before: People, now: People) => void
  readonly onCalled: (from: Hex, offer: Uint8Array) => void
  readonly onAbsent: (device: Hex) => void
  readonly onChanged: () => void
  readonly onArrived: (mailbox: Hex) => void
}

/** The connection to one server: kept up, spoken on, listened to, until it is closed. */
export type ServerConnection = {
  readonly address: string
  /** Begins to connect. */
  open(): void
  announce(announcement: Announcement): void
  card(device: Hex): Promise<Uint8Array | undefined>
  call(to: Hex, offer: Uint8Array): void
  /** Undefined while it is not connected, and where it keeps none. */
  readonly mailboxes: ReturnType<Mailboxes['calls']>
  /** Tries now, whatever was planned. */
  hurry(): void
  /** This device's addresses changed. `elsewhere`: it is on another network now. */
  moved(elsewhere: boolean): void
  state(): ServerState
  /** The server's key while it is connected. */
  readonly key: Hex | undefined
  /** What the server calls itself, or else its address. */
  readonly name: string
  /** The key of the server that answers here and is connected at another address. */
  readonly same: Hex | undefined
  /** Who is on its people list. */
  readonly people: People
  /** Where this network may be looked at from, while it is connected. */
  readonly standpoint: Standpoint | undefined
  /** The address that the server sees this device at. */
  observed(): string | undefined
  close(): void
}

export const createServerConnection = (input: ServerConnectionInput): ServerConnection => {
  const { endpoint, scheduler, random } = input
  const address = formatServer(input.address)
  const isForeignName = input.as === 'guest' && parseIp(input.address.host) === undefined
  let state: ServerReach = noServer
  let announcement: Announcement | undefined
  let people: People = new Map()
  /** What this connection's server asks to be signed; none when it keeps no mailboxes. */
  let nonce: Uint8Array | undefined
  let life: Hex | undefined
  /** What there is of the attempt that counts. */
  let controller: AbortController | undefined
  let line: { readonly link: Link; readonly outbox: Outbox; readonly ask: () => void } | undefined
  const alarm = createAlarm(scheduler, () => take({ kind: 'time' }))
  const mailboxes = createMailboxes({
    scheduler,
    crypto: input.crypto,
    send: (message) => say(message),
    room: () => line?.outbox.room() ?? Promise.resolve(),
    onArrived: input.onArrived,
  })
  const cards = createCards(scheduler, (device) => say({ kind: 'card', device }))

  const take = (next: ServerInput): void => {
    const before = state
    const { server, effects } = stepServer(state, next, { now: scheduler.now(), dice: random() })
    state = server
    alarm.set(serverWake(state))
    for (const effect of effects) carryOut(effect)
    if (state === before) return
    if ((before.at === 'connected') !== (state.at === 'connected')) connectedIs(state.at === 'connected')
    input.onChanged()
  }

  const carryOut = (effect: ServerEffect): void => {
    switch (effect.do) {
      case 'dial':
        return void dial(effect.attempt)
      case 'greet':
        return hello()
      case 'drop':
        controller?.abort()
        line?.link.close()
        controller = line = undefined
        return
      default:
        return unreachable(effect)
    }
  }

  const dial = async (attempt: number): Promise<void> => {
    const mine = (controller = new AbortController())
    const dialled = await endpoint
      .dialServer({ ...input.address, outside: isForeignName, signal: mine.signal })
      .catch((error: unknown) => ({
        ok: false as const,
        refusal: { kind: 'other', detail: String(error) } satisfies Failure,
      }))
    if (!dialled.ok) {
      const isSame = dialled.refusal.kind === 'same-server' && input.isConnectedTo(dialled.refusal.detail)
      return take({ kind: 'failed', attempt, failure: dialled.refusal, ...(isSame && { replaced: true }) })
    }
    // Given up while it was being made.
    if (controller !== mine) return dialled.value.close()
    const { link, ask } = watchLink(dialled.value, {
      scheduler,
      own: endpoint.addresses(),
      onSilent: () => take({ kind: 'failed', attempt, failure: SILENT }),
      onAlive: () => {},
    })
    line = { link, outbox: createOutbox(link), ask }
    take({ kind: 'linked', attempt })
    await listen(attempt, link)
  }

  const listen = async (attempt: number, link: Link): Promise<void> => {
    for await (const frame of link.frames) {
      const message = decodeServerMessage(frame)
      if (!message.ok) {
        take({ kind: 'failed', attempt, failure: { kind: 'not-kith', detail: message.refusal.detail } })
        return
      }
      if (message.value.kind !== 'newer') hear(attempt, message.value)
      // What a server says after it was left does not count.
      if (line?.link !== link) return
    }
    const farewell = await link.closed
    const detail = 'detail' in farewell ? farewell.detail : 'the server closed the connection'
    take({ kind: 'failed', attempt, failure: { kind: farewell.kind === 'malformed' ? 'not-kith' : 'closed', detail } })
  }

  const hear = (attempt: number, message: ServerMessage): void => {
    if (message.kind === 'welcome') {
      nonce = message.nonce?.slice()
      life = message.life && toHex(message.life)
      return take({ kind: 'welcomed', attempt, welcome: welcomeOf(message) })
    }
    if (message.kind === 'farewell')
      return take({
        kind: 'failed',
        attempt,
        failure: farewellFailure(message.because),
        ...(message.because === 'replaced' && { replaced: true }),
      })
    if (state.at !== 'connected') return
    switch (message.kind) {
      case 'people':
        return peopleAre(withPeople(people, message))
      case 'card':
        return cards.answer(message.device, message.card?.slice())
      case 'called':
        return input.onCalled(message.from, message.offer)
      case 'absent':
        return input.onAbsent(message.to)
      case 'unknown':
        return mailboxes.unknown(message.what)
      case 'done':
      case 'stored':
      case 'blobs':
      case 'refused':
      case 'arrived':
        return mailboxes.hear(message)
      default:
        return unreachable(message)
    }
  }

  const connectedIs = (connected: boolean): void => {
    mailboxes.use(connected ? mailboxesNow() : undefined)
    if (connected && input.as === 'own') say({ kind: 'watch', on: true })
    if (!connected) {
      cards.giveUp()
      peopleAre(new Map())
    }
    input.onConnected(connected)
  }

  const nameNow = (): string => (state.at === 'connected' ? state.welcome.name : undefined) ?? address

  const mailboxesNow = (): MailboxServer | undefined => {
    if (state.at !== 'connected' || !line) return undefined
    const { address: at } = state
    const { as, isAt } = input
    return { name: nameNow(), address: at, as, isAt, server: line.link.device, nonce, life }
  }

  const peopleAre = (now: People): void => {
    const before = people
    people = now
    input.onPeople(before, now)
  }

  const hello = (): void => {
    const { card, listing = new Uint8Array(), visible = false } = announcement ?? {}
    const shown = input.as === 'own' ? { visible, listing } : { visible: false, listing: new Uint8Array() }
    say({ kind: 'hello', version: RENDEZVOUS_VERSION, ...shown, ...(card && { card }) })
  }

  const say = (message: PeerMessage): boolean => line?.outbox.send(encodePeerMessage(message)) ?? false

  return {
    address,
    open: () => take({ kind: 'use', address }),
    announce: (next) => {
      announcement = next
      if (line) hello()
    },
    card: (device) => (state.at === 'connected' ? cards.ask(device) : Promise.resolve(undefined)),
    call: (to, offer) => void say({ kind: 'call', to, offer }),
    get mailboxes() {
      return mailboxes.calls()
    },
    hurry: () => take({ kind: 'hurry' }),
    moved: (elsewhere) => {
      if (elsewhere && line && !isOnThisMachine(line.link.address) && state.at === 'connected')
        take({ kind: 'failed', attempt: state.attempt, failure: { kind: 'closed', detail: 'on another network now' } })
      line?.ask()
      take({ kind: 'hurry' })
    },
    state: () => (state.at === 'none' ? { at: 'connecting', address } : stateOf(state)),
    get key() {
      return state.at === 'connected' ? line?.link.device : undefined
    },
    get name() {
      return nameNow()
    },
    get same() {
      const trouble = 'trouble' in state ? state.trouble?.failure : undefined
      return trouble?.kind === 'same-server' ? trouble.detail : undefined
    },
    get people() {
      return people
    },
    get standpoint() {
      return state.at === 'connected' ? { address, host: input.address.host, ports: state.welcome.stun } : undefined
    },
    observed: () => (state.at === 'connected' ? state.welcome.observed : undefined),
    close: () => take({ kind: 'use', address: undefined }),
  }
}

const SILENT: Failure = { kind: 'timeout', detail: 'no sign of life from the server' }

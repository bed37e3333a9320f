import type { DataChannel, PeerConnection, RtcConfig } from 'node-datachannel'
import { candidateLine, readCandidate, type Candidate } from './candidate.ts'
import { composeSdp, readDescription, type Description, type Setup } from './description.ts'

/** The library for WebRTC, which brings a binary for each system that it knows. */
export type Native = { readonly PeerConnection: new (name: string, config: RtcConfig) => PeerConnection }

/** Loads the library when it is first needed. Undefined: there is none for this system. */
export const loadNative = (): Promise<Native | undefined> => import('node-datachannel').catch(() => undefined)

/** The largest message on a channel. Larger ones need agreement between libraries, and gain nothing. */
export const MESSAGE_BYTES_MAX = 16 * 1024

/** Bytes that wait to be sent, at which a channel that was full has room again. */
export const ROOM_BYTES = 64 * 1024

/** Where to ask for this side's address as seen from outside, and what to call from. */
export type Ice = {
  /** STUN servers; the library asks one of them. */
  readonly stun: readonly { readonly host: string; readonly port: number }[]
  /** The one address to call from; absent: every network card's. */
  readonly from?: string
  /** Whether others get through to this side uncalled, as far as its addresses tell. */
  readonly open: boolean
}

/** What happens before a channel is open. Each is told in order, none after `failed` or `open`. */
export type Events = {
  readonly described: (description: Description) => void
  readonly candidate: (candidate: Candidate) => void
  readonly gathered: () => void
  readonly open: () => void
  /** Nothing came through, or the other side gave it up, or the library does what it should not. */
  readonly failed: (because: 'not-let-in' | 'closed' | 'other', detail: string) => void
}

/**
 * A data channel between two devices in the making, and then one that is open: messages arrive whole, once and in order.
 * Nothing here throws but `send` on a channel that is closed. `close` frees what the library holds.
 */
export type Channel = {
  /** Begins to gather candidates; for an answer, `accept` must have come before. */
  describe(kind: 'offer' | 'answer'): void
  accept(description: Description, kind: 'offer' | 'answer', setup: Setup): void
  add(candidate: Candidate): void
  /** `IP:PORT` of the other side; only while it is open. */
  remote(): string | undefined
  send(message: string | Uint8Array): void
  /** Bytes that wait to be sent. */
  waiting(): number
  /** Bytes that have arrived, those that were not handed out yet included. */
  arrived(): number
  /** Messages that came before this was called are handed out now. */
  onMessage(handler: (message: string | Uint8Array) => void): void
  /** Less than ROOM_BYTES wait to be sent, after there were more. */
  onRoom(handler: () => void): void
  /** Whoever closed it. At once, when it is closed already. */
  onClosed(handler: () => void): void
  close(): void
}

export const createChannel = (native: Native, ice: Ice, events: Events): Channel => {
  let state: 'making' | 'open' | 'closed' = 'making'
  let candidates = 0
  let early: (string | Uint8Array)[] | undefined = []
  let onMessage = (message: string | Uint8Array): void => void early?.push(message)
  let onRoom = (): void => {}
  let onClosed = (): void => {}

  const connection: PeerConnection = new native.PeerConnection('kith', {
    iceServers: ice.stun.map(({ host, port }) => ({ hostname: host.replace(/%.*$/, ''), port })),
    disableAutoNegotiation: true,
    maxMessageSize: MESSAGE_BYTES_MAX,
    ...(ice.from !== undefined && { bindAddress: ice.from }),
  })
  // Both sides name the channel beforehand, so that none has to be announced.
  const channel: DataChannel = connection.createDataChannel('kith', { negotiated: true, id: 0 })

  const close = (): void => {
    if (state === 'closed') return
    state = 'closed'
    quietly(() => channel.close())
    quietly(() => connection.close())
    onClosed()
  }

  const fail = (because: 'not-let-in' | 'closed' | 'other', detail: string): void => {
    if (state === 'making') events.failed(because, detail)
    close()
  }
  const failBy = (error: unknown): void => fail('other', error instanceof Error ? error.message : String(error))

  /** What is thrown in a callback of the library ends the process. */
  const during =
    <Arguments extends readonly unknown[]>(stage: 'making' | 'open', act: (...told: Arguments) => void) =>
    (...told: Arguments): void => {
      try {
        if (state === stage) act(...told)
      } catch (error) {
        failBy(error)
      }
    }
  const attempt = (act: () => void): void => during('making', act)()

  connection.onLocalDescription(
    during('making', (sdp: string) => {
      const description = readDescription(sdp)
      if (description) events.described(description)
      else fail('other', 'the library describes itself in other words')
    }),
  )
  connection.onLocalCandidate(
    during('making', (line: string) => {
      const candidate = readCandidate(line)
      if (candidate) events.candidate(candidate)
    }),
  )
  connection.onGatheringStateChange(
    during('making', (now: string) => {
      if (now === 'complete') events.gathered()
    }),
  )
  connection.onStateChange((now: string) => {
    if (now === 'failed') fail('not-let-in', now)
    else if (now === 'closed' || now === 'disconnected') fail('closed', now)
  })
  channel.onOpen(
    during('making', () => {
      state = 'open'
      channel.setBufferedAmountLowThreshold(ROOM_BYTES)
      events.open()
    }),
  )
  // The first messages may overtake the word that the channel is open: both come from other threads.
  channel.onMessage((message) => {
    try {
      if (state !== 'closed') onMessage(message instanceof ArrayBuffer ? new Uint8Array(message) : message)
    } catch (error) {
      failBy(error)
    }
  })
  channel.onBufferedAmountLow(during('open', () => onRoom()))
  // Without a handler here, the library keeps the process running after the end.
  channel.onClosed(() => fail('closed', 'closed'))
  channel.onError((detail) => fail('other', detail))

  return {
    describe: (kind) => attempt(() => connection.setLocalDescription(kind)),
    accept: (description, kind, setup) =>
      attempt(() => connection.setRemoteDescription(composeSdp(description, setup, MESSAGE_BYTES_MAX), kind)),
    add: (candidate) => attempt(() => connection.addRemoteCandidate(candidateLine(candidate, candidates++), '0')),
    remote: () => {
      if (state !== 'open') return undefined
      const pair = connection.getSelectedCandidatePair()
      if (!pair) return undefined
      const { address, port } = pair.remote
      return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
    },
    send: (message) =>
      void (typeof message === 'string' ? channel.sendMessage(message) : channel.sendMessageBinary(message)),
    waiting: () => (state === 'open' ? channel.bufferedAmount() : 0),
    arrived: () => (state === 'open' ? connection.bytesReceived() : 0),
    onMessage: (handler) => {
      const before = early ?? []
      early = undefined
      onMessage = handler
      for (const message of before) handler(message)
    },
    onRoom: (handler) => {
      onRoom = handler
    },
    onClosed: (handler) => {
      onClosed = handler
      if (state === 'closed') handler()
    },
    close,
  }
}

const quietly = (act: () => void): void => {
  try {
    act()
  } catch {
    // It has ended by itself.
  }
}

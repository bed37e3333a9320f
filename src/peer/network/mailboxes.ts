import type { Hex } from '../../core/bytes/hex.ts'
import { accept, refuse, type Result } from '../../core/bytes/result.ts'
import type { Crypto } from '../../core/crypto/port.ts'
import { BLOB_BYTES_MAX } from '../../core/mailbox/blob.ts'
import { signOpen } from '../../core/mailbox/keys.ts'
import {
  PART_BYTES_MAX,
  READ_BYTES_MAX,
  TRIMMED_MAX,
  type MailboxAnswer,
  type MailboxRequest,
} from '../../core/rendezvous/mailbox-messages.ts'
import { createLane } from './lane.ts'
import { collectPage } from './page.ts'
import type { MailboxKey, MailboxPage, MailboxRefusal, Scheduler, ServerMailboxes } from './port.ts'
import { refusalOf } from './mailbox-refusal.ts'

/** How long an answer, or the next part of one, is waited for once the request has left. */
export const ANSWER_MILLIS_MAX = 30_000
/** Calls that have no answer yet; further ones are refused as `busy`. */
export const CALLS_WAITING_MAX = 1_024
/** Bytes of blobs that wait to be put; further ones are refused as `busy`. */
export const PUT_BYTES_WAITING_MAX = 16 * 1024 * 1024
/** Requests that are under way at once, fewer than a server allows; the others wait for their turn. */
export const REQUESTS_AT_ONCE_MAX = 32

/** The server of a connection that stands. Without a nonce it keeps no mailboxes. */
export type MailboxServer = {
  readonly name: string
  readonly address: string
  readonly as: ServerMailboxes['as']
  readonly isAt: ServerMailboxes['isAt']
  /** Its key, as the link has proved it. */
  readonly server: Hex
  readonly nonce: Uint8Array | undefined
  /** That of its mailboxes, where it names one. */
  readonly life: Hex | undefined
}

export type MailboxesInput = {
  readonly scheduler: Scheduler
  readonly crypto: Crypto
  /** False when there was no place to send it. */
  readonly send: (message: MailboxRequest) => boolean
  /** Resolves when a message would leave at once. */
  readonly room: () => Promise<void>
  readonly onArrived: (mailbox: Hex) => void
}

/** Mailboxes at the server of the moment: what is asked, and what waits for an answer. */
export type Mailboxes = {
  /** Undefined while there is no connection, and where the server keeps none. */
  calls(): ServerMailboxes | undefined
  /** Another connection stands, or none: whatever waits is refused. */
  use(server: MailboxServer | undefined): void
  hear(answer: MailboxAnswer): void
  /** The server does not know requests of this kind. */
  unknown(what: string): void
}

type Refused = Result<never, MailboxRefusal>
type Answered = Result<Exclude<MailboxAnswer, { kind: 'refused' | 'arrived' }>, MailboxRefusal>

type Waiting = {
  readonly kind: MailboxRequest['kind']
  /** Takes an answer; true when it was the last. */
  readonly hear: (answer: Exclude<MailboxAnswer, { kind: 'arrived' }>) => boolean
  readonly refuse: (refusal: MailboxRefusal) => void
  /** Waits ANSWER_MILLIS_MAX from now on. */
  readonly restart: () => void
}

/** One connection's requests. */
type Session = {
  readonly server: MailboxServer & { readonly nonce: Uint8Array }
  readonly waiting: Map<number, Waiting>
  /** By mailbox, whether it could be opened. */
  readonly opened: Map<Hex, Promise<Result<null, MailboxRefusal>>>
  readonly listening: Set<Hex>
  /** Requests at once; reads one by one; and the parts of one blob, before those of another. */
  readonly lanes: { readonly all: Lane; readonly read: Lane; readonly upload: Lane }
}

type Lane = ReturnType<typeof createLane>

export const createMailboxes = (input: MailboxesInput): Mailboxes => {
  const { scheduler, crypto } = input
  let server: MailboxServer | undefined
  let session: Session | undefined
  /** One for as long as the connection stands. */
  let offered: ServerMailboxes | undefined
  let numbers = 0
  let calls = 0
  let putBytes = 0

  const use = (next: MailboxServer | undefined): void => {
    const ended = session
    server = next
    session = next?.nonce ? openSession({ ...next, nonce: next.nonce }) : undefined
    offered = next && session && { ...placeOf(next), put, read, watch, trim }
    if (ended) for (const each of ended.waiting.values()) each.refuse({ kind: 'no-server' })
  }

  /** Does something in an open mailbox, if there is a server for it and not too much is asked already. */
  const inMailbox = async <Value>(
    key: MailboxKey,
    run: (session: Session) => Promise<Result<Value, MailboxRefusal>>,
  ): Promise<Result<Value, MailboxRefusal>> => {
    const mine = session
    if (!mine) return refuse({ kind: server ? 'off' : 'no-server' })
    if (calls >= CALLS_WAITING_MAX) return refuse({ kind: 'busy' })
    calls += 1
    try {
      const opened = await open(mine, key)
      return opened.ok ? await run(mine) : opened
    } finally {
      calls -= 1
    }
  }

  const open = (mine: Session, key: MailboxKey): Promise<Result<null, MailboxRefusal>> => {
    const known = mine.opened.get(key.mailbox)
    if (known) return known
    const opening = mine.lanes.all(async () => {
      const signature = await signOpen(crypto, key, mine.server)
      const answered = await request(mine, 'open', (request, ask) =>
        ask({ kind: 'open', request, mailbox: key.mailbox, signature }),
      )
      if (!answered.ok) mine.opened.delete(key.mailbox)
      return answered.ok ? accept(null) : answered
    })
    mine.opened.set(key.mailbox, opening)
    return opening
  }

  /** Sends a request and waits for its last answer. `onAnswer` takes those before: true when one was the last. */
  const request = (
    mine: Session,
    kind: MailboxRequest['kind'],
    send: (number: number, ask: (message: MailboxRequest) => void) => void | Promise<void>,
    onAnswer: (answer: Exclude<MailboxAnswer, { kind: 'arrived' | 'refused' }>) => boolean = () => true,
  ): Promise<Answered> =>
    new Promise((resolve) => {
      if (mine !== session) return resolve(refuse({ kind: 'no-server' }))
      const number = (numbers = (numbers + 1) >>> 0)
      let cancel = (): void => {}
      const settle = (answered: Answered): void => {
        cancel()
        mine.waiting.delete(number)
        resolve(answered)
      }
      const late = (): void => settle(refuse({ kind: 'slow', millis: LATE_MILLIS }))
      const restart = (): void => {
        cancel()
        cancel = scheduler.after(ANSWER_MILLIS_MAX, late)
      }
      mine.waiting.set(number, {
        kind,
        restart,
        refuse: (refusal) => settle(refuse(refusal)),
        hear: (answer) => {
          if (answer.kind === 'refused') {
            if (answer.because === 'not-open') forgetOpened(mine)
            settle(refuse(refusalOf(answer)))
            return true
          }
          restart()
          const isLast = onAnswer(answer)
          if (isLast) settle(accept(answer))
          return isLast
        },
      })
      restart()
      const ask = (message: MailboxRequest): void => {
        if (mine === session && !input.send(message)) settle(refuse({ kind: 'busy' }))
      }
      void send(number, ask)
    })

  /** Of a server that has forgotten what was opened: it is opened anew when it is needed next. */
  const forgetOpened = (mine: Session): void => {
    mine.opened.clear()
    mine.listening.clear()
  }

  /** The parts of a blob, each when there is room for it. What is said meanwhile goes between them. */
  const upload = (mine: Session, mailbox: Hex, blob: Uint8Array): Promise<Answered> => {
    let sent = (): void => {}
    const sending = new Promise<void>((resolve) => (sent = resolve))
    const answered = request(mine, 'put', (number, ask) => {
      void mine.lanes.upload(async () => {
        for (let at = 0; at < blob.length && mine.waiting.has(number); at += PART_BYTES_MAX) {
          await input.room()
          const part = blob.subarray(at, at + PART_BYTES_MAX)
          if (at === 0) ask({ kind: 'put', request: number, mailbox, size: blob.length, part })
          else ask({ kind: 'part', request: number, part })
          mine.waiting.get(number)?.restart()
        }
        sent()
      })
    })
    return sending.then(() => answered)
  }

  const put: ServerMailboxes['put'] = async (key, blob) => {
    if (blob.length > BLOB_BYTES_MAX) return refuse({ kind: 'too-large', limit: BLOB_BYTES_MAX })
    if (putBytes + blob.length > PUT_BYTES_WAITING_MAX) return refuse({ kind: 'busy' })
    putBytes += blob.length
    try {
      return await inMailbox(key, async (mine) => {
        const answered = await mine.lanes.all(() => upload(mine, key.mailbox, blob))
        if (!answered.ok) return answered
        return answered.value.kind === 'stored' ? accept(answered.value.cursor) : strange(answered.value)
      })
    } finally {
      putBytes -= blob.length
    }
  }

  const read: ServerMailboxes['read'] = (key, { after, bytesMax = READ_BYTES_MAX }) =>
    inMailbox(key, (mine) =>
      mine.lanes.read(async (): Promise<Result<MailboxPage, MailboxRefusal>> => {
        const page = collectPage(after)
        const ask = { mailbox: key.mailbox, after, bytesMax }
        const answered = await mine.lanes.all(() =>
          request(
            mine,
            'read',
            (request, send) => send({ kind: 'read', request, ...ask }),
            (answer) => answer.kind !== 'blobs' || page.add(answer),
          ),
        )
        if (!answered.ok) return answered
        return answered.value.kind === 'blobs' ? page.result() : strange(answered.value)
      }),
    )

  const watch: ServerMailboxes['watch'] = (key, on) =>
    inMailbox(key, async (mine) => {
      const { mailbox } = key
      // Before the answer: what arrives right after it may come with it.
      if (on) mine.listening.add(mailbox)
      else mine.listening.delete(mailbox)
      const answered = await mine.lanes.all(() =>
        request(mine, 'listen', (request, send) => send({ kind: 'listen', request, mailbox, on })),
      )
      if (!answered.ok && on) mine.listening.delete(mailbox)
      return isDone(answered)
    })

  const trim: ServerMailboxes['trim'] = (key, cursors) =>
    inMailbox(key, async (mine) => {
      for (let at = 0; at < cursors.length; at += TRIMMED_MAX) {
        const some = cursors.slice(at, at + TRIMMED_MAX)
        const trimmed = isDone(
          await mine.lanes.all(() =>
            request(mine, 'trim', (request, send) =>
              send({ kind: 'trim', request, mailbox: key.mailbox, cursors: some }),
            ),
          ),
        )
        if (!trimmed.ok) return trimmed
      }
      return accept(null)
    })

  return {
    calls: () => offered,
    use,
    hear: (answer) => {
      if (answer.kind !== 'arrived') session?.waiting.get(answer.request)?.hear(answer)
      else if (session?.listening.has(answer.mailbox)) input.onArrived(answer.mailbox)
    },
    unknown: (what) => {
      for (const each of session?.waiting.values() ?? []) if (each.kind === what) each.refuse({ kind: 'off' })
    },
  }
}

/** When to try again where no answer came. */
const LATE_MILLIS = 10_000

const placeOf = ({ server, life = server, ...place }: MailboxServer) => ({ ...place, life })

const openSession = (server: Session['server']): Session => ({
  server,
  waiting: new Map(),
  opened: new Map(),
  listening: new Set(),
  lanes: { all: createLane(REQUESTS_AT_ONCE_MAX), read: createLane(1), upload: createLane(1) },
})

const strange = (answer: { readonly kind: string }): Refused =>
  refuse({ kind: 'bad-answer', detail: `${answer.kind} is no answer to that` })

const isDone = (answered: Answered): Result<null, MailboxRefusal> => {
  if (!answered.ok) return answered
  return answered.value.kind === 'done' ? accept(null) : strange(answered.value)
}

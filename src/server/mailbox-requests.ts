import type { Hex } from '../core/bytes/hex.ts'
import { unreachable } from '../core/bytes/result.ts'
import { BLOB_BYTES_MAX } from '../core/mailbox/blob.ts'
import { openMessage } from '../core/mailbox/keys.ts'
import {
  PART_BYTES_MAX,
  PIECES_MAX,
  READ_BYTES_MAX,
  type Cursor,
  type MailboxAnswer,
  type MailboxRequest,
  type Piece,
  type Reason,
} from '../core/rendezvous/mailbox-messages.ts'
import type { Millis } from '../view/view.ts'
import { take, wait } from './bucket.ts'
import { costOf, type Page } from './mailbox.ts'
import { forgetArrivals, noteOwnPut } from './mailbox-arrivals.ts'
import {
  addPending,
  addressBucket,
  ADDRESS_RATE,
  HEEDLESS_MILLIS,
  JOBS_PER_PEER_MAX,
  LISTENERS_PER_MAILBOX_MAX,
  MAILBOX_RATE,
  mayPend,
  OPENED_MAX,
  OPENED_PER_PEER_MAX,
  REQUEST_COST_BYTES,
  SLOW_MILLIS,
  UNREAD_BYTES_MAX,
  UPLOAD_MILLIS_MAX,
  type Job,
  type MailboxDesk,
  type PeerMailboxes,
  type Upload,
} from './mailbox-desk.ts'
import type { MailboxTally } from './tally.ts'

/** A peer as far as mailboxes are concerned. */
type Visitor = { readonly number: number; readonly group: string; readonly mailboxes: PeerMailboxes }

/** What is to be done for a request; then `settle` with the outcome, unless nothing comes of it. */
export type MailboxEffect =
  | { readonly do: 'answer'; readonly peer: number; readonly answer: MailboxAnswer }
  | { readonly do: 'hold'; readonly peer: number; readonly millis: Millis }
  | {
      readonly do: 'verify'
      readonly job: number
      readonly mailbox: Hex
      readonly message: Uint8Array
      readonly signature: Uint8Array
    }
  | { readonly do: 'put'; readonly job: number; readonly mailbox: Hex; readonly blob: Uint8Array }
  | {
      readonly do: 'read'
      readonly job: number
      readonly mailbox: Hex
      readonly after: Cursor
      readonly bytesMax: number
    }
  | { readonly do: 'trim'; readonly job: number; readonly mailbox: Hex; readonly cursors: readonly Cursor[] }
  | { readonly do: 'watch'; readonly mailbox: Hex; readonly on: boolean }

/** What became of a job. `failed`: the disk does not work, and the server goes on. */
export type JobOutcome =
  | { readonly kind: 'verified'; readonly valid: boolean }
  | { readonly kind: 'stored'; readonly cursor: Cursor }
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'trimmed' }
  | { readonly kind: 'full-mailbox' | 'full-server' | 'failed' }

/** The longest that a hint asks anybody to wait. */
const HINT_MILLIS_MAX = 24 * 60 * 60 * 1000

type Call = {
  readonly desk: MailboxDesk
  readonly visitor: Visitor
  readonly tally: MailboxTally
  readonly now: Millis
  readonly effects: MailboxEffect[]
}

/** A peer asks. `isFull`: it leaves unread what it was sent. */
export const ask = (call: Call, message: MailboxRequest, isFull: boolean): void => {
  const { mailboxes } = call.visitor
  if (message.kind === 'part') return takePart(call, message)
  const isInDebt = wait(mailboxes.budget, MAILBOX_RATE, call.now) > 0
  const millis = take(mailboxes.budget, MAILBOX_RATE, costOfRequest(message, isInDebt), call.now)
  if (isInDebt) {
    call.effects.push({ do: 'hold', peer: call.visitor.number, millis: HEEDLESS_MILLIS })
    return refuseIt(call, message.request, 'slow', millis)
  }
  if (message.kind === 'open') return open(call, message)
  if (!mailboxes.opened.has(message.mailbox)) return refuseIt(call, message.request, 'not-open')
  switch (message.kind) {
    case 'put':
      return put(call, message)
    case 'read': {
      const isBusy = isFull || mailboxes.reading || call.desk.unreadBytes >= UNREAD_BYTES_MAX
      if (isBusy || !hasPlace(call.visitor)) return refuseIt(call, message.request, 'slow', SLOW_MILLIS)
      mailboxes.reading = true
      const job = begin(call, { kind: 'read', request: message.request, bytes: 0 })
      const bytesMax = Math.min(message.bytesMax, READ_BYTES_MAX)
      call.effects.push({ do: 'read', job, mailbox: message.mailbox, after: message.after, bytesMax })
      return
    }
    case 'listen':
      return listen(call, message)
    case 'trim': {
      if (!hasPlace(call.visitor)) return refuseIt(call, message.request, 'slow', SLOW_MILLIS)
      const job = begin(call, { kind: 'trim', request: message.request, bytes: 0 })
      call.effects.push({ do: 'trim', job, mailbox: message.mailbox, cursors: message.cursors })
      return
    }
    default:
      return unreachable(message)
  }
}

/** What was begun by `ask` is done. `visitor` is undefined when that peer has left meanwhile. */
export const settle = (
  call: Omit<Call, 'visitor'> & { readonly visitor: Visitor | undefined },
  number: number,
  outcome: JobOutcome,
): void => {
  const { desk, visitor, now, tally } = call
  const job = desk.jobs.get(number)
  if (!job) return
  desk.jobs.delete(number)
  addPending(desk, job.group, -job.bytes)
  if (job.kind === 'put') {
    if (outcome.kind === 'stored') {
      tally.stored += 1
      tally.storedBytes += job.bytes
      noteOwnPut(desk, job.mailbox, outcome.cursor, job.peer, now)
      // What was not kept was not taken up.
    } else take(addressBucket(desk, job.group, now), ADDRESS_RATE, -costOf(job.bytes), now)
  }
  if (!visitor) return
  visitor.mailboxes.jobs -= 1
  if (job.kind === 'read') visitor.mailboxes.reading = false
  answerJob({ ...call, visitor }, job, outcome)
}

/** A peer left: nothing of it stays, but for what is on its way to the disk. */
export const leave = (desk: MailboxDesk, visitor: Visitor, effects: MailboxEffect[]): void => {
  const { mailboxes, number } = visitor
  dropUpload(desk, visitor)
  for (const mailbox of mailboxes.listening) stopListening(desk, number, mailbox, effects)
  desk.arrivals.untold.delete(number)
  desk.opened -= mailboxes.opened.size
  desk.unreadBytes -= mailboxes.unreadBytes
  mailboxes.unreadBytes = 0
}

/** Blobs of which no further part came for too long. */
export const endUploads = (
  desk: MailboxDesk,
  visitorOf: (peer: number) => Visitor | undefined,
  call: Omit<Call, 'visitor'>,
): void => {
  for (const [number, since] of desk.uploading) {
    if (call.now < since + UPLOAD_MILLIS_MAX) return
    const visitor = visitorOf(number)
    const upload = visitor && dropUpload(desk, visitor)
    if (upload) refuseIt({ ...call, visitor }, upload.request, 'unfinished')
  }
}

const costOfRequest = (message: Exclude<MailboxRequest, { kind: 'part' }>, refused: boolean): number =>
  REQUEST_COST_BYTES[message.kind] + (message.kind !== 'put' ? 0 : refused ? message.part.length : message.size)

const open = (call: Call, { request, mailbox, signature }: Extract<MailboxRequest, { kind: 'open' }>): void => {
  const { desk, visitor, effects } = call
  const { opened, nonce } = visitor.mailboxes
  if (opened.has(mailbox)) return answer(call, { kind: 'done', request })
  if (opened.size >= OPENED_PER_PEER_MAX || desk.opened >= OPENED_MAX) return refuseIt(call, request, 'too-many')
  if (!hasPlace(visitor)) return refuseIt(call, request, 'slow', SLOW_MILLIS)
  const job = begin(call, { kind: 'open', mailbox, request, bytes: 0 })
  const message = openMessage(mailbox, { server: desk.server, nonce })
  // A copy: what was decoded is a view into a frame.
  effects.push({ do: 'verify', job, mailbox, message, signature: signature.slice() })
}

const put = (call: Call, message: Extract<MailboxRequest, { kind: 'put' }>): void => {
  const { desk, visitor, now } = call
  const { request, mailbox, size } = message
  const earlier = dropUpload(desk, visitor)
  if (earlier) refuseIt(call, earlier.request, 'unfinished')
  if (size > BLOB_BYTES_MAX) return refuseIt(call, request, 'too-large')
  const millis = wait(addressBucket(desk, visitor.group, now), ADDRESS_RATE, now)
  if (millis > 0) return refuseIt(call, request, 'full-address', millis)
  if (!hasPlace(visitor)) return refuseIt(call, request, 'slow', SLOW_MILLIS)
  const { mailboxes } = visitor
  mailboxes.upload = { request, mailbox, size, parts: [], received: 0 }
  desk.uploading.set(visitor.number, now)
  takePart(call, { request, part: message.part })
}

const takePart = (call: Call, { request, part }: { readonly request: number; readonly part: Uint8Array }): void => {
  const { desk, visitor, now, effects } = call
  const { upload, budget } = visitor.mailboxes
  if (upload?.request !== request) {
    // What follows of a blob that was refused, which its sender did not know yet.
    take(budget, MAILBOX_RATE, part.length, now)
    if (wait(budget, MAILBOX_RATE, now) > 0) effects.push({ do: 'hold', peer: visitor.number, millis: HEEDLESS_MILLIS })
    return
  }
  const isTooMuch = upload.received + part.length > upload.size
  if (isTooMuch || !mayPend(desk, visitor.group, part.length)) {
    dropUpload(desk, visitor)
    if (isTooMuch) return refuseIt(call, request, 'unfinished')
    return refuseIt(call, request, 'slow', SLOW_MILLIS)
  }
  addPending(desk, visitor.group, part.length)
  upload.received += part.length
  upload.parts.push(part.slice())
  if (upload.received < upload.size) return
  const { mailbox, size } = upload
  visitor.mailboxes.upload = undefined
  desk.uploading.delete(visitor.number)
  take(addressBucket(desk, visitor.group, now), ADDRESS_RATE, costOf(size), now)
  const job = begin(call, { kind: 'put', mailbox, request, bytes: size })
  effects.push({ do: 'put', job, mailbox, blob: joined(upload) })
}

/** Takes back what was counted of a blob that is not whole. */
const dropUpload = (desk: MailboxDesk, { mailboxes, number, group }: Visitor): Upload | undefined => {
  const { upload } = mailboxes
  if (!upload) return undefined
  mailboxes.upload = undefined
  desk.uploading.delete(number)
  addPending(desk, group, -upload.received)
  return upload
}

const listen = (call: Call, { request, mailbox, on }: Extract<MailboxRequest, { kind: 'listen' }>): void => {
  const { desk, visitor, effects } = call
  const { listening } = visitor.mailboxes
  if (!on && listening.has(mailbox)) stopListening(desk, visitor.number, mailbox, effects)
  if (!on) listening.delete(mailbox)
  else if (!listening.has(mailbox)) {
    const listeners = desk.listeners.get(mailbox) ?? new Set()
    if (listeners.size >= LISTENERS_PER_MAILBOX_MAX) return refuseIt(call, request, 'too-many')
    if (listeners.size === 0) effects.push({ do: 'watch', mailbox, on: true })
    desk.listeners.set(mailbox, listeners.add(visitor.number))
    listening.add(mailbox)
  }
  answer(call, { kind: 'done', request })
}

const stopListening = (desk: MailboxDesk, peer: number, mailbox: Hex, effects: MailboxEffect[]): void => {
  forgetArrivals(desk, peer, mailbox)
  const listeners = desk.listeners.get(mailbox)
  listeners?.delete(peer)
  if (listeners?.size !== 0) return
  desk.listeners.delete(mailbox)
  desk.arrivals.fresh.delete(mailbox)
  effects.push({ do: 'watch', mailbox, on: false })
}

const answerJob = (call: Call, job: Job, outcome: JobOutcome): void => {
  const { visitor, desk, tally, now } = call
  const { request } = job
  switch (outcome.kind) {
    case 'verified': {
      if (!outcome.valid || job.kind !== 'open') return refuseIt(call, request, 'not-open')
      const { opened } = visitor.mailboxes
      if (!opened.has(job.mailbox)) desk.opened += 1
      opened.add(job.mailbox)
      return answer(call, { kind: 'done', request })
    }
    case 'stored':
      return answer(call, { kind: 'stored', request, cursor: outcome.cursor })
    case 'trimmed':
      return answer(call, { kind: 'done', request })
    case 'page': {
      const bytes = outcome.page.blobs.reduce((sum, blob) => sum + blob.bytes.length, 0)
      take(visitor.mailboxes.budget, MAILBOX_RATE, bytes, now)
      visitor.mailboxes.pageBytes = bytes
      tally.read += outcome.page.blobs.length
      tally.readBytes += bytes
      for (const each of answersOf(request, outcome.page)) answer(call, each)
      return
    }
    case 'full-mailbox':
    case 'full-server':
      return refuseIt(call, request, outcome.kind)
    case 'failed':
      return refuseIt(call, request, 'slow', FAILED_MILLIS)
    default:
      return unreachable(outcome)
  }
}

/** When to try again after the disk failed. */
const FAILED_MILLIS = 10_000

/** A page as messages of at most PART_BYTES_MAX of blobs each. */
const answersOf = (request: number, { blobs, more }: Page): readonly MailboxAnswer[] => {
  const messages: Piece[][] = [[]]
  let room = PART_BYTES_MAX
  for (const { cursor, bytes } of blobs)
    for (let at = 0; at < bytes.length;) {
      if (room === 0 || messages.at(-1)?.length === PIECES_MAX) {
        messages.push([])
        room = PART_BYTES_MAX
      }
      const piece = bytes.subarray(at, at + room)
      messages.at(-1)?.push({ cursor, size: bytes.length, bytes: piece })
      at += piece.length
      room -= piece.length
    }
  return messages.map((pieces, index) => ({
    kind: 'blobs',
    request,
    pieces,
    ...(index === messages.length - 1 && { end: { more } }),
  }))
}

type Begun = Job extends infer Each ? (Each extends Job ? Omit<Each, 'peer' | 'group'> : never) : never

const begin = ({ desk, visitor }: Call, job: Begun): number => {
  const number = (desk.jobNumber += 1)
  desk.jobs.set(number, { ...job, peer: visitor.number, group: visitor.group })
  visitor.mailboxes.jobs += 1
  return number
}

const hasPlace = ({ mailboxes }: Visitor): boolean => mailboxes.jobs < JOBS_PER_PEER_MAX

const answer = ({ effects, visitor }: Call, message: MailboxAnswer): void => {
  effects.push({ do: 'answer', peer: visitor.number, answer: message })
}

const refuseIt = (call: Call, request: number, because: Reason, millis?: Millis): void => {
  call.tally.refused[because] += 1
  const hint = millis === undefined ? undefined : Math.min(Math.ceil(millis), HINT_MILLIS_MAX)
  answer(call, { kind: 'refused', request, because, ...(hint !== undefined && { millis: hint }) })
}

const joined = ({ parts, size }: Upload): Uint8Array => {
  const [only] = parts
  if (only?.length === size) return only
  const blob = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    blob.set(part, at)
    at += part.length
  }
  return blob
}

import { concat } from '../core/bytes/concat.ts'
import { BLOB_BYTES_MAX } from '../core/mailbox/blob.ts'
import type { MailboxRequest } from '../core/rendezvous/mailbox-messages.ts'
import { take, wait } from './bucket.ts'
import { costOf } from './mailbox.ts'
import { begin, hasPlace, refuseIt, type Call, type Visitor } from './mailbox-call.ts'
import {
  addressBucket,
  ADDRESS_RATE,
  HEEDLESS_MILLIS,
  MAILBOX_RATE,
  mayPend,
  PART_BYTES_MIN,
  REQUEST_COST_BYTES,
  SLOW_MILLIS,
  UPLOAD_MILLIS_MAX,
  type MailboxDesk,
  type Upload,
} from './mailbox-desk.ts'
import { draw } from './pool.ts'

/** The first of a blob came. */
export const put = (call: Call, message: Extract<MailboxRequest, { kind: 'put' }>): void => {
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

/** More of a blob came; when it is all, it goes to the disk. */
export const takePart = (
  call: Call,
  { request, part }: { readonly request: number; readonly part: Uint8Array },
): void => {
  const { desk, visitor, now, effects } = call
  const { upload, budget } = visitor.mailboxes
  if (upload?.request !== request) {
    // What follows of a blob that was refused, which its sender did not know yet.
    take(budget, MAILBOX_RATE, REQUEST_COST_BYTES.strayPart + part.length, now)
    if (wait(budget, MAILBOX_RATE, now) > 0) effects.push({ do: 'hold', peer: visitor.number, millis: HEEDLESS_MILLIS })
    return
  }
  const received = upload.received + part.length
  const allowance = addressBucket(desk, visitor.group, now)
  const isAmiss = received > upload.size || (received < upload.size && part.length < PART_BYTES_MIN)
  if (isAmiss || !mayPend(desk, visitor.group, part.length)) {
    dropUpload(desk, visitor)
    if (isAmiss) return refuseIt(call, request, 'unfinished')
    take(allowance, ADDRESS_RATE, -upload.received, now)
    return refuseIt(call, request, 'slow', SLOW_MILLIS)
  }
  draw(desk.pendingBytes, visitor.group, part.length)
  // As it comes, not once it is whole: otherwise it would cost nothing to begin blobs and never end them.
  take(allowance, ADDRESS_RATE, part.length, now)
  upload.received = received
  upload.parts.push(part.slice())
  if (received < upload.size) return
  const { mailbox, size } = upload
  visitor.mailboxes.upload = undefined
  desk.uploading.delete(visitor.number)
  take(allowance, ADDRESS_RATE, costOf(size) - size, now)
  const job = begin(call, { kind: 'put', mailbox, request, bytes: size })
  effects.push({ do: 'put', job, mailbox, blob: concat(upload.parts) })
}

/** A blob that is not whole no longer waits. What came of it stays charged to its address. */
export const dropUpload = (desk: MailboxDesk, { mailboxes, number, group }: Visitor): Upload | undefined => {
  const { upload } = mailboxes
  if (!upload) return undefined
  mailboxes.upload = undefined
  desk.uploading.delete(number)
  draw(desk.pendingBytes, group, -upload.received)
  return upload
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

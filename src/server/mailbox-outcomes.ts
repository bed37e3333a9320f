import { unreachable } from '../core/bytes/result.ts'
import { PART_BYTES_MAX, PIECES_MAX, type MailboxAnswer, type Piece } from '../core/rendezvous/mailbox-messages.ts'
import { take } from './bucket.ts'
import type { Page } from './mailbox.ts'
import { answer, refuseIt, type Call, type JobOutcome } from './mailbox-call.ts'
import { MAILBOX_RATE, type Job } from './mailbox-desk.ts'
import { draw } from './pool.ts'

/** Tells a peer what became of what it asked. */
export const answerJob = (call: Call, job: Job, outcome: JobOutcome): void => {
  const { visitor, desk, tally, now } = call
  const { request } = job
  switch (outcome.kind) {
    case 'verified': {
      if (!outcome.valid || job.kind !== 'open') return refuseIt(call, request, 'not-open')
      const { opened } = visitor.mailboxes
      if (!opened.has(job.mailbox)) draw(desk.opened, visitor.group, 1)
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

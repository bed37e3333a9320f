import type { Hex } from '../../core/bytes/hex.ts'
import { contentIn } from '../../core/group/sealed.ts'
import { HISTORY_CONTENTS_MAX, readContent } from '../../core/timeline/content.ts'
import { readLine } from '../../core/timeline/line.ts'
import type { StoredEvent, StoredLine } from '../../store/port.ts'
import type { History } from '../../view/view.ts'
import { storedAmendments } from '../amendments.ts'
import type { Room } from '../room.ts'
import type { RunningPeer } from '../running.ts'

const DAY_MILLIS = 24 * 60 * 60 * 1000
/** One batch of what was said: far below what one event may hold. */
const BATCH_BYTES = 96 * 1024
const PAGE_LINES = 200
/** What is shared with one newcomer at most; older messages stay away. */
export const HISTORY_BYTES_MAX = 16 * 1024 * 1024
export const HISTORY_MESSAGES_MAX = 50_000

/**
 * Tells somebody new, in the conversation with them, what was said in a group before they came, newest first, and says in
 * the group how much of it that was.
 */
export const shareHistory = async (
  peer: RunningPeer,
  room: Room,
  { person, history }: { readonly person: Hex; readonly history: History },
): Promise<void> => {
  if (history.share === 'none') return
  const conversation = room.conversation.id
  const oldest = history.share === 'all' ? 0 : peer.scheduler.now() - history.days * DAY_MILLIS
  const direct = await peer.rooms.with(person)
  let messages = 0
  let shared = 0
  let batch: (readonly [Hex, Uint8Array])[] = []
  let bytes = 0

  const send = async (): Promise<boolean> => {
    if (batch.length === 0) return true
    const said = await direct.conversation.say({ kind: 'history', conversation, contents: batch }, { speech: false })
    batch = []
    bytes = 0
    return said.ok
  }

  let before: StoredLine | undefined
  for (let more = true; more && messages < HISTORY_MESSAGES_MAX && shared < HISTORY_BYTES_MAX;) {
    const lines = await peer.store.lines({ conversation, ...(before && { before }), limit: PAGE_LINES })
    for (const line of lines.toReversed()) {
      if (line.time < oldest) break
      let isShared = false
      for await (const { id, content } of eventsOf(peer, line)) {
        if (!content) continue
        isShared = true
        const isFull = batch.length >= HISTORY_CONTENTS_MAX || bytes + content.length > BATCH_BYTES
        if (isFull && !(await send())) return
        batch.push([id, content])
        bytes += content.length + 40
        shared += content.length
      }
      if (isShared) messages += 1
    }
    before = lines[0]
    more = before !== undefined && before.time >= oldest
  }
  if (!(await send())) return
  const days = history.share === 'all' ? null : history.days
  await room.conversation.say({ kind: 'shared', with: person, days, count: messages }, { speech: false })
}

/** A message that can be read here, and of what changed it since what counts. */
const eventsOf = async function* (peer: RunningPeer, line: StoredLine): AsyncGenerator<StoredEvent, void> {
  const read = readLine(line.bytes)
  // What was taken back stays so.
  if (read?.kind !== 'text' || read.message.kind === 'deleted') return
  const event = await peer.store.event(line.id)
  if (!isText(event)) return
  yield event
  const { message } = read
  if (message.kind === 'unplaced') return yield* storedAmendments(peer.store, line.id)
  const { edit, reactions } = message
  for (const { author, seq } of [...(edit ? [edit] : []), ...reactions.map(({ at }) => at)])
    yield* await peer.store.events({ conversation: line.conversation, author, from: seq, limit: 1, bytes: 0 })
}

const isText = (event: StoredEvent | undefined): event is StoredEvent => {
  const inside = event?.content && contentIn(event.content)
  return inside !== undefined && readContent(inside)?.kind === 'text'
}

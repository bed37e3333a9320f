import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createInbox, FRAME_OVERHEAD_BYTES, INBOX_BYTES_MAX } from '../../src/link/inbox.ts'

test('[LK66] a frame that waits counts with what it costs beside its bytes', () => {
  const inbox = createInbox(() => {})
  let frames = 0
  for (; !inbox.full(); frames += 1) inbox.put(Uint8Array.of(1))
  assert.equal(frames, Math.ceil(INBOX_BYTES_MAX / (1 + FRAME_OVERHEAD_BYTES)))
})

test('[LK66] an inbox that was full asks for more once, when half of it was read', async () => {
  const rooms: boolean[] = []
  const inbox = createInbox(() => rooms.push(inbox.full()))
  let frames = 0
  for (; !inbox.full(); frames += 1) inbox.put(Uint8Array.of(1))
  inbox.end()
  for await (const _ of inbox.frames) {
    frames -= 1
    if (rooms.length > 0) break
  }
  assert.deepEqual(rooms, [false])
  assert.ok(frames > 0)
})

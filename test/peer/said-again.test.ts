import assert from 'node:assert/strict'
import test from 'node:test'
import { readEvent, type SignedEvent } from '../../src/core/event/event.ts'
import { signWritten } from '../../src/core/group/pen.ts'
import { write } from '../../src/core/group/write.ts'
import { encodeContent } from '../../src/core/timeline/content.ts'
import { createDevice, createPerson } from '../core/group/device.ts'
import { conversationOf, crypto } from './stage.ts'

/** Ann says something under a key that she sealed to Ben's lost one, and again once he has complained. */
const story = async () => {
  const [ann, ben] = await Promise.all(
    ['Ann', 'Ben'].map(async (name) => createDevice(crypto, await createPerson(crypto, name))),
  )
  assert.ok(ann && ben)
  await ann.foundsGroup()
  await ann.adds(ben)
  const here = await conversationOf(ben, ann.replica.conversation)
  await here.hear(ann.wrote)
  const { keyring } = ann.replica
  const lost = new Map(keyring.slotKeys).set(ben.id, ann.cardSlotKey)
  ann.replica = { ...ann.replica, keyring: { ...keyring, slotKeys: lost } }
  const closed = await ann.rekeys()
  await here.hear(closed)
  const content = encodeContent({ kind: 'text', text: 'said once', reply: null })
  const written = await write(ann.pen, ann.replica, { content, speech: true })
  assert.ok(written.ok)
  ann.replica = written.value.replica
  const said = await signWritten(ann.pen, written.value)
  const [{ event, plaintext } = {}] = written.value.events.slice(-1)
  assert.ok(event && plaintext)
  const complaints = here.kept.flatMap(({ fresh }) => fresh).map(({ bytes }) => readEvent(bytes))
  const words = await ann.hears(complaints.flatMap((read) => (read.ok ? [read.value.event] : [])))
  assert.ok(words.includes('unopened'), words.join())
  const again = await ann.writes({ kind: 'again', target: event.id, plaintext }, true)
  return { here, said, again }
}

const orders: Readonly<
  Record<string, (said: readonly SignedEvent[], again: readonly SignedEvent[]) => SignedEvent[][]>
> = {
  'after it': (said, again) => [[...said], [...again]],
  'before it': (said, again) => [[...again], [...said]],
  'before it and together': (said, again) => [[...again, ...said]],
}

for (const [when, arrange] of Object.entries(orders))
  test(`[PE251] what is said again is shown when it comes ${when}`, async () => {
    const { here, said, again } = await story()
    for (const events of arrange(said, again)) await here.hear(events)
    const lines = await here.lines()
    assert.deepEqual([lines.includes('said once'), lines.includes('sealed')], [true, false], lines.join())
  })

import type { SignedEvent } from '../../src/core/event/event.ts'
import { readLine } from '../../src/core/timeline/line.ts'
import type { Kept } from '../../src/peer/batches.ts'
import { Conversation } from '../../src/peer/conversation.ts'
import { Hearing } from '../../src/peer/hearing.ts'
import { HeldBackTally } from '../../src/peer/held-back-tally.ts'
import type { Openness } from '../../src/peer/intake.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { createDeterministicCrypto } from '../core/deterministic-crypto.ts'
import { createDevice, createPerson, type Device } from '../core/group/device.ts'

export const crypto = createDeterministicCrypto(1)

/** The conversation of one device in a peer, into which others' events come as a test hands them over. */
export const conversationOf = async (
  device: Device,
  id: string,
  {
    openness = 'open',
    heldBackTally = new HeldBackTally(),
    store = openMemoryStore(),
  }: {
    readonly openness?: Openness
    readonly heldBackTally?: HeldBackTally
    readonly store?: ReturnType<typeof openMemoryStore>
  } = {},
) => {
  let heldBack = 0
  const contested: string[] = []
  const kept: Kept[] = []
  const conversation = await Conversation.load(
    {
      store,
      crypto,
      me: device.me,
      pen: () => device.pen,
      cardKeys: () => [device.cardKey],
      entry: () => undefined,
      openness: () => openness,
      heldBackTally,
      outlook: { isContact: () => true, trusts: () => true, hasRoomForRequest: () => true },
      onKept: (each) => {
        heldBack = conversation.heldBack
        kept.push(each)
      },
      onStored: () => {},
      after: () => () => {},
      hearing: new Hearing(() => () => {}),
      isComing: () => false,
    },
    id,
  )
  const hear = async (events: readonly SignedEvent[], from = 'aa'.repeat(32)) => {
    const taken = await conversation.receive(
      from,
      events.map(({ bytes }) => bytes),
    )
    if (!taken.ok) throw new Error(taken.refusal.kind)
    const { contested: named, ...counted } = taken.value
    contested.push(...named)
    return counted
  }
  const lines = async (): Promise<readonly string[]> => {
    const stored = await store.lines({ conversation: id, limit: 100 })
    return stored.map(({ bytes }) => {
      const line = readLine(bytes)
      return line?.kind === 'text' && line.message.kind === 'message' ? line.message.text : (line?.kind ?? 'unknown')
    })
  }
  return { conversation, store, hear, lines, kept, contested, told: () => heldBack }
}

/** A group of Ann and Ben, as Ben's peer will hear of it. */
export const group = async () => {
  const ann = await createDevice(crypto, await createPerson(crypto, 'Ann'))
  const ben = await createDevice(crypto, await createPerson(crypto, 'Ben'))
  await ann.foundsGroup()
  await ann.adds(ben)
  return { ann, ben, here: await conversationOf(ben, ann.replica.conversation) }
}

import { randomBytes } from 'node:crypto'
import { toHex } from '../src/core/bytes/hex.ts'
import { openEvent, type SignedEvent } from '../src/core/event/event.ts'
import { KIND } from '../src/core/event/kinds.ts'
import { slotKeyId } from '../src/core/group/epoch.ts'
import { fold } from '../src/core/group/fold.ts'
import type { Entry } from '../src/core/group/founding.ts'
import { closureOf } from '../src/core/group/history.ts'
import type { OwnSlotKey } from '../src/core/group/keyring.ts'
import { foundGroup, operate } from '../src/core/group/operate.ts'
import { ENTRIES_MAX } from '../src/core/group/operation.ts'
import { signWritten, type Pen } from '../src/core/group/pen.ts'
import { receive } from '../src/core/group/receive.ts'
import { rekey } from '../src/core/group/rekey.ts'
import { emptyReplica, horizonNow, membersNow, type Replica } from '../src/core/group/replica.ts'
import { write } from '../src/core/group/write.ts'
import { certify, deviceOf, personOf } from '../src/core/identity/certificate.ts'
import { encodeContent } from '../src/core/timeline/content.ts'
import { createNodeCrypto } from '../src/crypto/node.ts'
import { row, type Row } from './row.ts'

const RUNS = 5
const MESSAGES = 900
const TEXT = 'x'.repeat(200)

/** What the core costs in groups, without store and links: on each machine the time that ciphers and folds take. */
export const benchGroup = async (runs = RUNS): Promise<readonly Row[]> => {
  const small = await createGroup(50, 1)
  const rates = await talk(small, runs)
  const slots = await removals(small, runs)
  // 125 people with four devices each: let in four at a time, or the devices of one person would be a message each.
  const large = await createGroup(500, 4)
  const plain = await removals(large, runs)
  return [
    row('group of 50: seal a message of 200 bytes', 'per s', rates.sealed, 6_000),
    row('group of 50: open a message of 200 bytes', 'per s', rates.opened, 4_000),
    row('remove one of 50 (X-Wing): make the epoch', 'ms', slots.made, 120),
    row('remove one of 50 (X-Wing): open the epoch', 'ms', slots.opened, 5),
    row('remove one of 500 devices (X25519): make the epoch', 'ms', plain.made, 250),
    row('remove one of 500 devices (X25519): open the epoch', 'ms', plain.opened, 15),
    row(`decide who is in, of ${large.replica.history.steps.size} operations`, 'ms', folds(large.replica, runs), 10),
  ]
}

const crypto = createNodeCrypto()

type Party = { readonly pen: () => Pen; readonly cardKey: OwnSlotKey; readonly entry: Entry }

/** One who acts and one who listens; of the others there are only the keys. */
type Group = { replica: Replica; listening: Replica; readonly founder: Party; readonly listener: Party }

const random = (bytes: number): Uint8Array => Uint8Array.from(randomBytes(bytes))

const createParties = async (devices: number): Promise<readonly Party[]> => {
  const rootSeed = random(32)
  const parties: Party[] = []
  while (parties.length < devices) {
    const deviceSeed = random(32)
    const device = toHex(await crypto.publicKey(deviceSeed))
    const certificate = await certify(crypto, { rootSeed, device, now: Date.now() })
    const seed = random(32)
    const slotKey = await crypto.slotKey(seed)
    const cardKey = { id: toHex(slotKeyId(slotKey)), seed, made: Date.now() }
    const pen = () => ({ crypto, deviceSeed, certificate, now: Date.now(), random })
    parties.push({ pen, cardKey, entry: { certificate, slotKey } })
  }
  return parties
}

const createGroup = async (devices: number, each: number): Promise<Group> => {
  const [founder] = (await createParties(1)) as [Party]
  const founded = await foundGroup(founder.pen(), 'A group')
  const [listener, ...rest] = await createParties(Math.min(each, ENTRIES_MAX))
  if (!listener) throw new Error('somebody has to listen')
  const { certificate } = listener.entry
  const me = { device: deviceOf(certificate), person: personOf(certificate) }
  const empty = emptyReplica(founded.replica.conversation, me)
  const group = { replica: founded.replica, listening: empty, founder, listener }
  await hear(group, await signWritten(founder.pen(), founded))
  await add(group, [listener, ...rest])
  while (membersNow(group.replica).devices.size < devices) {
    const missing = devices - membersNow(group.replica).devices.size
    await add(group, await createParties(Math.min(each, missing)))
  }
  return group
}

const add = async (group: Group, parties: readonly Party[]): Promise<void> => {
  const entries = parties.map(({ entry }) => entry)
  const proposal = { kind: 'add', role: 'member', invitation: null, entries } as const
  const written = await operate(group.founder.pen(), group.replica, [proposal])
  if (!written.ok) throw new Error(written.refusal.kind)
  group.replica = written.value.replica
  await hear(group, await signWritten(group.founder.pen(), written.value))
}

/** Takes events in on the other side, as it would from a link: verified first. */
const hear = async (group: Group, events: readonly SignedEvent[]): Promise<void> => {
  for (const event of events) {
    const opened = await openEvent(crypto, event.bytes)
    if (!opened.ok) throw new Error(opened.refusal.kind)
    const input = { heldId: undefined, cardKeys: [group.listener.cardKey], now: Date.now(), isPassedOn: false }
    const received = await receive(crypto, group.listening, opened.value, input)
    if (!received.ok || received.value.kind !== 'kept') throw new Error('not taken')
    group.listening = received.value.replica
  }
}

const talk = async (group: Group, runs: number) => {
  const [sealed, opened]: [number[], number[]] = [[], []]
  const content = encodeContent({ kind: 'text', text: TEXT, reply: null })
  for (let run = 0; run < runs; run++) {
    const rekeyed = await rekey(group.founder.pen(), group.replica)
    if (!rekeyed.ok) throw new Error(rekeyed.refusal.kind)
    group.replica = rekeyed.value.replica
    await hear(group, await signWritten(group.founder.pen(), rekeyed.value))
    const events: SignedEvent[] = []
    const began = performance.now()
    for (let said = 0; said < MESSAGES; said++) {
      const written = await write(group.founder.pen(), group.replica, { content, speech: true })
      if (!written.ok) throw new Error(written.refusal.kind)
      group.replica = written.value.replica
      events.push(...(await signWritten(group.founder.pen(), written.value)))
    }
    const between = performance.now()
    await hear(group, events)
    sealed.push((MESSAGES / (between - began)) * 1000)
    opened.push((MESSAGES / (performance.now() - between)) * 1000)
  }
  return { sealed, opened }
}

/** Somebody else is removed each time, and let in again. */
const removals = async (group: Group, runs: number) => {
  const [made, opened]: [number[], number[]] = [[], []]
  const own = new Set([group.replica.me.person, group.listening.me.person])
  const people = [...new Set(membersNow(group.replica).devices.values())].filter((person) => !own.has(person))
  for (const person of people.slice(0, runs)) {
    const began = performance.now()
    const written = await operate(group.founder.pen(), group.replica, [{ kind: 'remove', person }])
    if (!written.ok) throw new Error(written.refusal.kind)
    const events = await signWritten(group.founder.pen(), written.value)
    made.push(performance.now() - began)
    group.replica = written.value.replica
    await hear(
      group,
      events.filter(({ kind }) => kind !== KIND.epoch),
    )
    const before = performance.now()
    await hear(
      group,
      events.filter(({ kind }) => kind === KIND.epoch),
    )
    opened.push(performance.now() - before)
  }
  return { made, opened }
}

const folds = (replica: Replica, runs: number): readonly number[] => {
  const set = closureOf(replica.history, horizonNow(replica).steps)
  return Array.from({ length: runs }, () => {
    const began = performance.now()
    fold(replica.history, set)
    return performance.now() - began
  })
}

import { writeFileSync } from 'node:fs'
import { encode } from '../../src/core/bytes/cbor.ts'
import { fromHex, toHex } from '../../src/core/bytes/hex.ts'
import { rootFrom } from '../../src/core/crypto/hash-tree.ts'
import { domain, hkdfExpand, hkdfExtract } from '../../src/core/crypto/symmetric.ts'
import { encodeEvent, readEvent, signEvents, type IdentifiedEvent, type SignedEvent } from '../../src/core/event/event.ts'
import { KIND } from '../../src/core/event/kinds.ts'
import { makeEpoch, openEpoch, readEpoch, slotKeyId } from '../../src/core/group/epoch.ts'
import { directId, foundingBody, groupFoundingBody, groupId, joiningBody } from '../../src/core/group/founding.ts'
import { directMembers, groupMembers } from '../../src/core/group/members.ts'
import { operationBody, type Operation } from '../../src/core/group/operation.ts'
import { turn } from '../../src/core/group/ratchet.ts'
import { sealContent } from '../../src/core/group/sealed.ts'
import { unopenedBody } from '../../src/core/group/unopened.ts'
import { signCard, signListing } from '../../src/core/identity/card.ts'
import { certify } from '../../src/core/identity/certificate.ts'
import { lookOf, parseName, type Name } from '../../src/core/identity/name.ts'
import { tagOf } from '../../src/core/identity/tag.ts'
import { encodeOffer } from '../../src/core/reach/offer.ts'
import { digestOf } from '../../src/core/sync/digest.ts'
import { encodeFrame } from '../../src/core/sync/frame.ts'
import { newSession, step } from '../../src/core/sync/session.ts'
import { tagOf as conversationTag } from '../../src/core/sync/talking.ts'
import { encodeContent, type Content } from '../../src/core/timeline/content.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { signEvent } from '../core/signing.ts'

/** `node test/vectors/core.ts` writes the vectors beside this file; a test makes them anew and compares. */
export const VECTORS_FILE = new URL('core.json', import.meta.url)

const crypto = createNodeCrypto()
const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** Alice and Bob: seeds of 32 equal bytes. The slot keys of their cards, and the ones that they publish next. */
const keysOf = async (name: string, first: number) => {
  const [rootSeed, deviceSeed, cardSeed, nextSeed] = [0, 1, 2, 3].map((more) => seed(first + more)) as Uint8Array[]
  if (!rootSeed || !deviceSeed || !cardSeed || !nextSeed) throw new Error('four seeds')
  const device = toHex(await crypto.publicKey(deviceSeed))
  const certificate = await certify(crypto, { rootSeed, device, now: 1_700_000_000_000 })
  const slotKey = Uint8Array.from(await crypto.slotKey(cardSeed))
  const nextSlotKey = Uint8Array.from(await crypto.slotKey(nextSeed))
  return { name: name as Name, rootSeed, deviceSeed, cardSeed, nextSeed, device, certificate, slotKey, nextSlotKey }
}

type Keys = Awaited<ReturnType<typeof keysOf>>

const identity = async (keys: Keys) => {
  const card = { ...keys, nameTime: 1_700_000_000_001, slotTime: 1_700_000_000_002 }
  const { rootSeed, deviceSeed, cardSeed, device, certificate, slotKey } = keys
  const nextSlotSeed = keys.nextSeed
  const tag = tagOf(certificate[0])
  const id = slotKeyId(slotKey)
  const encoded = encode([...[0, 1].map((at) => Buffer.from(String(certificate[at]), 'hex')).map((bytes) => Uint8Array.from(bytes)), certificate[2], certificate[3]])
  const listing = await signListing(crypto, deviceSeed, card)
  const servers = { addresses: ['chat.example.org:12345', '[2001:db8::7]:4000'], time: 1_700_000_000_003 }
  const signed = {
    certificate: encoded,
    listing,
    card: await signCard(crypto, deviceSeed, card),
    cardNamingServers: await signCard(crypto, deviceSeed, { ...card, servers }),
  }
  return { name: keys.name, rootSeed, person: certificate[0], tag, deviceSeed, device, cardSeed, slotKey, slotKeyId: id, nextSlotSeed, ...signed }
}

const events = async (alice: Keys, bob: Keys) => {
  const conversation = directId(alice.certificate[0], bob.certificate[0])
  const members = membersOf(alice, bob)
  const sign = async (keys: Keys, prev: SignedEvent | undefined, rest: Pick<SignedEvent, 'kind' | 'body' | 'control' | 'after' | 'time'>) =>
    signEvent(crypto, keys.deviceSeed, {
      conversation, author: keys.device, seq: (prev?.seq ?? 0) + 1, prev: prev?.id ?? null, ...rest,
    })
  const time = 1_700_000_001_000
  const found = await sign(alice, undefined, {
    kind: KIND.found, time, control: [], after: [],
    body: foundingBody({ ...alice, slotKey: alice.slotKey }, bob),
  })
  const joined = await sign(bob, undefined, {
    kind: KIND.join, time: time + 1, control: [found.id], after: [[alice.device, 1, found.id]], body: joiningBody(bob),
  })
  const unopened = await sign(bob, joined, {
    kind: KIND.unopened, time: time + 2, control: [joined.id], after: [], body: unopenedBody('ee'.repeat(32), bob.nextSlotKey),
  })
  const together = [encodedAfter(bob, unopened, time + 3)]
  while (together.length < 3) together.push(encodedAfter(bob, together.at(-1), time + 3 + together.length))
  const three = await signEvents({ crypto, deviceSeed: bob.deviceSeed }, together)
  return {
    conversation, membersDigest: members.digest, found: signed(found), joined: signed(joined), unopened: signed(unopened),
    together: three.map(signed),
  }
}

/** An event of a kind that nobody knows yet. */
const encodedAfter = (keys: Keys, prev: IdentifiedEvent | undefined, time: number) => {
  const { conversation = '', seq = 0, id = null } = prev ?? {}
  return encodeEvent({
    conversation, author: keys.device, seq: seq + 1, prev: id, after: [], control: [], time, kind: 99, body: null,
  })
}

/** An epoch: its slot is drawn anew each time it is made, so the file holds one, and all that follows from its secret. */
const fresh = seed(0x60)
const parentChaining = seed(0x61)
const parentMailbox = seed(0x62)

const parentOf = ({ parent, members }: Awaited<ReturnType<typeof epochPlace>>) => ({
  id: parent,
  members: members.digest,
  chaining: parentChaining,
  mailbox: parentMailbox,
})

const membersOf = (...people: readonly Keys[]) =>
  directMembers(new Map(people.map(({ certificate: [person, device] }) => [device, person])))

const epochPlace = async (alice: Keys, bob: Keys) => {
  const members = membersOf(alice, bob)
  const conversation = directId(alice.certificate[0], bob.certificate[0])
  return { conversation, author: alice.device, seq: 2, depth: 2, parent: 'aa'.repeat(32), members }
}

const contextOf = (place: Awaited<ReturnType<typeof epochPlace>>): Uint8Array =>
  encode([
    ...[place.conversation, place.author].map(fromHex), place.seq, place.depth, fromHex(place.parent), fromHex(place.members.digest),
  ])

const epoch = async (alice: Keys, bob: Keys) => {
  const place = await epochPlace(alice, bob)
  const made = await makeEpoch(crypto, place, {
    fresh,
    parent: parentOf(place),
    nextSlotKey: alice.nextSlotKey,
    slotKeys: new Map([[bob.device, bob.slotKey]]),
    unsealable: undefined,
  })
  const body = made && readEpoch(made.body)
  const ratchet = made?.secrets.ratchets.get(alice.device)
  if (!made || !body || !ratchet) throw new Error('an epoch that cannot be made')
  const first = turn(ratchet)
  const second = turn(first.next)
  const secret = hkdfExtract(parentChaining, fresh)
  const sealedPlace = { conversation: place.conversation, author: alice.device, seq: 3, epoch: 'bb'.repeat(32), index: 0 }
  const content = encodeContent({ kind: 'text', text: 'hello', reply: null })
  return {
    place: { ...place, members: place.members.digest },
    fresh, parentChaining, secret,
    confirmation: body[3],
    chaining: made.secrets.chaining,
    mailbox: made.secrets.mailbox,
    firstMailbox: hkdfExpand(secret, 'kith mailbox 1', contextOf(place)),
    parentMailbox,
    ratchets: Object.fromEntries([...made.secrets.ratchets].map(([device, { key }]) => [device, key])),
    messageKeys: [first.messageKey, second.messageKey],
    sealed: { messageKey: first.messageKey, place: sealedPlace, content, body: encode(sealContent(first.messageKey, sealedPlace, content).body) },
    salt: hkdfExpand(first.messageKey, 'kith salt 1').slice(0, 16),
  }
}

/** An epoch whose slot is sealed for Bob, to be opened: encapsulating draws dice, so each run of the script makes another. */
const sealedEpoch = async (alice: Keys, bob: Keys) => {
  const place = await epochPlace(alice, bob)
  const parent = parentOf(place)
  const slotKeys = new Map([[bob.device, bob.slotKey]])
  const made = await makeEpoch(crypto, place, { fresh, parent, nextSlotKey: alice.nextSlotKey, slotKeys, unsealable: undefined })
  return { body: toHex(encode(made?.body ?? null)) }
}

/** Whether Bob opens the kept epoch to the secrets that the file names. */
export const opensSlot = async (body: ReturnType<typeof readEpoch>): Promise<string> => {
  const { alice, bob } = await everybody()
  const place = await epochPlace(alice, bob)
  const slot = body?.[5][0]
  if (!body || !slot) return 'no slot'
  const parent = parentOf(place)
  const secrets = await openEpoch(crypto, place, { body, slot, seed: bob.cardSeed, parent })
  return secrets ? toHex(secrets.chaining) : 'closed'
}

/** A group that Alice founds, and one operation of each kind. */
const group = async (alice: Keys, bob: Keys) => {
  const nonce = seed(0x80)
  const founder = alice.certificate[0]
  const conversation = groupId(founder, nonce)
  const found = await signEvent(crypto, alice.deviceSeed, {
    conversation, author: alice.device, seq: 1, prev: null, after: [], control: [], time: 1_700_000_002_000,
    kind: KIND.found, body: groupFoundingBody(alice, { nonce, title: 'Trip to Rome' }),
  })
  const held = new Map([[alice.device, 4], [bob.device, 2]])
  const [person, device, invitation] = [bob.certificate[0], bob.device, 'dd'.repeat(32)]
  const operations: readonly Operation[] = [
    { kind: 'add', role: 'member', invitation: null, entries: [bob] },
    { kind: 'add', role: 'admin', invitation, entries: [bob] },
    { kind: 'remove', person, held },
    { kind: 'leave', held },
    { kind: 'device', entry: bob },
    { kind: 'revoke', device, held },
    { kind: 'promote', person },
    { kind: 'demote', person },
    { kind: 'title', title: 'Rome' },
    { kind: 'picture', picture: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) },
    { kind: 'invite', invitation, role: 'member', uses: 10, expiry: 1_700_600_000_000 },
    { kind: 'uninvite', invitation },
  ]
  const added = 'ee'.repeat(32)
  const removal = 'ff'.repeat(32)
  const devices = new Map([alice, bob].map(({ certificate: [owner, id] }) => [id, owner]))
  const admissions = new Map([[alice.device, found.id], [bob.device, added]])
  return {
    nonce, conversation, found: signed(found),
    operations: operations.map((operation) => ({ kind: operation.kind, body: encode(operationBody(operation)) })),
    members: { admissions: Object.fromEntries(admissions), removals: [removal], digest: groupMembers(devices, { admissions, removals: [removal] }).digest },
  }
}

const session = async (alice: Keys, bob: Keys) => {
  const [hers, his] = [seed(0x70), seed(0x71)]
  const greeting = newSession({ device: alice.device, nonce: hers, card: Uint8Array.of(1) }, bob.device)
  const hello = encodeFrame({ kind: 'hello', version: 1, nonce: his, card: Uint8Array.of(2) })
  const [greeted] = step(greeting, { kind: 'frame', bytes: hello })
  const card = { ...bob, nameTime: 0, slotTime: 0 }
  const [talking] = step(greeted, { kind: 'verified', card })
  if (talking.at !== 'talking') throw new Error('not talking')
  const conversation = directId(alice.certificate[0], bob.certificate[0])
  const tag = conversationTag(talking.talk.binding, conversation)
  const held = new Map([[alice.device, 7]])
  const frames = {
    hello,
    have: encodeFrame({ kind: 'have', tag, vector: held }),
    events: encodeFrame({ kind: 'events', tag, events: [Uint8Array.of(1, 2, 3)] }),
    signal: encodeFrame({ kind: 'signal', tag, signal: 1 }),
    bye: encodeFrame({ kind: 'bye', reason: 2 }),
    card: encodeFrame({ kind: 'card', card: Uint8Array.of(4, 5) }),
    digests: encodeFrame({ kind: 'digests', digests: new Map([[tag, digestOf(held)]]) }),
    request: encodeFrame({ kind: 'request', bytes: Uint8Array.of(6) }),
    answer: encodeFrame({ kind: 'answer', bytes: Uint8Array.of(7) }),
    ask: encodeFrame({ kind: 'ask', tag, ids: [target] }),
    place: encodeFrame({ kind: 'place', bytes: encodeOffer('answer', ['203.0.113.7:4001']) }),
  }
  return { nonces: { alice: hers, bob: his }, binding: talking.talk.binding, conversation, tag, frames }
}

const target = 'cc'.repeat(32)
const contents: readonly Content[] = [
  { kind: 'text', text: 'Grüße', reply: null },
  { kind: 'text', text: 'yes', reply: target },
  { kind: 'edit', target, text: 'better' },
  { kind: 'delete', target },
  { kind: 'reaction', target, emoji: '👍', on: true },
  { kind: 'profile', name: 'Ann', was: 'Anna' },
  { kind: 'read', upTo: [[target, 7]] },
  { kind: 'again', target, plaintext: Uint8Array.of(1, 2) },
  {
    kind: 'introduction', conversation: 'dd'.repeat(32), founding: Uint8Array.of(3, 4), title: 'Trip', mailbox: seed(0x63),
    listings: [Uint8Array.of(5)],
  },
  { kind: 'history', conversation: 'dd'.repeat(32), contents: [[target, Uint8Array.of(6)]] },
  { kind: 'shared', with: 'ee'.repeat(32), days: null, count: 12 },
  { kind: 'invitation', secret: seed(0x64).subarray(0, 16), history: { share: 'none' } },
  { kind: 'invitation', secret: seed(0x64).subarray(0, 16), history: { share: 'days', days: 7 } },
  { kind: 'invitation', secret: seed(0x64).subarray(0, 16), history: { share: 'all' } },
]

const names = ['Ann', '  Ann   Lee ', 'Jose\u0301', 'A\u202Eb', '   ', 'x'.repeat(41), 'Аlісе'].map((typed) => {
  const parsed = parseName(typed)
  return parsed.ok ? { typed, name: parsed.value, look: lookOf(parsed.value) } : { typed, refused: parsed.refusal.kind }
})

const everybody = async () => ({ alice: await keysOf('Alice', 0x10), bob: await keysOf('Bob', 0x20) })

export const vectors = async () => {
  const { alice, bob } = await everybody()
  return readable({
    identity: { alice: await identity(alice), bob: await identity(bob) },
    names,
    events: await events(alice, bob),
    epoch: await epoch(alice, bob),
    group: await group(alice, bob),
    session: await session(alice, bob),
    contents: contents.map((content) => ({ content, bytes: encodeContent(content) })),
  })
}

const signed = (event: SignedEvent) => {
  const read = readEvent(event.bytes)
  if (!read.ok) throw new Error(read.refusal.kind)
  const { signature, index, path } = read.value.proof
  const root = rootFrom(fromHex(event.id), index, path)
  const place = path.length > 0 && { index, path }
  return { id: event.id, envelope: event.bytes, signature, ...place, signedBytes: domain('kith event 1', root) }
}

/** Bytes as hexadecimal text; a Buffer would turn itself into something else first. */
export const readable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, function (this: Record<string, unknown>, name, each: unknown) {
      const raw = this[name]
      return raw instanceof Uint8Array ? toHex(raw) : each
    }),
  )

if (import.meta.main) {
  const { alice, bob } = await everybody()
  const file = { ...(await vectors() as object), sealedEpoch: await sealedEpoch(alice, bob) }
  writeFileSync(VECTORS_FILE, `${JSON.stringify(file, null, 2)}\n`)
}

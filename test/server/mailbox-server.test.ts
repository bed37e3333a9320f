import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fromHex, toHex, type Hex } from '../../src/core/bytes/hex.ts'
import { BLOB_BYTES_MAX, openBlob, sealBlob } from '../../src/core/mailbox/blob.ts'
import { LIFE_BYTES, mailboxKeys, signOpen, type MailboxKeys } from '../../src/core/mailbox/keys.ts'
import { encodeLetter } from '../../src/core/mailbox/letter.ts'
import { PART_BYTES_MAX } from '../../src/core/rendezvous/mailbox-messages.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'
import { joinAsRawPeer, type RawPeer } from './raw.ts'

const crypto = createNodeCrypto()
const TALK = await mailboxKeys(crypto, new Uint8Array(32).fill(0x77))
const NAME = 'Annabel Lee of the Kingdom'
const LISTING = new TextEncoder().encode(`listing ${NAME}`)
const CARD = new TextEncoder().encode(`card ${NAME}`)

const serverIn = async (t: TestContext, folder: string) => {
  const child = fork(new URL('server-process.ts', import.meta.url), [folder])
  t.after(() => child.kill('SIGKILL'))
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }]
  return {
    port,
    kill: async (): Promise<void> => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

const temporary = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-mailbox-server-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A peer that has said hello and opened the mailbox. */
const visitor = async (t: TestContext, port: number, keys: MailboxKeys = TALK): Promise<RawPeer> => {
  const peer = await joinAsRawPeer(port)
  t.after(() => peer.close())
  peer.say({ kind: 'hello', version: 1, visible: true, listing: LISTING, card: CARD })
  const { nonce } = await peer.hear('welcome')
  assert.ok(nonce)
  const signature = await signOpen(crypto, keys, { server: peer.link.device, nonce })
  peer.say({ kind: 'open', request: 0, mailbox: keys.mailbox, signature })
  await peer.hear('done')
  return peer
}

const putBlob = async (peer: RawPeer, request: number, mailbox: Hex, blob: Uint8Array): Promise<number> => {
  for (let at = 0; at < blob.length; at += PART_BYTES_MAX) {
    const part = blob.subarray(at, at + PART_BYTES_MAX)
    if (at === 0) peer.say({ kind: 'put', request, mailbox, size: blob.length, part })
    else peer.say({ kind: 'part', request, part })
  }
  const stored = await peer.hear('stored')
  assert.equal(stored.request, request)
  return stored.cursor
}

/** All of a mailbox's blobs. */
const readAll = async (peer: RawPeer, mailbox: Hex): Promise<readonly Uint8Array[]> => {
  const blobs = new Map<number, { readonly bytes: Uint8Array; filled: number }>()
  for (let after = 0, more = true; more;) {
    peer.say({ kind: 'read', request: 99, mailbox, after, bytesMax: BLOB_BYTES_MAX })
    for (let ended = false; !ended;) {
      const { pieces, end } = await peer.hear('blobs')
      for (const { cursor, size, bytes } of pieces) {
        const blob = blobs.get(cursor) ?? { bytes: new Uint8Array(size), filled: 0 }
        blob.bytes.set(bytes, blob.filled)
        blob.filled += bytes.length
        blobs.set(cursor, blob)
        after = cursor
      }
      ended = end !== undefined
      more = end?.more ?? true
    }
  }
  return [...blobs.values()].map(({ bytes }) => bytes)
}

const said = (text: string, size = 0): Uint8Array => {
  const events = [new TextEncoder().encode(text), ...(size > 0 ? [new Uint8Array(size)] : [])]
  return encodeLetter({ kind: 'events', events })
}

test('[MX46] what was put at a real server is there after it was killed, whole and for whoever has the secret', async (t) => {
  const folder = temporary(t)
  const first = await serverIn(t, folder)
  const ann = await visitor(t, first.port)
  const texts = [said('one'), said('two', 700_000), said('three', 10_000)]
  const blobs = texts.map((text, index) => sealBlob(TALK, text, new Uint8Array(32).fill(index)))
  for (const [index, blob] of blobs.entries()) await putBlob(ann, index + 1, TALK.mailbox, blob)
  await first.kill()
  const second = await serverIn(t, folder)
  const bob = await visitor(t, second.port)
  const read = await readAll(bob, TALK.mailbox)
  assert.deepEqual(
    read.map((blob) => {
      const opened = openBlob(TALK, blob)
      return opened.ok && opened.value
    }),
    texts,
  )
})

test("[MX41] nothing on the server's disk names a device, person, name or address, or says what was said", async (t) => {
  const folder = temporary(t)
  const server = await serverIn(t, folder)
  const other = await mailboxKeys(crypto, new Uint8Array(32).fill(0x78))
  const [ann, bob] = [await visitor(t, server.port), await visitor(t, server.port, other)]
  const secret = 'meet me at the harbour'
  await putBlob(ann, 1, TALK.mailbox, sealBlob(TALK, said(secret), new Uint8Array(32).fill(1)))
  await putBlob(bob, 1, other.mailbox, sealBlob(other, said(secret, 200_000), new Uint8Array(32).fill(2)))
  ann.say({ kind: 'listen', request: 5, mailbox: TALK.mailbox, on: true })
  await ann.hear('done')
  await server.kill()

  // The database, its log, and whatever else is there.
  const files = readdirSync(folder).filter((name) => name !== 'server.key')
  assert.ok(files.includes('mailboxes.sqlite') && files.length > 1, files.join())
  const bytes = Buffer.concat(files.map((name) => readFileSync(join(folder, name))))
  const has = (what: Uint8Array | string): boolean =>
    bytes.indexOf(typeof what === 'string' ? what : Buffer.from(what)) >= 0
  assert.ok(has(fromHex(TALK.mailbox)), 'the mailbox is not found where it is')
  for (const device of [ann.endpoint.device, bob.endpoint.device]) {
    assert.ok(!has(fromHex(device)))
    assert.ok(!has(device))
    assert.ok(!has(fromHex(device).subarray(0, 12)))
  }
  for (const keys of [TALK, other]) {
    assert.ok(!has(keys.secret))
    assert.ok(!has(keys.seed))
  }
  const ports = [ann, bob]
    .flatMap((peer) => peer.endpoint.addresses())
    .map((address) => address.split(':').at(-1) ?? '')
  for (const text of [secret, NAME, 'Annabel', 'listing', 'harbour', '127.0.0.1', ...ports]) assert.ok(!has(text), text)
})

test("[MX47] while one peer puts and reads megabytes, another's small messages are answered in between", async (t) => {
  const server = await serverIn(t, temporary(t))
  const [ann, bob] = [await visitor(t, server.port), await visitor(t, server.port)]
  let state: 'busy' | 'done' = 'busy'
  const flood = async (): Promise<void> => {
    for (let request = 1; request <= 12; request++)
      await putBlob(ann, request, TALK.mailbox, new Uint8Array(BLOB_BYTES_MAX).fill(request))
    state = 'done'
  }
  const flooding = flood()
  let answered = 0
  while (state === 'busy') {
    bob.say({ kind: 'card', device: ann.endpoint.device })
    await bob.hear('card')
    answered += 1
  }
  await flooding
  // More than one for each blob: none of them waited for a megabyte to be through.
  assert.ok(answered > 24, `${answered} answers`)
})

test('[MX240] the welcome of a real server names the life of its mailboxes, the same after it was killed', async (t) => {
  const folder = temporary(t)
  const lives = []
  for (let round = 0; round < 2; round++) {
    const server = await serverIn(t, folder)
    const peer = await joinAsRawPeer(server.port)
    peer.say({ kind: 'hello', version: 1, visible: false, listing: LISTING })
    const { life } = await peer.hear('welcome')
    lives.push(life && toHex(life))
    await peer.close()
    await server.kill()
  }
  assert.equal(lives[0]?.length, 2 * LIFE_BYTES)
  assert.equal(lives[0], lives[1])
})

import { writeFileSync } from 'node:fs'
import { toHex } from '../../src/core/bytes/hex.ts'
import { sha256 } from '../../src/core/crypto/symmetric.ts'
import { sealBlob } from '../../src/core/mailbox/blob.ts'
import { mailboxKeys, signOpen } from '../../src/core/mailbox/keys.ts'
import { encodeLetter, type Letter } from '../../src/core/mailbox/letter.ts'
import { signReceipt } from '../../src/core/mailbox/receipt.ts'
import { createNodeCrypto } from '../../src/crypto/node.ts'

/** `node test/vectors/mailbox.ts` writes the vectors beside this file; a test reads them back. */
export const VECTORS_FILE = new URL('mailbox.json', import.meta.url)

const crypto = createNodeCrypto()
const filled = (value: number, length = 32): Uint8Array => new Uint8Array(length).fill(value)

export const SECRET = filled(0x11)
export const SALT = filled(0x22)
const SERVER = 'ee'.repeat(32)
const CONVERSATION = 'c0'.repeat(32)

export const letters = async (): Promise<readonly Exclude<Letter, { kind: 'newer' }>[]> => {
  const deviceSeed = filled(0x33)
  const device = toHex(await crypto.publicKey(deviceSeed))
  const vector = [
    ['a1'.repeat(32), 7],
    ['b0'.repeat(32), 0],
  ] as const
  const said = { conversation: CONVERSATION, device, vector, time: 1_800_000_000_000 }
  return [
    { kind: 'events', events: [filled(1, 3), filled(2, 300)] },
    { kind: 'receipt', receipt: await signReceipt(crypto, deviceSeed, said) },
    { kind: 'request', request: filled(3, 5) },
    { kind: 'answer', answer: filled(4, 5) },
    { kind: 'card', card: filled(5, 5) },
  ]
}

/** The keys of a secret, the signature that opens its mailbox, and letters with the hash of the blob each is sealed in. */
export const vectors = async (): Promise<unknown> => {
  const keys = await mailboxKeys(crypto, SECRET)
  const signature = await signOpen(crypto, keys, { server: SERVER, nonce: filled(0x40) })
  return {
    secret: toHex(SECRET),
    seed: toHex(keys.seed),
    mailbox: keys.mailbox,
    open: { server: SERVER, nonce: toHex(filled(0x40)), signature: toHex(signature) },
    receiptsConversation: CONVERSATION,
    letters: (await letters()).map((letter) => {
      const plaintext = encodeLetter(letter)
      const blob = sealBlob(keys, plaintext, SALT)
      const [size, hash] = [blob.length, toHex(sha256(blob))]
      return { kind: letter.kind, plaintext: toHex(plaintext), salt: toHex(SALT), blob: { size, hash } }
    }),
  }
}

if (import.meta.main) writeFileSync(VECTORS_FILE, `${JSON.stringify(await vectors(), null, 2)}\n`)

import * as nodeCrypto from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'
import { KEY_BYTES } from '../core/crypto/symmetric.ts'
import type { Stretch } from '../core/crypto/passphrase.ts'

/** Argon2id (RFC 9106) by OpenSSL, off the main thread. */
const stretchNatively: Stretch = (passphrase, salt, { memoryKib, passes, lanes }) =>
  new Promise((resolve, reject) => {
    const input = { message: Buffer.from(passphrase), nonce: salt, parallelism: lanes, memory: memoryKib, passes }
    nodeCrypto.argon2('argon2id', { ...input, tagLength: KEY_BYTES }, (error, key) => {
      if (error) reject(error)
      else resolve(new Uint8Array(key))
    })
  })

/** The same in JavaScript, some ten times slower. */
export const stretchPortably: Stretch = (passphrase, salt, { memoryKib, passes, lanes }) =>
  argon2idAsync(passphrase, salt, { t: passes, m: memoryKib, p: lanes, dkLen: KEY_BYTES })

// Node has it from 24.7 on; the newest runtime that comes as a package for Apple's own processors is older.
export const stretch: Stretch = 'argon2' in nodeCrypto ? stretchNatively : stretchPortably

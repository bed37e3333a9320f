/** A value now or later: Node's ciphers answer at once, a browser's do not. Always `await` it. */
export type Soon<Value> = Value | Promise<Value>

/**
 * The asymmetric ciphers, which every platform brings itself. Pure but for `sealTo`, which draws the ephemeral secret of
 * its encapsulation. None of them throws on bytes from a stranger: they answer false or undefined.
 */
export interface Crypto {
  /** Ed25519 (RFC 8032): the 32-byte public key of a 32-byte seed. */
  publicKey(seed: Uint8Array): Soon<Uint8Array>
  /** Ed25519: 64 bytes. */
  sign(seed: Uint8Array, message: Uint8Array): Soon<Uint8Array>
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Soon<boolean>
  /** The same, for many at a time: where the platform can, beside what else goes on. One alone is sooner done by `verify`. */
  verifyAside(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Soon<boolean>
  /**
   * The slot key of a 32-byte seed: the X-Wing public key (X25519 + ML-KEM-768, 1,216 bytes), then an X25519 public key
   * of its own (32 bytes).
   */
  slotKey(seed: Uint8Array): Soon<Uint8Array>
  /**
   * HPKE base mode (RFC 9180; X-Wing, HKDF-SHA256, ChaCha20-Poly1305): encapsulation (1,120 bytes), then ciphertext.
   * Undefined when the slot key is not one.
   */
  sealTo(slotKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array): Soon<Uint8Array | undefined>
  /** Undefined when it was not sealed to this key, not with this `info`, or was changed. */
  openWith(seed: Uint8Array, sealed: Uint8Array, info: Uint8Array): Soon<Uint8Array | undefined>
  /** As `sealTo`, but with X25519 alone (encapsulation of 32 bytes): cheap, and open to a future quantum computer. */
  sealPlainTo(slotKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array): Soon<Uint8Array | undefined>
  openPlainWith(seed: Uint8Array, sealed: Uint8Array, info: Uint8Array): Soon<Uint8Array | undefined>
}

export const SEED_BYTES = 32
export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
export const WING_KEY_BYTES = 1216
export const SLOT_KEY_BYTES = WING_KEY_BYTES + 32
/** Encapsulation, 32 bytes of secret and the tag. */
export const SLOT_BYTES = 1120 + 32 + 16
export const PLAIN_SLOT_BYTES = 32 + 32 + 16

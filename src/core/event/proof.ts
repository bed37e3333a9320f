import type { Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, tuple, uint } from '../bytes/shape.ts'
import { pathTo, rootFrom, rootOf, treeOver } from '../crypto/hash-tree.ts'
import { SIGNATURE_BYTES, type Crypto } from '../crypto/port.ts'
import { domain, HASH_BYTES } from '../crypto/symmetric.ts'

/**
 * Proves that its author signed an event, alone or with others written at the same time: the signature is over the root of
 * a hash tree over their ids (Wong and Lam, "Digital signatures for flows and multicasts", 1999), to which the path leads.
 * Each event proves itself by that, and whoever holds several verifies their signature once.
 */
export type Proof = {
  readonly signature: Uint8Array
  /** Which leaf of the tree the event is, and the hashes beside its way to the root; 0 and none when it is alone. */
  readonly index: number
  readonly path: Uint8Array
}

/** An author's own device. */
export type Signer = { readonly crypto: Pick<Crypto, 'sign'>; readonly deviceSeed: Uint8Array }

const HEIGHT_MAX = 4
/** Events that share one signature at most. */
export const SIGNED_TOGETHER_MAX = 2 ** HEIGHT_MAX

/** Signs as many together as make a whole tree, of eleven eight, two and one; answers a proof for each. */
export const signIds = async ({ crypto, deviceSeed }: Signer, ids: readonly Hex[]): Promise<readonly Proof[]> => {
  const proofs: Proof[] = []
  while (proofs.length < ids.length) {
    const size = Math.min(SIGNED_TOGETHER_MAX, 2 ** Math.floor(Math.log2(ids.length - proofs.length)))
    const tree = treeOver(ids.slice(proofs.length, proofs.length + size).map(fromHex))
    const signature = await crypto.sign(deviceSeed, toSign(rootOf(tree)))
    for (let index = 0; index < size; index++) proofs.push({ signature, index, path: pathTo(tree, index) })
  }
  return proofs
}

export const verifyProof = (
  crypto: Pick<Crypto, 'verify'>,
  { author, id }: { readonly author: Hex; readonly id: Hex },
  { signature, index, path }: Proof,
): ReturnType<Crypto['verify']> => crypto.verify(fromHex(author), toSign(rootFrom(fromHex(id), index, path)), signature)

/** `[signature]`, or `[signature, index, path]`: what stands behind the event in its envelope. */
export const plainProof = ({ signature, index, path }: Proof): readonly Plain[] =>
  path.length === 0 ? [signature] : [signature, index, path]

export const readProof = (plain: readonly Plain[]): Proof | undefined => {
  const [signature, index, path] = aloneShape(plain) ?? togetherShape(plain) ?? []
  if (!signature) return undefined
  if (index === undefined || !path) return { signature, index: 0, path: NO_PATH }
  const height = path.length / HASH_BYTES
  return Number.isInteger(height) && index < 2 ** height ? { signature, index, path } : undefined
}

const NO_PATH = new Uint8Array(0)

const aloneShape = tuple(bytes(SIGNATURE_BYTES))
const togetherShape = tuple(
  bytes(SIGNATURE_BYTES),
  uint(SIGNED_TOGETHER_MAX - 1),
  bytes(HASH_BYTES, HEIGHT_MAX * HASH_BYTES),
)

const toSign = (root: Uint8Array): Uint8Array => domain('kith event 1', root)

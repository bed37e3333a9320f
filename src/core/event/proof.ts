import type { Plain } from '../bytes/cbor.ts'
import { fromHex, type Hex } from '../bytes/hex.ts'
import { bytes, tuple, uint } from '../bytes/shape.ts'
import { pathTo, rootFrom, rootOf, treeOver } from '../crypto/hash-tree.ts'
import { SIGNATURE_BYTES, type Crypto, type Soon } from '../crypto/port.ts'
import { domain, equalBytes, HASH_BYTES } from '../crypto/symmetric.ts'

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

/** Answers a proof for each, in order. */
export const signIds = async ({ crypto, deviceSeed }: Signer, ids: readonly Hex[]): Promise<readonly Proof[]> => {
  const proofs: Proof[] = []
  for (let from = 0; from < ids.length; from += SIGNED_TOGETHER_MAX) {
    const some = ids.slice(from, from + SIGNED_TOGETHER_MAX)
    const tree = treeOver(some.map(fromHex))
    const signature = await crypto.sign(deviceSeed, toSign(rootOf(tree)))
    for (const index of some.keys()) proofs.push({ signature, index, path: pathTo(tree, index) })
  }
  return proofs
}

/** Whether the author of an event signed it. */
export type VerifyProof = (event: { readonly author: Hex; readonly id: Hex }, proof: Proof) => Soon<boolean>

/**
 * Verifies one proof after the other, of whatever authors: a signature once for all that an author signed with it, also where
 * others' events come between.
 */
export const proofVerifier = (crypto: Pick<Crypto, 'verify'>): VerifyProof => {
  type Asked = { readonly root: Uint8Array; readonly signature: Uint8Array; readonly valid: Soon<boolean> }
  const last = new Map<Hex, Asked>()
  return ({ author, id }, { signature, index, path }) => {
    const root = rootFrom(fromHex(id), index, path)
    const asked = last.get(author)
    if (asked && equalBytes(asked.root, root) && equalBytes(asked.signature, signature)) return asked.valid
    const valid = crypto.verify(fromHex(author), toSign(root), signature)
    last.set(author, { root, signature, valid })
    return valid
  }
}

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

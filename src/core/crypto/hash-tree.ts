import { concat } from '../bytes/concat.ts'
import { domain, HASH_BYTES, sha256 } from './symmetric.ts'

/** The levels of a binary tree of SHA-256 hashes (as in RFC 6962), from the leaves to the root. */
export type HashTree = readonly (readonly Uint8Array[])[]

/** Zeros, which are the hash of nothing that is known, fill the leaves up to a power of two. At least one leaf. */
export const treeOver = (leaves: readonly Uint8Array[]): HashTree => {
  const width = 2 ** Math.ceil(Math.log2(leaves.length))
  let level = Array.from({ length: width }, (_, at) => leaves[at] ?? NO_HASH)
  const levels = [level]
  while (level.length > 1) {
    level = level.flatMap((left, at) => (at % 2 === 0 ? [parentOf(left, level[at + 1] as Uint8Array)] : []))
    levels.push(level)
  }
  return levels
}

export const rootOf = (tree: HashTree): Uint8Array => tree.at(-1)?.[0] as Uint8Array

/** The hashes beside the way from a leaf to the root, from below, one after the other. */
export const pathTo = (tree: HashTree, index: number): Uint8Array =>
  concat(tree.slice(0, -1).map((level, height) => level[(index >> height) ^ 1] as Uint8Array))

/** The root of the tree in which the leaf has this place, if the path is that of a tree. */
export const rootFrom = (leaf: Uint8Array, index: number, path: Uint8Array): Uint8Array => {
  let hash = leaf
  for (let height = 0; height * HASH_BYTES < path.length; height++) {
    const beside = path.subarray(height * HASH_BYTES, (height + 1) * HASH_BYTES)
    hash = (index >> height) & 1 ? parentOf(beside, hash) : parentOf(hash, beside)
  }
  return hash
}

/** The label keeps a parent from being mistaken for a leaf. */
const parentOf = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(domain('kith tree 1', left, right))

const NO_HASH = new Uint8Array(HASH_BYTES)

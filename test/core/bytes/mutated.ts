import { seededRandom } from '../reach/random.ts'

export const MUTATIONS = 10_000

/**
 * The same damaged copies for the same seed, round and round through the valid inputs: a bit turned, a byte changed,
 * something cut off, put in, doubled, or the tail of another input put on. Never a valid input unchanged.
 */
export function* mutated(
  valid: readonly Uint8Array[],
  input: { readonly seed: number; readonly count?: number },
): Generator<{ readonly original: Uint8Array; readonly bytes: Uint8Array }> {
  const random = seededRandom(input.seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  for (let made = 0; made < (input.count ?? MUTATIONS);) {
    const original = valid[made % valid.length] as Uint8Array
    const other = valid[below(valid.length)] as Uint8Array
    let bytes = Uint8Array.from(original)
    for (let changes = 1 + below(3); changes > 0; changes--) bytes = changed(bytes, other, below)
    if (Buffer.compare(bytes, original) === 0) continue
    made += 1
    yield { original, bytes }
  }
}

const changed = (bytes: Uint8Array, other: Uint8Array, below: (limit: number) => number): Uint8Array<ArrayBuffer> => {
  const at = below(bytes.length)
  const result = Uint8Array.from(bytes)
  const byte = result[at] ?? 0
  switch (below(7)) {
    case 0:
    case 1:
      result[at] = byte ^ (1 << below(8))
      return result
    case 2:
      result[at] =
        [0x00, 0x17, 0x18, 0x1b, 0x40, 0x5b, 0x60, 0x80, 0x9b, 0x9f, 0xa0, 0xc0, 0xf6, 0xf9, 0xff][below(15)] ?? 0
      return result
    case 3:
      return Uint8Array.from(bytes.subarray(0, at))
    case 4:
      return Uint8Array.of(...bytes.subarray(0, at), below(256), ...bytes.subarray(at))
    case 5:
      return Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at - 40)))
    default:
      return Uint8Array.of(...bytes.subarray(0, at), ...other.subarray(below(other.length)))
  }
}

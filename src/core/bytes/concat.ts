/**
 * Byte strings one after the other. Hashing asks for it several times for each message: a library's function that checks
 * each part takes longer than the hash.
 */
export const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  let size = 0
  for (const part of parts) size += part.length
  const whole = new Uint8Array(size)
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}

/** “1 message”, “12 messages”, “1,000 messages”. */
export const countWords = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`

/** A number of bytes for people: “812 bytes”, “64 KB”, “1.5 MB”. A KB is 1,024 bytes. */
export const sizeWords = (bytes: number): string => {
  if (bytes < 1024) return countWords(bytes, 'byte')
  const [size, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / (1024 * 1024), 'MB']
  return `${size.toLocaleString('en', { maximumFractionDigits: 1 })} ${unit}`
}

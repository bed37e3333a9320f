/** A whole invitation has at most 700 characters; what is longer is refused by the peer in words. */
const PASTED_CHARACTERS_MAX = 4_000

/** A link, also where a mail program broke it into lines: a line that goes on is longer than most words. */
const LINK = /kith:[\w-]+(?:\s*\n\s*[\w-]{16,})*/i

/** The link in what somebody pasted or scanned, without the words around it. A text without any comes back trimmed. */
export const linkIn = (pasted: string): string => {
  const text = pasted.slice(0, PASTED_CHARACTERS_MAX)
  const link = LINK.exec(text)?.[0].replaceAll(/\s/g, '')
  return link === undefined ? text.trim() : `kith:${link.slice('kith:'.length)}`
}

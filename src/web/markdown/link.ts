/** Where a link leads, and whether its words show that. */
export type LinkPlace = {
  /** Checked: http, https or mail, as a browser dials it. */
  readonly href: string
  /** The host or the mail address, when the words do not show it. */
  readonly host?: string
}

/** Where an address leads; `undefined` when it is none that may be followed. */
export const linkPlace = (address: string, words: string): LinkPlace | undefined => {
  const url = URL.parse(address)
  if (url === null || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined
  // Names in other letters are dialled, and so shown, in ASCII: Cyrillic letters look like Latin ones.
  const host = url.protocol === 'mailto:' ? url.pathname : url.host
  return shows(words, host) ? { href: url.href } : { href: url.href, host }
}

/** What is shown of an address that somebody typed: the same, unless it holds what is not seen or turns the direction. */
export const addressWords = (typed: string, href: string): string => (UNSEEN.test(typed) ? href : typed)

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

const shows = (words: string, host: string): boolean => {
  const address = words.replace(/^(?:https?:\/\/|mailto:)/i, '').toLowerCase()
  return address.startsWith(host.toLowerCase()) && AFTER_HOST.test(address.slice(host.length))
}

const AFTER_HOST = /^(?:$|[/?#:])/

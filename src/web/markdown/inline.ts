import MarkdownIt, { type StateInline, type Token } from 'markdown-it'
import { addressWords, linkPlace } from './link.ts'

/** What a line of a message is made of. There is no place for HTML in it, and `href` was checked. */
export type Inline =
  /** With line breaks and spaces as they were typed. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  /** `host` is set when the words do not show where the link leads. `address`: the words are an address themselves. */
  | {
      readonly kind: 'link'
      readonly href: string
      readonly host?: string
      readonly address: boolean
      readonly children: readonly Inline[]
    }

/** Deeper nesting is shown as it was typed. */
export const NESTING_MAX = 12

/** Bold, italic, strike, code and links of some lines; everything else is text, and none of it is lost. */
export const parseInline = (text: string): readonly Inline[] => {
  const tokens = markdown.parseInline(text, {})[0]?.children ?? []
  if (tokens.some(({ level }) => level > NESTING_MAX)) return [{ kind: 'text', text }]
  return inlinesOf(tokens, { at: 0 })
}

/** The words alone. */
export const plainOf = (inlines: readonly Inline[]): string =>
  inlines.map((inline) => ('text' in inline ? inline.text : plainOf(inline.children))).join('')

const LINK = /^(?:https?:\/\/|mailto:)/i

// No escapes, entities or addresses in angle brackets: people write chat, where a backslash means itself.
const markdown = new MarkdownIt('zero', { html: false, linkify: true, typographer: false, maxNesting: NESTING_MAX })
  .enable(['backticks', 'strikethrough', 'emphasis', 'link', 'linkify'])
  .enable(['balance_pairs', 'fragments_join'])
markdown.validateLink = (url) => LINK.test(url.trim())
// It would decode names in other letters and what turns the direction, and so show another address than the one dialled.
markdown.normalizeLinkText = (url) => url
// Bare names become links only where no file name would: README.md and setup.py are no places to go.
markdown.linkify
  .set({ fuzzyLink: true, fuzzyIP: false, fuzzyEmail: true })
  .tlds(['com', 'org', 'net', 'edu', 'gov', 'info', 'de', 'fr', 'uk', 'eu', 'ch', 'at', 'nl', 'io', 'dev', 'app'])

/** Emphasis stands around words: 2*3*4, src/*.ts and ¯\_(ツ)_/¯ have none, unlike in CommonMark. */
markdown.inline.State = class extends markdown.inline.State {
  override scanDelims(start: number): ReturnType<StateInline['scanDelims']> {
    const marker = this.src[start]
    let end = start
    while (end < this.posMax && this.src[end] === marker) end += 1
    const length = end - start
    const [before, after] = [this.src.slice(Math.max(0, start - 2), start), this.src.slice(end, end + 2)]
    // A name such as __init__ and a pattern such as *.txt are more often written than bold and italic words of that kind.
    const isName = (marker === '_' && length > 1) || (marker === '*' && length === 1 && after.startsWith('.'))
    return {
      can_open: !isName && MAY_OPEN_AFTER.test(before) && /^[^\s/\\]/.test(after),
      can_close: !isName && /[^\s/\\]$/.test(before) && MAY_CLOSE_BEFORE.test(after),
      length,
    }
  }
}

// Scripts that put no spaces between words, and pictures, may touch the marks.
const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}\p{Extended_Pictographic}\u{FE0F}\u3000-\u303F\uFF00-\uFFEF`
const MAY_OPEN_AFTER = new RegExp(String.raw`(?:^|[\s\p{Ps}\p{Pi}\p{Pd}"'¿¡*_~${UNSPACED}])$`, 'u')
const MAY_CLOSE_BEFORE = new RegExp(String.raw`^(?:$|[\s\p{Pe}\p{Pf}\p{Pd}"'.,;:!?…*_~${UNSPACED}])`, 'u')

type Cursor = { at: number }

const inlinesOf = (tokens: readonly Token[], cursor: Cursor, until?: string): readonly Inline[] => {
  const inlines: Inline[] = []
  for (let token = tokens[cursor.at]; token !== undefined; token = tokens[cursor.at]) {
    cursor.at += 1
    if (token.type === until) break
    switch (token.type) {
      case 'code_inline':
        inlines.push({ kind: 'code', text: token.content })
        break
      case 'strong_open':
        inlines.push({ kind: 'strong', children: inlinesOf(tokens, cursor, 'strong_close') })
        break
      case 'em_open':
        inlines.push({ kind: 'emphasis', children: inlinesOf(tokens, cursor, 'em_close') })
        break
      case 's_open':
        inlines.push({ kind: 'strike', children: inlinesOf(tokens, cursor, 's_close') })
        break
      case 'link_open':
        inlines.push(linkOf(token, inlinesOf(tokens, cursor, 'link_close')))
        break
      default:
        if (token.content !== '') inlines.push({ kind: 'text', text: token.content })
        break
    }
  }
  return inlines
}

const linkOf = (token: Token, children: readonly Inline[]): Inline => {
  const words = plainOf(children)
  const place = linkPlace(String(token.attrGet('href') ?? ''), words)
  // What `validateLink` let through is looked at once more as a browser reads it.
  if (place === undefined) return { kind: 'text', text: words }
  const address = token.info === 'auto'
  const shown = address ? [{ kind: 'text', text: addressWords(words, place.href) } as const] : children
  return { kind: 'link', ...place, address, children: shown }
}

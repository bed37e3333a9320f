import MarkdownIt, { type Token } from 'markdown-it'
import { addressWords, linkPlace } from './link.ts'

/** What a text message is made of. There is no place for HTML in it, and `href` was checked. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
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

export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | { readonly kind: 'list'; readonly start?: number; readonly items: readonly (readonly Block[])[] }

/** Deeper nesting is shown as it was typed. */
const NESTING_MAX = 12

const LINK = /^(?:https?:\/\/|mailto:)/i

const markdown = new MarkdownIt('zero', {
  html: false,
  linkify: true,
  breaks: true,
  typographer: false,
  maxNesting: NESTING_MAX,
})
  .enable(['fence', 'blockquote', 'list'])
  .enable(['newline', 'escape', 'backticks', 'strikethrough', 'emphasis', 'link', 'autolink', 'linkify'])
  .enable(['balance_pairs', 'fragments_join'])
markdown.validateLink = (url) => LINK.test(url.trim())
// It would decode names in other letters and what turns the direction, and so show another address than the one dialled.
markdown.normalizeLinkText = (url) => url
// Bare names become links only where no file name would: README.md and setup.py are no places to go.
markdown.linkify
  .set({ fuzzyLink: true, fuzzyIP: false, fuzzyEmail: true })
  .tlds(['com', 'org', 'net', 'edu', 'gov', 'info', 'de', 'fr', 'uk', 'eu', 'ch', 'at', 'nl', 'io', 'dev', 'app'])

/** The blocks of a message: bold, italic, strike, code, lists, quotes and links; everything else is text. Never throws. */
export const parseMarkdown = (text: string): readonly Block[] => {
  const tokens = markdown.parse(text, {})
  return blocksOf(tokens, { at: 0 })
}

type Cursor = { at: number }

const blocksOf = (tokens: readonly Token[], cursor: Cursor, until?: string): readonly Block[] => {
  const blocks: Block[] = []
  for (let token = tokens[cursor.at]; token !== undefined; token = tokens[cursor.at]) {
    cursor.at += 1
    if (token.type === until) break
    switch (token.type) {
      case 'inline':
        blocks.push({ kind: 'paragraph', children: inlinesOf(token.children ?? [], { at: 0 }) })
        break
      case 'fence':
        blocks.push({ kind: 'code', text: token.content.replace(/\n$/, '') })
        break
      case 'blockquote_open':
        blocks.push({ kind: 'quote', children: blocksOf(tokens, cursor, 'blockquote_close') })
        break
      case 'bullet_list_open':
        blocks.push({ kind: 'list', items: itemsOf(tokens, cursor, 'bullet_list_close') })
        break
      case 'ordered_list_open':
        blocks.push({
          kind: 'list',
          start: Number(token.attrGet('start') ?? 1),
          items: itemsOf(tokens, cursor, 'ordered_list_close'),
        })
        break
      default:
        // Paragraphs open and close around their `inline`; nothing else is switched on.
        break
    }
  }
  return blocks
}

const itemsOf = (tokens: readonly Token[], cursor: Cursor, until: string): readonly (readonly Block[])[] => {
  const items: (readonly Block[])[] = []
  for (let token = tokens[cursor.at]; token !== undefined; token = tokens[cursor.at]) {
    cursor.at += 1
    if (token.type === until) break
    if (token.type === 'list_item_open') items.push(blocksOf(tokens, cursor, 'list_item_close'))
  }
  return items
}

const inlinesOf = (tokens: readonly Token[], cursor: Cursor, until?: string): readonly Inline[] => {
  const inlines: Inline[] = []
  for (let token = tokens[cursor.at]; token !== undefined; token = tokens[cursor.at]) {
    cursor.at += 1
    if (token.type === until) break
    switch (token.type) {
      case 'softbreak':
      case 'hardbreak':
        inlines.push({ kind: 'break' })
        break
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

/** The words alone, in one line: for a list, a quote, a screen reader. */
export const plainText = (text: string): string =>
  parseMarkdown(text)
    .map(plainOfBlock)
    .filter((each) => each !== '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()

const plainOfBlock = (block: Block): string => {
  switch (block.kind) {
    case 'paragraph':
      return plainOf(block.children)
    case 'code':
      return block.text
    case 'quote':
      return block.children.map(plainOfBlock).join(' ')
    case 'list':
      return block.items.map((item) => item.map(plainOfBlock).join(' ')).join(', ')
  }
}

const plainOf = (inlines: readonly Inline[]): string =>
  inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'break':
          return ' '
        case 'text':
        case 'code':
          return inline.text
        default:
          return plainOf(inline.children)
      }
    })
    .join('')

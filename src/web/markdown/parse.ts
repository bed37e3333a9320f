import { isVisible } from '../../core/timeline/visible.ts'
import { NESTING_MAX, parseInline, plainOf, type Inline } from './inline.ts'

/** What a text message is made of. */
export type Block =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Item[] }

/** `marker` is what was typed before it: a sign, or a number with what follows it. */
export type Item = { readonly marker: string; readonly children: readonly Block[] }

/**
 * The blocks of a message: what CommonMark has for chat, and without what would change ordinary text. A text of which
 * nothing would be seen is shown as it was typed. Never throws.
 */
export const parseMarkdown = (text: string): readonly Block[] => {
  const blocks = blocksOf(text.split('\n'), NESTING_MAX)
  return isVisible(wordsOf(blocks)) ? blocks : [{ kind: 'paragraph', children: [{ kind: 'text', text }] }]
}

/** The words alone, in one line: for a list, a quote, a screen reader. */
export const plainText = (text: string): string => wordsOf(parseMarkdown(text)).replace(/\s+/g, ' ').trim()

const wordsOf = (blocks: readonly Block[]): string => blocks.map(wordsOfBlock).join(' ')

const wordsOfBlock = (block: Block): string => {
  switch (block.kind) {
    case 'paragraph':
      return plainOf(block.children)
    case 'code':
      return block.text
    case 'quote':
      return wordsOf(block.children)
    case 'list':
      return block.items.map(({ children }) => wordsOf(children).trim()).join(', ')
  }
}

/** What begins at a line and ends before another. Without a block, those lines are text. */
type Stretch = { readonly block?: Block; readonly end: number }

const blocksOf = (lines: readonly string[], depth: number): readonly Block[] => {
  const blocks: Block[] = []
  let text: string[] = []
  const endText = (): void => {
    if (text.length > 0) blocks.push(paragraphOf(text))
    text = []
  }
  for (let at = 0; at < lines.length;) {
    const { block, end } = stretchAt(lines, at, depth)
    if (block === undefined) for (const line of lines.slice(at, end)) text.push(line)
    else {
      endText()
      blocks.push(block)
    }
    at = end
  }
  endText()
  return blocks
}

const stretchAt = (lines: readonly string[], at: number, depth: number): Stretch =>
  (depth > 0 && (codeAt(lines, at) ?? quoteAt(lines, at, depth) ?? listAt(lines, at, depth))) || { end: at + 1 }

/** Lines as they were typed. Marks are not looked for across a blank line: what opens there seldom closes here. */
const paragraphOf = (lines: readonly string[]): Block => {
  // The break at the end of an element is not drawn: the last blank line needs one more.
  const text = lines.join('\n') + (isBlank(lines.at(-1) ?? '') ? '\n' : '')
  const children = text
    .split(/(\n(?:[^\S\n]*\n)+)/)
    .flatMap((part, index) => (index % 2 === 0 ? parseInline(part) : [{ kind: 'text', text: part } as const]))
  return { kind: 'paragraph', children }
}

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)$/
const LANGUAGE = /^[\w+#.-]{0,20}$/

/** Code between fences, the second of which may be missing or stand behind the last line. */
const codeAt = (lines: readonly string[], at: number): Stretch | undefined => {
  const [, fence, said] = FENCE.exec(lines[at] ?? '') ?? []
  if (fence === undefined || said === undefined) return undefined
  const close = endOf(lines, at + 1, (line) => !line.trimEnd().endsWith(fence))
  const code = lines.slice(at + 1, close)
  const last = lines[close]?.trimEnd()
  if (last !== undefined && !FENCE.test(last)) code.push(last.slice(0, -fence.length))
  // Behind the fence stands a language, which is not shown, or else the first line.
  if (!LANGUAGE.test(said.trim())) code.unshift(said)
  const end = Math.min(close + 1, lines.length)
  const text = code.join('\n')
  return isVisible(text) ? { block: { kind: 'code', text }, end } : { end }
}

const QUOTE = /^ {0,3}>(?: |$)/

/** Lines that begin with “> ”. What follows without it is the answer, not the quote. */
const quoteAt = (lines: readonly string[], at: number, depth: number): Stretch | undefined => {
  if (!QUOTE.test(lines[at] ?? '')) return undefined
  const end = endOf(lines, at, (line) => QUOTE.test(line))
  const quoted = lines.slice(at, end).map((line) => line.replace(QUOTE, ''))
  if (!quoted.some(isVisible)) return { end }
  return { block: { kind: 'quote', children: blocksOf(quoted, depth - 1) }, end }
}

/** A sign or a number, then words; not a row of signs such as “* * *”. */
const ITEM = /^([^\S\n]{0,3})([-*+]|\d{1,9}[.)])([^\S\n]+)(?=\S)(?![-*+](?:\s|$))/

const listAt = (lines: readonly string[], at: number, depth: number): Stretch | undefined => {
  const first = ITEM.exec(lines[at] ?? '')?.[2]
  // A year or a sum at the start of a line is no list.
  if (first === undefined || !/^(?:[-*+]|1[.)])$/.test(first)) return undefined
  const items: Item[] = []
  let end = at
  for (let begin = at; ;) {
    const [head, indent, marker] = ITEM.exec(lines[begin] ?? '') ?? []
    if (head === undefined || indent === undefined || marker === undefined) break
    if (marker.at(-1) !== first.at(-1)) break
    end = endOfItem(lines, begin, indent.length + 2)
    const inside = lines
      .slice(begin, end)
      .map((line, index) => (index === 0 ? line.slice(head.length) : dedent(line, head)))
    items.push({ marker, children: blocksOf(inside, depth - 1) })
    begin = end
  }
  return { block: { kind: 'list', ordered: /\d/.test(first), items }, end }
}

/** What is indented belongs to the item, and so do blank lines before it or before the next item. */
const endOfItem = (lines: readonly string[], begin: number, indent: number): number => {
  for (let end = begin + 1; ;) {
    const filled = endOf(lines, end, isBlank)
    const next = lines[filled]
    if (next === undefined) return end
    if (indentOf(next) >= indent) end = filled + 1
    else return ITEM.test(next) && filled > end ? filled : end
  }
}

const endOf = (lines: readonly string[], from: number, belongs: (line: string) => boolean): number => {
  let end = from
  for (let line = lines[end]; line !== undefined && belongs(line); line = lines[end]) end += 1
  return end
}

const isBlank = (line: string): boolean => line.trim() === ''
const indentOf = (line: string): number => (/^\s*/.exec(line)?.[0] ?? '').replaceAll('\t', '    ').length
/** Without the space that stands under the marker. */
const dedent = (line: string, head: string): string =>
  line.startsWith('\t') ? line.slice(1) : line.slice(0, head.length).trimStart() + line.slice(head.length)

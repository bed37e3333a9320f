import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isVisible } from '../../src/core/timeline/visible.ts'
import { isEmojiOnly } from '../../src/web/markdown/emoji-only.ts'
import { beginningOf, SHOWN_CHARACTERS_MAX } from '../../src/web/markdown/long-text.ts'
import type { Inline } from '../../src/web/markdown/inline.ts'
import { parseMarkdown, plainText, type Block } from '../../src/web/markdown/parse.ts'

/** Pieces out of which dangerous texts are made, mixed with anything at all. */
const piece = fc.oneof(
  fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '!',
    '`',
    '```',
    '*',
    '**',
    '_',
    '~~',
    '> ',
    '- ',
    '1. ',
    '\n',
    '\n\n',
    '\\',
    '"',
    "'",
    '&#x6A;',
    '&colon;',
    '\t',
    '\0',
    'javascript:',
    'JaVaScRiPt:alert(1)',
    'java\nscript:',
    'data:text/html,',
    'vbscript:',
    'file:///',
    'blob:',
    'https://example.org',
    'http:',
    '//',
    'mailto:a@example.org',
    '<script>',
    '<img src=x onerror=alert(1)>',
    '[a](',
    '[a]: javascript:b',
    '](javascript:alert(1))',
    '<javascript:alert(1)>',
    'www.example.com',
    '%6A',
    '\u202E',
  ),
  fc.string({ maxLength: 6, unit: 'grapheme' }),
)
const texts = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))

const linksOf = (nodes: readonly (Block | Inline)[]): readonly (Inline & { kind: 'link' })[] =>
  nodes.flatMap((node) => {
    const inside: readonly (Block | Inline)[] =
      'children' in node ? node.children : node.kind === 'list' ? node.items.flatMap((item) => item.children) : []
    return [...(node.kind === 'link' ? [node] : []), ...linksOf(inside)]
  })

test('[UI2] whatever is written, every link leads to http, https or mail', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const link of linksOf(parseMarkdown(text))) assert.match(link.href, /^(https?:\/\/|mailto:)/)
    }),
    { numRuns: 10_000 },
  )
})

test('[UI2] HTML and links that would run stay as they were typed', () => {
  for (const text of [
    '<b>bold</b>',
    '<script>alert(1)</script>',
    '[a](javascript:alert(1))',
    '<javascript:alert(1)>',
    '[a](data:text/html,b)',
    '&lt;b&gt;',
  ])
    assert.deepEqual(parseMarkdown(text), [{ kind: 'paragraph', children: [{ kind: 'text', text }] }])
})

/** A text as the elements that it becomes, in short. */
const drawn = (text: string): string => parseMarkdown(text).map(shortOf).join(' ')
const shortOf = (node: Block | Inline): string => {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'code':
      return `code(${node.text})`
    case 'list':
      return `list(${node.items.map(({ marker, children }) => `${marker} ${children.map(shortOf).join(' ')}`).join('; ')})`
    case 'paragraph':
      return node.children.map(shortOf).join('')
    default:
      return `${node.kind}(${node.children.map(shortOf).join(' ')})`
  }
}

test('[UI110] bold, italic and struck words, code, lists and quotes are drawn', () => {
  assert.equal(drawn('**a** *b* _c_ ~~d~~ `e`\nf'), 'strong(a) emphasis(b) emphasis(c) strike(d) code(e)\nf')
  assert.equal(
    drawn('(*a*), "**b**"! 这是**重要**的 🎉**c**🎉'),
    '(emphasis(a)), "strong(b)"! 这是strong(重要)的 🎉strong(c)🎉',
  )
  assert.equal(drawn('> a\n> > b\nc'), 'quote(a quote(b)) c')
  assert.equal(drawn('- a\n  - b\n    c\n- d\ne'), 'list(- a list(- b\nc); - d) e')
  assert.equal(drawn('1. a\n2. b'), 'list(1. a; 2. b)')
  assert.equal(drawn('```js\na\n\n  b\n```\nc'), 'code(a\n\n  b) c')
  assert.equal(drawn('```a b\nc```'), 'code(a b\nc)')
})

test('[UI110] numbers and signs of lists stay as they were typed, blank lines between items too', () => {
  assert.equal(drawn('1) a\n\n7) b'), 'list(1) a\n\n; 7) b)')
  assert.equal(drawn('+ good\n- bad'), 'list(+ good) list(- bad)')
})

test('[UI110] ordinary text stays as it was typed', () => {
  for (const text of [
    '¯\\_(ツ)_/¯',
    '\\\\server\\share',
    'C:\\_tmp\\*.txt',
    '2*3*4 and 2 * 3 * 4',
    'snake_case_name __init__.py *args, **kwargs',
    '*.ts,*.tsx src/*/*.ts **/*.ts',
    '  leading\n    spaces\n\n\n\nand blank lines',
    '100) x',
    '1986. What a year',
    '* * *',
    '>:( >_<',
    '&amp; <b> #1',
  ])
    assert.equal(drawn(text), text)
})

test('[UI111] a text of which markdown would leave nothing to see is shown as it was typed', () => {
  for (const text of ['-', '+', '*', '1.', '>', '> >', '```', '```js', '```\n\n```', '` `', '**']) {
    assert.equal(drawn(text).replace(/^quote\((.*)\)$/, '> $1'), text)
    assert.notEqual(plainText(text), '')
  }
  fc.assert(
    fc.property(texts, (text) => assert.ok(isVisible(plainText(text)) || !isVisible(text))),
    { numRuns: 5_000 },
  )
})

test('[UI3] a link that hides where it leads names the host; one that shows it does not', () => {
  const hostOf = (text: string): string | undefined => linksOf(parseMarkdown(text))[0]?.host
  assert.equal(hostOf('[https://bank.example](https://evil.example/x)'), 'evil.example')
  assert.equal(hostOf('[click](https://evil.example/x)'), 'evil.example')
  assert.equal(hostOf('[look](https://аpple.com)'), 'xn--pple-43d.com')
  assert.equal(hostOf('[https://example.org/a](https://example.org/a)'), undefined)
  assert.equal(hostOf('https://example.org/a'), undefined)
})

test('[UI3] an address is shown as it was typed or as it is dialled, and never in letters that look like others', () => {
  const shown = (text: string): string => {
    const [link] = linksOf(parseMarkdown(text))
    const words = link?.children.map((each) => ('text' in each ? each.text : each.kind)).join('')
    return link?.host === undefined ? `${words}` : `${words} (${link.host})`
  }
  const same = [
    'https://xn--80ak6aa92e.com/login',
    'https://example.com/%E2%80%AEgnp.exe',
    'https://de.wikipedia.org/wiki/Ärger',
    'HTTPS://Example.com:443/a?b#c',
    'www.example.com/a%20b',
    'mailto:Ann@example.org',
    'ann@example.org',
  ]
  assert.deepEqual(same.map(shown), same)
  assert.equal(shown('https://аррӏе.com/login'), 'https://аррӏе.com/login (xn--80ak6aa92e.com)')
  assert.equal(shown('[https://аррӏе.com](https://аррӏе.com)'), 'https://аррӏе.com (xn--80ak6aa92e.com)')
  assert.equal(shown('https://example.com/\u202Egnp.exe'), 'https://example.com/%E2%80%AEgnp.exe')
  assert.equal(shown('https://example.com/a\u200Bb'), 'https://example.com/a%E2%80%8Bb')
  assert.equal(
    shown('[https://bank.example@evil.example](https://bank.example@evil.example)'),
    'https://bank.example@evil.example (evil.example)',
  )
  assert.equal(shown('[ann@bank.example](mailto:eve@evil.example)'), 'ann@bank.example (eve@evil.example)')
  assert.equal(shown('[https://bank.example.evil.example](https://bank.example)').at(-1), ')')
})

test('[UI2] bare addresses are links, file names are not', () => {
  const hrefsOf = (text: string) => linksOf(parseMarkdown(text)).map(({ href }) => href)
  assert.deepEqual(hrefsOf('see example.com and a@example.org'), ['http://example.com/', 'mailto:a@example.org'])
  assert.deepEqual(hrefsOf('README.md setup.py main.rs'), [])
})

test('[UI2] the words of a text survive as one line', () => {
  assert.equal(plainText('**Bus** at 7:40\n\n- bring `water`\n- *no* tent'), 'Bus at 7:40 bring water, no tent')
})

test('[UI4] one to three emoji are large, everything else is a text', () => {
  assert.deepEqual(['👍', '❤️ 👨‍👩‍👧 🇩🇪', ' 👋🏽 '].map(isEmojiOnly), [true, true, true])
  assert.deepEqual(['', '1', '#', 'a👍', '👍👍👍👍', '👍.'].map(isEmojiOnly), [
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})

test('[UI5] a long text is cut at its bound and never inside a character', () => {
  assert.equal(beginningOf('short'), undefined)
  assert.equal(beginningOf('a\n'.repeat(100))?.split('\n').length, 30)
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: SHOWN_CHARACTERS_MAX, maxLength: SHOWN_CHARACTERS_MAX * 2 }),
      (text) => {
        const beginning = beginningOf(text)
        if (beginning === undefined) return assert.ok(text.length <= SHOWN_CHARACTERS_MAX)
        assert.ok(beginning.length <= SHOWN_CHARACTERS_MAX && text.startsWith(beginning))
        assert.equal(beginning.isWellFormed(), text.isWellFormed())
      },
    ),
  )
})

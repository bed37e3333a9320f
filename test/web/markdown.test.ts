import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isEmojiOnly } from '../../src/web/markdown/emoji-only.ts'
import { beginningOf, SHOWN_CHARACTERS_MAX } from '../../src/web/markdown/long-text.ts'
import { parseMarkdown, plainText, type Block, type Inline } from '../../src/web/markdown/parse.ts'

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
      'children' in node ? node.children : node.kind === 'list' ? node.items.flat() : []
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

test('[UI2] basic markdown becomes its elements', () => {
  const paragraph = (...children: readonly Inline[]): Block => ({ kind: 'paragraph', children })
  const text = (words: string): Inline => ({ kind: 'text', text: words })
  assert.deepEqual(parseMarkdown('**a** *b* ~~c~~ `d`\ne'), [
    paragraph(
      { kind: 'strong', children: [text('a')] },
      text(' '),
      { kind: 'emphasis', children: [text('b')] },
      text(' '),
      { kind: 'strike', children: [text('c')] },
      text(' '),
      { kind: 'code', text: 'd' },
      { kind: 'break' },
      text('e'),
    ),
  ])
  assert.deepEqual(parseMarkdown('> q\n\n3. x\n4. y\n\n```\ncode\n```'), [
    { kind: 'quote', children: [paragraph(text('q'))] },
    { kind: 'list', start: 3, items: [[paragraph(text('x'))], [paragraph(text('y'))]] },
    { kind: 'code', text: 'code' },
  ])
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

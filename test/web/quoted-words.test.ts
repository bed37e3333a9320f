import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QUOTE_CHARACTERS_MAX, snippetOf } from '../../src/view/quote.ts'
import { plainText } from '../../src/web/markdown/parse.ts'

test('[UI112] a quote and the list show words of every message that is here', () => {
  assert.deepEqual(
    ['+', '```', '```\ncode', `\`\`\`\n${'x '.repeat(300)}`].map((text) => plainText(snippetOf(text)).slice(0, 5)),
    ['+', '```', 'code', 'x x x'],
  )
  assert.equal(plainText(snippetOf('```js\n\n  a  b\n```')), 'a b')
})

test('[UI5] a snippet is not cut inside a character', () => {
  assert.ok(snippetOf(`${'a'.repeat(QUOTE_CHARACTERS_MAX - 1)}🎉🎉`).endsWith('a…'))
})

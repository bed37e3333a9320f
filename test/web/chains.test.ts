import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accept } from '../../src/core/bytes/result.ts'
import type { LineUpdate } from '../../src/view/update.ts'
import type { LineView } from '../../src/view/view.ts'
import { loadAround, loadMore, loadNewest, refreshChains } from '../../src/web/peer/chains.ts'
import { createKith, type Kith } from '../../src/web/peer/store.ts'

const HERE = 'here'

type Page = { readonly lines: readonly LineView[]; readonly more: boolean }

const line = (number: number, text = `at ${number}`): LineView => ({
  id: `line ${number}`,
  order: { time: number, author: 'bob', seq: number },
  at: number,
  person: 'bob',
  mine: false,
  kind: 'message',
  text,
  edited: false,
  reactions: [],
})

/** A window that asks for lines, and is told of others before each answer comes. */
const ask = async (
  before: readonly LineView[],
  told: readonly LineUpdate[],
  pages: readonly Page[],
  load: (kith: Kith) => Promise<void>,
): Promise<readonly string[]> => {
  const kith = createKith()
  const chain = { lines: before, older: true, newer: false }
  kith.setState({ chains: new Map([[HERE, { chain, read: 'all' as const }]]) })
  const answers = [...pages]
  kith.calls = {
    ...kith.calls,
    history: () => {
      if (answers.length === pages.length) for (const update of told) for (const hear of kith.lineHearers) hear(update)
      return Promise.resolve(accept(answers.shift() ?? { lines: [], more: false }))
    },
  }
  await load(kith)
  assert.equal(kith.lineHearers.size, 0)
  const { lines = [] } = kith.getState().chains.get(HERE)?.chain ?? {}
  return lines.map((each) => (each.kind === 'message' ? each.text : each.kind))
}

const page = (more: boolean, ...lines: readonly LineView[]): Page => ({ lines, more })
const said = (view: LineView, conversation = HERE): LineUpdate => ({ kind: 'line', conversation, line: view })
const gone: LineUpdate = { kind: 'line-gone', conversation: HERE, line: 'line 1' }

test('[UI6] what is told while a page is on its way is not lost to a page that is older', async () => {
  const news = [said(line(2, 'changed')), said(line(3)), said(line(4), 'elsewhere'), gone]
  const old = page(false, line(1), line(2))
  assert.deepEqual(await ask([], news, [old], (kith) => loadNewest(kith, HERE)), ['changed', 'at 3'])
  assert.deepEqual(await ask([line(1), line(2)], news, [old], refreshChains), ['changed', 'at 3'])
  assert.deepEqual(await ask([line(3)], news, [old], (kith) => loadMore(kith, HERE, 'older')), ['changed', 'at 3'])
  const around = [page(false, line(1)), page(false, line(2))]
  assert.deepEqual(await ask([], news, around, (kith) => loadAround(kith, HERE, line(2).order)), ['changed', 'at 3'])
})

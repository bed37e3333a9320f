import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { DumpPage, DumpPlace, Put, Store } from '../../src/store/port.ts'
import { alice, attic, bob, eventOf, hall, idOf, lineOf, utf8 } from '../store/examples.ts'

/** What every store promises. `open` gives an empty one and takes it away when `use` is done. */
export const storeContract = (name: string, open: (use: (store: Store) => Promise<void>) => Promise<void>): void => {
  const story = (title: string, tell: (store: Store) => Promise<void>) => test(title, () => open(tell))

  describe(`the contract of a store: ${name}`, () => {
    describe('commits', () => tellOfCommits(story))
    describe('records', () => tellOfRecords(story))
    describe('secrets', () => tellOfSecrets(story))
    describe('events', () => tellOfEvents(story))
    describe('lines', () => tellOfLines(story))
    describe('search', () => tellOfSearch(story))
    describe('dumps', () => tellOfDumps(story))
  })
}

type Story = (title: string, tell: (store: Store) => Promise<void>) => Promise<void>

const tellOfCommits = (story: Story): void => {
  void story('[ST1] what was committed is read back', async (store) => {
    assert.deepEqual(await store.commit([put('self', 'name', 'Alice')]), { ok: true, value: null })
    assert.equal(await valueOf(store, 'self', 'name'), 'Alice')
  })

  void story('[ST4] commits of one moment keep their order', async (store) => {
    const outcomes = await Promise.all(['one', 'two', 'three'].map((each) => store.commit([put('draft', 'a', each)])))
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, true, true],
    )
    assert.equal(await valueOf(store, 'draft', 'a'), 'three')
  })

  void story('[ST4] more commits of one moment than one transaction takes all arrive', async (store) => {
    const outcomes = await Promise.all(
      Array.from({ length: 2_500 }, (_, index) => store.commit([put('held', `${10_000 + index}`, `${index}`)])),
    )
    assert.equal(outcomes.filter(({ ok }) => ok).length, 2_500)
    assert.equal((await store.records('held')).length, 2_500)
  })

  void story('[ST5] bytes that change after the call, or after a read, do not change what is kept', async (store) => {
    const value = utf8('key')
    const committed = store.commit([{ put: 'record', space: 'secret', key: 'a', value }])
    value.fill(0)
    await committed
    const read = await store.record('secret', 'a')
    read?.fill(0)
    assert.equal(await valueOf(store, 'secret', 'a'), 'key')
  })

  void story('[ST6] a store that is closed refuses, and closing waits for what was committed before', async (store) => {
    const before = store.commit([put('self', 'a', '1')])
    await store.close()
    await store.close()
    assert.equal((await before).ok, true)
    const after = await store.commit([put('self', 'b', '2')])
    assert.deepEqual(after, { ok: false, refusal: { kind: 'failed', detail: 'the store is closed' } })
  })
}

const tellOfRecords = (story: Story): void => {
  void story('[ST10] the same key in two spaces is two records', async (store) => {
    await store.commit([put('self', 'a', 'mine'), put('draft', 'a', 'unsaid')])
    assert.deepEqual([await valueOf(store, 'self', 'a'), await valueOf(store, 'draft', 'a')], ['mine', 'unsaid'])
    assert.equal(await store.record('setting', 'a'), undefined)
  })

  void story('[ST10] a record is replaced by putting and gone by dropping', async (store) => {
    await store.commit([put('setting', 'a', 'old'), put('setting', 'b', 'kept')])
    await store.commit([put('setting', 'a', 'new')])
    assert.equal(await valueOf(store, 'setting', 'a'), 'new')
    await store.commit([
      { drop: 'record', space: 'setting', key: 'a' },
      { drop: 'record', space: 'setting', key: 'z' },
    ])
    assert.deepEqual(await keysOf(store), ['b'])
  })

  void story('[ST11] records come by key, all or those of a prefix', async (store) => {
    const keys = ['b', 'a/2', 'a/10', 'a', 'a0', '\u{1f600}', '\uffee']
    await store.commit(keys.map((key) => put('setting', key, key)))
    assert.deepEqual(await keysOf(store), ['a', 'a/10', 'a/2', 'a0', 'b', '\uffee', '\u{1f600}'])
    assert.deepEqual(await keysOf(store, 'a/'), ['a/10', 'a/2'])
    assert.deepEqual(await keysOf(store, 'c'), [])
  })

  void story('[ST10] an empty value is a value', async (store) => {
    for (const space of ['setting', 'secret'] as const) {
      await store.commit([put(space, 'a', '')])
      assert.deepEqual(await store.record(space, 'a'), new Uint8Array(0))
    }
  })
}

const tellOfSecrets = (story: Story): void => {
  void story('[ST12] secrets of any length are records like others', async (store) => {
    const value = (length: number) => new Uint8Array(length).map((_, index) => index % 251)
    const stored = async () =>
      (await store.records('secret', 'k')).map(({ key, value: { length } }) => `${key} ${length}`)
    for (const length of [0, 1, 255, 256, 257, 5_000, 300, 10]) {
      await store.commit([
        { put: 'record', space: 'secret', key: 'k1', value: value(length) },
        put('secret', 'k2', 'x'),
      ])
      assert.deepEqual(await store.record('secret', 'k1'), value(length))
      assert.deepEqual(await stored(), [`k1 ${length}`, 'k2 1'])
    }
    await store.commit([put('secret', 'j', ''), put('secret', 'l', ''), { drop: 'record', space: 'secret', key: 'k1' }])
    assert.equal(await store.record('secret', 'k1'), undefined)
    assert.deepEqual(await stored(), ['k2 1'])
  })
}

const tellOfEvents = (story: Story): void => {
  void story('[ST20] an event is read back whole', async (store) => {
    const event = eventOf(1, { content: utf8('hello'), target: idOf('another') })
    const bare = eventOf(2)
    await store.commit([
      { put: 'event', event },
      { put: 'event', event: bare },
    ])
    assert.deepEqual(await store.event(event.id), event)
    assert.deepEqual(await store.event(bare.id), bare)
    assert.equal(await store.event(idOf('nothing')), undefined)
  })

  void story('[ST21] an event that is put again stays as it was', async (store) => {
    const event = eventOf(1, { content: utf8('hello') })
    await store.commit([{ put: 'event', event }])
    await store.commit([{ put: 'event', event: { ...event, content: utf8('changed'), target: idOf('x') } }])
    assert.deepEqual(await store.event(event.id), event)
    assert.deepEqual(await store.amendments({ target: idOf('x'), limit: 10 }), [])
  })

  void story(
    '[ST21] an event that is put again takes the content and target that it did not have yet',
    async (store) => {
      const sealed = eventOf(1)
      await store.commit([{ put: 'event', event: sealed }])
      const opened = { ...sealed, content: utf8('hello'), target: idOf('x') }
      await store.commit([{ put: 'event', event: opened }])
      assert.deepEqual(await store.event(sealed.id), opened)
      assert.deepEqual(await store.amendments({ target: idOf('x'), limit: 10 }), [opened])
      const { conversation, author } = opened
      assert.deepEqual(await store.events({ conversation, author, from: 1, limit: 1, bytes: 1_000 }), [opened])
    },
  )

  void story('[ST22] both events of a fork are kept and come one after the other', async (store) => {
    const [left, right] = [eventOf(2, { id: idOf('left') }), eventOf(2, { id: idOf('right') })]
    const events = [eventOf(3), right, eventOf(1), left]
    await store.commit(events.map((event) => ({ put: 'event', event })))
    const found = await store.events({ conversation: hall, author: alice, from: 1, limit: 10, bytes: 1_000 })
    const fork = [left.id, right.id].sort()
    assert.deepEqual(
      found.map(({ id }) => id),
      [idOf('event 1'), ...fork, idOf('event 3')],
    )
  })

  void story('[ST23] a batch of events starts where asked and ends at its limits', async (store) => {
    const others = [eventOf(3, { id: idOf('b3'), author: bob }), eventOf(3, { id: idOf('o3'), conversation: attic })]
    const mine = [1, 2, 3, 4, 5].map((seq) => eventOf(seq, { bytes: new Uint8Array(100) }))
    await store.commit([...mine, ...others].map((event) => ({ put: 'event', event })))
    const seqs = async (from: number, limit: number, bytes: number) =>
      (await store.events({ conversation: hall, author: alice, from, limit, bytes })).map(({ seq }) => seq)
    assert.deepEqual(await seqs(2, 10, 10_000), [2, 3, 4, 5])
    assert.deepEqual(await seqs(2, 2, 10_000), [2, 3])
    assert.deepEqual(await seqs(1, 10, 250), [1, 2, 3], 'the last one exceeds')
    assert.deepEqual(await seqs(1, 10, 0), [1], 'there is always one')
    assert.deepEqual(await seqs(6, 10, 10_000), [])
  })

  void story(
    '[ST24] amendments of an event come by id, at most so many, those after an id if one is given',
    async (store) => {
      const events = [1, 2, 3, 4].map((seq) => eventOf(seq, seq < 4 ? { target: idOf('said') } : {}))
      await store.commit(events.map((event) => ({ put: 'event', event })))
      const ids = events.slice(0, 3).map(({ id }) => id)
      assert.deepEqual(
        (await store.amendments({ target: idOf('said'), limit: 10 })).map(({ id }) => id),
        ids.toSorted(),
      )
      assert.deepEqual(
        (await store.amendments({ target: idOf('said'), limit: 2 })).map(({ id }) => id),
        ids.toSorted().slice(0, 2),
      )
      const [first, second] = ids.toSorted()
      assert.deepEqual(
        (await store.amendments({ target: idOf('said'), ...(first && { after: first }), limit: 1 })).map(
          ({ id }) => id,
        ),
        [second],
      )
      assert.deepEqual(await store.amendments({ target: idOf('event 4'), limit: 10 }), [])
    },
  )
}

const tellOfLines = (story: Story): void => {
  const times = async (store: Store, input: Omit<Parameters<Store['lines']>[0], 'conversation'>) =>
    (await store.lines({ conversation: hall, ...input })).map(({ time }) => time)

  void story('[ST30] a line is read back whole', async (store) => {
    const worded = lineOf(1, 'Hello you')
    const made = lineOf(2, undefined, { id: 'gap/2', counts: false })
    await putLines(store, worded, made)
    assert.deepEqual(await store.line(hall, worded.id), worded)
    assert.deepEqual(await store.line(hall, 'gap/2'), made)
    assert.equal(await store.line(attic, worded.id), undefined)
  })

  void story(
    '[ST35] the texts of a conversation go together: its lines, what its events say, and the words',
    async (store) => {
      const told = eventOf(1, { id: idOf('told'), conversation: hall, content: utf8('tea') })
      const edit = eventOf(2, { id: idOf('edit'), conversation: hall, content: utf8('coffee'), target: told.id })
      const other = eventOf(1, { id: idOf('other'), conversation: attic, content: utf8('tea'), target: told.id })
      await store.commit([told, edit, other].map((event) => ({ put: 'event', event })))
      await putLines(
        store,
        lineOf(1, 'tea'),
        lineOf(2, undefined, { id: 'gap/2' }),
        lineOf(3, 'tea', { conversation: attic }),
      )
      await store.commit([{ drop: 'texts', conversation: hall }])
      assert.deepEqual(await times(store, { limit: 9 }), [])
      assert.equal(await store.unread(hall, undefined, 9), 0)
      assert.deepEqual(
        (await store.search({ text: 'tea', limit: 9 })).map(({ time }) => time),
        [3],
      )
      const { content: _, ...bare } = told
      assert.deepEqual(await store.event(told.id), bare)
      assert.deepEqual(
        (await store.amendments({ target: told.id, limit: 9 })).map(({ id }) => id),
        [other.id],
      )
      const rest = { conversation: hall, author: told.author, from: 1, limit: 9, bytes: 9_999 }
      assert.deepEqual(
        (await store.events(rest)).map(({ id, content }) => [id, content]),
        [
          [told.id, undefined],
          [edit.id, undefined],
        ],
      )
      // What is put after it, in the same commit too, stays.
      await store.commit([
        { drop: 'texts', conversation: hall },
        { put: 'line', line: lineOf(5, 'tea again') },
        { put: 'event', event: told },
      ])
      assert.deepEqual(await times(store, { limit: 9 }), [5])
      assert.deepEqual(await store.event(told.id), told)
      assert.deepEqual(
        (await store.search({ text: 'tea', limit: 9 })).map(({ time }) => time),
        [5, 3],
      )
    },
  )

  void story('[ST31] lines come oldest first: the newest, those before and those after a place', async (store) => {
    await putLines(store, ...[5, 1, 4, 2, 3].map((time) => lineOf(time)), lineOf(9, '', { conversation: attic }))
    assert.deepEqual(await times(store, { limit: 3 }), [3, 4, 5])
    assert.deepEqual(await times(store, { limit: 2, before: lineOf(4) }), [2, 3])
    assert.deepEqual(await times(store, { limit: 2, after: lineOf(2) }), [3, 4])
    assert.deepEqual(await times(store, { limit: 9, after: lineOf(1), before: lineOf(4) }), [2, 3])
    assert.deepEqual(await times(store, { limit: 9, before: lineOf(1) }), [])
    assert.deepEqual(await times(store, { limit: 9, after: lineOf(5) }), [])
  })

  void story(
    '[ST32] lines of one time are ordered by author, then sequence, then id, made ids first',
    async (store) => {
      const [first, second] = [alice, bob].sort() as [string, string]
      const lines = [
        lineOf(1, 'f', { id: 'gap', author: second, seq: 1 }),
        lineOf(1, 'e', { id: idOf('e'), author: first, seq: 10 }),
        lineOf(1, 'd', { id: 'ffff'.repeat(16), author: first, seq: 2 }),
        lineOf(1, 'c', { id: '0000'.repeat(16), author: first, seq: 2 }),
        lineOf(1, 'b', { id: 'fork/2', author: first, seq: 2 }),
        lineOf(1, 'a', { id: 'fork/1', author: first, seq: 2 }),
      ]
      await putLines(store, ...lines)
      const found = await store.lines({ conversation: hall, limit: 10 })
      assert.equal(found.map(({ text }) => text).join(''), 'abcdef')
      assert.deepEqual(await store.lines({ conversation: hall, limit: 3 }), found.slice(-3))
    },
  )

  void story('[ST33] a line that is put again replaces and moves; a dropped one is gone', async (store) => {
    await putLines(store, lineOf(1), lineOf(2), lineOf(3), lineOf(4))
    await putLines(store, { ...lineOf(2), time: 9 })
    await store.commit([{ drop: 'line', conversation: hall, id: lineOf(3).id }])
    await store.commit([{ drop: 'line', conversation: attic, id: lineOf(1).id }])
    assert.deepEqual(await times(store, { limit: 9 }), [1, 4, 9])
  })

  void story('[ST34] lines that count are counted after a place, up to a limit', async (store) => {
    await putLines(store, ...[1, 2, 3, 4, 5].map((time) => lineOf(time, '', { counts: time !== 3 })))
    assert.equal(await store.unread(hall, undefined, 10), 4)
    assert.equal(await store.unread(hall, lineOf(1), 10), 3)
    assert.equal(await store.unread(hall, lineOf(1), 2), 2)
    assert.equal(await store.unread(hall, lineOf(5), 10), 0)
    assert.equal(await store.unread(attic, undefined, 10), 0)
  })
}

const tellOfSearch = (story: Story): void => {
  const found = async (store: Store, text: string, conversation?: string, limit = 10) =>
    (await store.search({ text, limit, ...(conversation !== undefined && { conversation }) })).map(({ time }) => time)

  void story('[ST40] search finds every word, the last by its beginning, whatever case and accents', async (store) => {
    await putLines(store, lineOf(1, 'Übergrößen im Café'), lineOf(2, 'a cafe over there'), lineOf(3, 'ΟΔΟΣ'))
    assert.deepEqual(await found(store, 'CAFÉ'), [2, 1])
    assert.deepEqual(await found(store, 'im caf'), [1])
    assert.deepEqual(await found(store, 'ca im'), [], 'only the last may be a beginning')
    assert.deepEqual(await found(store, 'uber'), [1])
    assert.deepEqual(await found(store, 'οδο'), [3])
  })

  void story(
    '[ST41] search goes from the line stored last to the first; replacing a line does not move it',
    async (store) => {
      await putLines(store, lineOf(5, 'tea'), lineOf(1, 'tea'), lineOf(3, 'tea'))
      await putLines(store, lineOf(5, 'more tea'))
      assert.deepEqual(await found(store, 'tea'), [3, 1, 5])
      assert.deepEqual(await found(store, 'tea', undefined, 2), [3, 1])
    },
  )

  void story('[ST42] search in one conversation finds nothing of another', async (store) => {
    await putLines(store, lineOf(1, 'tea'), lineOf(2, 'tea', { conversation: attic }), lineOf(3, 'coffee'))
    assert.deepEqual(await found(store, 'tea', hall), [1])
    assert.deepEqual(await found(store, 'tea', attic), [2])
    assert.deepEqual(await found(store, 'tea', idOf('cellar')), [])
  })

  void story('[ST43] search knows of changed and dropped lines', async (store) => {
    await putLines(store, lineOf(1, 'tea'), lineOf(2, 'tea'), lineOf(3, 'tea'), lineOf(4))
    await putLines(store, lineOf(1, 'coffee'), lineOf(2), lineOf(4, 'late tea'))
    await store.commit([{ drop: 'line', conversation: hall, id: lineOf(3).id }])
    assert.deepEqual(await found(store, 'tea'), [4])
    assert.deepEqual(await found(store, 'coffee'), [1])
  })

  void story('[ST44] whatever is typed is no syntax', async (store) => {
    await putLines(store, lineOf(1, 'salt AND pepper'), lineOf(2, 'this NOT that'))
    for (const text of [
      '',
      ' ',
      '"',
      '*',
      '()',
      'a"b*',
      ':',
      '^',
      '-',
      '\0',
      "'; DROP TABLE line; --",
      '·1',
      '\u{1f600}',
    ])
      assert.deepEqual(await found(store, text), [])
    assert.deepEqual(await found(store, '"salt" AND'), [1])
    assert.deepEqual(await found(store, 'NOT'), [2])
    assert.deepEqual(await found(store, 'NEAR(salt pepper)'), [])
    assert.deepEqual(await found(store, 'words: salt'), [])
  })

  void story('[ST45] in writing without spaces each character is a word', async (store) => {
    await putLines(store, lineOf(1, '今天天气很好'), lineOf(2, '안녕하세요'), lineOf(3, 'नमस्ते दुनिया'))
    assert.deepEqual(await found(store, '天气'), [1])
    assert.deepEqual(await found(store, '안녕'), [2])
    assert.deepEqual(await found(store, 'दुनि'), [3])
  })
}

const put = (space: 'self' | 'setting' | 'draft' | 'held' | 'secret', key: string, value: string): Put => ({
  put: 'record',
  space,
  key,
  value: utf8(value),
})

const putLines = async (store: Store, ...lines: readonly ReturnType<typeof lineOf>[]): Promise<void> => {
  assert.equal((await store.commit(lines.map((line) => ({ put: 'line', line })))).ok, true)
}

const valueOf = async (store: Store, ...place: Parameters<Store['record']>): Promise<string | undefined> => {
  const value = await store.record(...place)
  return value && new TextDecoder().decode(value)
}

const keysOf = async (store: Store, prefix?: string): Promise<readonly string[]> =>
  (await store.records('setting', prefix)).map(({ key }) => key)

const tellOfDumps = (story: Story): void => {
  const dumpOf = async (store: Store, bytes: number): Promise<{ readonly entries: readonly Put[]; pages: number }> => {
    const entries: Put[] = []
    let from: DumpPlace | undefined
    for (let pages = 1; ; pages++) {
      const page: DumpPage = await store.dump({ bytes, ...(from && { from }) })
      entries.push(...page.entries)
      if (page.next === undefined) return { entries, pages }
      from = page.next
    }
  }

  const everything: readonly Put[] = [
    put('setting', 'b', 'two'),
    put('setting', 'a', 'one'),
    put('self', 'z', ''),
    put('secret', 'k2', 'x'.repeat(600)),
    put('secret', 'k1', ''),
    { put: 'event', event: eventOf(2, { content: utf8('hello'), target: idOf('another') }) },
    { put: 'event', event: eventOf(1) },
    { put: 'event', event: eventOf(1, { id: idOf('elsewhere'), conversation: attic, author: bob }) },
    { put: 'line', line: lineOf(5, 'tea') },
    { put: 'line', line: lineOf(1, 'more tea', { conversation: attic }) },
    { put: 'line', line: lineOf(3, undefined, { id: 'gap/3', counts: false }) },
  ]
  const inOrder = [2, 1, 0, 4, 3, 5, 6, 7, 8, 9, 10].map((index) => everything[index])

  void story('[ST70] a dump is everything that is kept: records, secrets, events and lines in order', async (store) => {
    assert.deepEqual(await store.dump({ bytes: 1e6 }), { entries: [] })
    await store.commit(everything)
    assert.deepEqual((await dumpOf(store, 1e6)).entries, inOrder)
  })

  void story('[ST71] pages end with the entry that exceeds them, and together are the whole', async (store) => {
    await store.commit(everything)
    for (const bytes of [0, 300, 700, 1_500]) assert.deepEqual((await dumpOf(store, bytes)).entries, inOrder)
    assert.equal((await dumpOf(store, 0)).pages, everything.length, 'there is always one')
    assert.equal((await dumpOf(store, 1e6)).pages, 1)
  })

  void story('[ST70] put into an empty store, a dump gives one that answers in the same way', async (store) => {
    await store.commit(everything)
    await store.commit([put('secret', 'k1', 'later'), { put: 'line', line: lineOf(5, 'tea again') }])
    await store.commit([{ drop: 'line', conversation: attic, id: lineOf(1).id }])
    const copy = openMemoryStore()
    for (const entry of (await dumpOf(store, 500)).entries) await copy.commit([entry])
    assert.deepEqual((await dumpOf(copy, 1e6)).entries, (await dumpOf(store, 1e6)).entries)
    assert.deepEqual(await copy.search({ text: 'tea', limit: 9 }), await store.search({ text: 'tea', limit: 9 }))
    await copy.close()
  })
}

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  BLOB_COST_BYTES_MIN,
  BLOB_LIFETIME_MILLIS,
  type Mailboxes,
  type MailboxLimits,
  type Page,
} from '../../src/server/mailbox.ts'

/** Room for four of the smallest blobs in a mailbox, and for six in all. */
export const TIGHT: MailboxLimits = {
  mailboxBytesMax: 4 * BLOB_COST_BYTES_MIN,
  totalBytesMax: 6 * BLOB_COST_BYTES_MIN,
}

export type MailboxesUnderTest = {
  readonly mailboxes: Mailboxes
  /** Moves their clock, which nothing else does. */
  pass(millis: number): void
}

/** What mailboxes promise. `open` gives empty ones and takes them away when `use` is done. */
export const mailboxContract = (
  name: string,
  open: (limits: MailboxLimits | undefined, use: (opened: MailboxesUnderTest) => Promise<void>) => Promise<void>,
): void => {
  const story = (title: string, tell: (opened: MailboxesUnderTest) => Promise<void>, limits?: MailboxLimits) =>
    void test(title, () => open(limits, tell))

  void describe(`the contract of mailboxes: ${name}`, () => {
    story(
      '[MX30] what was put is read in order, by cursors that grow, from the mailbox that it was put into',
      async ({ mailboxes }) => {
        const cursors = []
        for (const value of [1, 2, 3]) cursors.push(await putInto(mailboxes, ANN, value))
        await putInto(mailboxes, BOB, 9)
        assert.deepEqual(
          cursors,
          cursors.toSorted((a, b) => a - b),
        )
        assert.equal(new Set(cursors).size, 3)
        assert.deepEqual(told(await read(mailboxes, ANN)), ['1', '2', '3', 'end'])
        assert.deepEqual(told(await read(mailboxes, ANN, cursors[1])), ['3', 'end'])
        assert.deepEqual(told(await read(mailboxes, ANN, cursors[2])), ['end'])
        assert.deepEqual(told(await read(mailboxes, BOB)), ['9', 'end'])
        assert.deepEqual(told(await read(mailboxes, CAROL)), ['end'])
        assert.deepEqual(mailboxes.counts(), { mailboxes: 2, blobs: 4, bytes: 4 * BLOB_COST_BYTES_MIN })
      },
    )

    story('[MX30] what is put at once is all kept, in the order it was put in', async ({ mailboxes }) => {
      const put = await Promise.all(Array.from({ length: 600 }, (_, index) => putInto(mailboxes, ANN, index & 255)))
      assert.deepEqual(
        put,
        put.toSorted((a, b) => a - b),
      )
      const { blobs } = await read(mailboxes, ANN)
      assert.deepEqual(
        blobs.map(({ bytes }) => bytes[0]),
        put.map((_, index) => index & 255),
      )
    })

    story('[MX30] a cursor is never used again, not even when all was trimmed', async ({ mailboxes }) => {
      const first = await putInto(mailboxes, ANN, 1)
      await mailboxes.trim(ANN, [first])
      assert.ok((await putInto(mailboxes, ANN, 2)) > first)
    })

    story('[MX30] bytes that change after the call do not change what is kept', async ({ mailboxes }) => {
      const blob = blobOf(5)
      const putting = mailboxes.put(ANN, blob)
      blob.fill(6)
      await putting
      const before = await read(mailboxes, ANN)
      before.blobs[0]?.bytes.fill(7)
      assert.deepEqual(told(await read(mailboxes, ANN)), ['5', 'end'])
    })

    story(
      '[MX31] a page holds what fits, at least one blob, and says whether more are there',
      async ({ mailboxes }) => {
        for (const value of [1, 2, 3]) await putInto(mailboxes, ANN, value, 1_000)
        assert.deepEqual(told(await read(mailboxes, ANN, 0, 2_999)), ['1', '2', 'more'])
        assert.deepEqual(told(await read(mailboxes, ANN, 0, 3_000)), ['1', '2', '3', 'end'])
        assert.deepEqual(told(await read(mailboxes, ANN, 0, 0)), ['1', 'more'])
      },
    )

    story(
      '[MX32] a mailbox that is full takes no more until something is trimmed, and others do',
      async ({ mailboxes }) => {
        const first = await putInto(mailboxes, ANN, 1)
        for (const value of [2, 3, 4]) await putInto(mailboxes, ANN, value)
        assert.deepEqual(await mailboxes.put(ANN, blobOf(5)), { ok: false, refusal: { kind: 'full-mailbox' } })
        await putInto(mailboxes, BOB, 6)
        await mailboxes.trim(ANN, [first])
        await putInto(mailboxes, ANN, 7)
        assert.deepEqual(told(await read(mailboxes, ANN)), ['2', '3', '4', '7', 'end'])
      },
      TIGHT,
    )

    story(
      '[MX32] all mailboxes together take so much and no more',
      async ({ mailboxes }) => {
        for (const mailbox of [ANN, BOB]) for (const value of [1, 2, 3]) await putInto(mailboxes, mailbox, value)
        assert.deepEqual(await mailboxes.put(CAROL, blobOf(4)), { ok: false, refusal: { kind: 'full-server' } })
        assert.equal(mailboxes.counts().bytes, TIGHT.totalBytesMax)
      },
      TIGHT,
    )

    story(
      '[MX32] of blobs put at once, those that fit are kept and the others refused',
      async ({ mailboxes }) => {
        const put = await Promise.all(Array.from({ length: 6 }, (_, index) => mailboxes.put(ANN, blobOf(index))))
        assert.deepEqual(
          put.map((each) => (each.ok ? 'kept' : each.refusal.kind)),
          ['kept', 'kept', 'kept', 'kept', 'full-mailbox', 'full-mailbox'],
        )
      },
      TIGHT,
    )

    story('[MX33] a blob is handed out for thirty days', async ({ mailboxes, pass }) => {
      await putInto(mailboxes, ANN, 1)
      pass(BLOB_LIFETIME_MILLIS / 2)
      await putInto(mailboxes, ANN, 2)
      pass(BLOB_LIFETIME_MILLIS / 2 - 1)
      assert.deepEqual(told(await read(mailboxes, ANN)), ['1', '2', 'end'])
      pass(1)
      assert.deepEqual(told(await read(mailboxes, ANN)), ['2', 'end'])
    })

    story('[MX33] a clock that is set back makes cursors grow all the same', async ({ mailboxes, pass }) => {
      const first = await putInto(mailboxes, ANN, 1)
      pass(-60_000)
      assert.ok((await putInto(mailboxes, ANN, 2)) > first)
    })

    story('[MX34] trimming takes away what is named in that mailbox, and nothing else', async ({ mailboxes }) => {
      const [one, two, three] = [
        await putInto(mailboxes, ANN, 1),
        await putInto(mailboxes, ANN, 2),
        await putInto(mailboxes, BOB, 3),
      ]
      assert.deepEqual(await mailboxes.trim(ANN, [one, one, three, 17]), { ok: true, value: null })
      assert.deepEqual(await mailboxes.trim(CAROL, [two]), { ok: true, value: null })
      assert.deepEqual(told(await read(mailboxes, ANN)), ['2', 'end'])
      assert.deepEqual(told(await read(mailboxes, BOB)), ['3', 'end'])
      await mailboxes.trim(ANN, [two])
      assert.deepEqual(mailboxes.counts(), { mailboxes: 1, blobs: 1, bytes: BLOB_COST_BYTES_MIN })
    })

    story(
      '[MX35] what is put into a watched mailbox is told of, until it is watched no more',
      async ({ mailboxes }) => {
        const arrived: string[] = []
        mailboxes.onPut((mailbox, cursor) => arrived.push(`${mailbox === ANN ? 'Ann' : 'other'} ${cursor}`))
        mailboxes.watch(ANN, true)
        const cursor = await putInto(mailboxes, ANN, 1)
        mailboxes.watch(ANN, false)
        await putInto(mailboxes, ANN, 2)
        assert.deepEqual(
          arrived.filter((each) => each.startsWith('Ann')),
          [`Ann ${cursor}`],
        )
      },
    )

    story('[MX36] closed mailboxes refuse, and what was put before is answered', async ({ mailboxes }) => {
      const putting = mailboxes.put(ANN, blobOf(1))
      await mailboxes.close()
      assert.equal((await putting).ok, true)
      for (const refused of [
        await mailboxes.put(ANN, blobOf(1)),
        await mailboxes.read(ANN, { after: 0, bytesMax: 1 }),
        await mailboxes.trim(ANN, [1]),
      ])
        assert.equal(refused.ok ? '' : refused.refusal.kind, 'failed')
    })
  })
}

export const ANN = 'a1'.repeat(32)
export const BOB = 'b0'.repeat(32)
export const CAROL = 'ca'.repeat(32)

export const blobOf = (value: number, size = 8): Uint8Array => new Uint8Array(size).fill(value)

export const putInto = async (mailboxes: Mailboxes, mailbox: string, value: number, size?: number): Promise<number> => {
  const put = await mailboxes.put(mailbox, blobOf(value, size))
  assert.ok(put.ok, JSON.stringify(put))
  return put.value
}

export const read = async (mailboxes: Mailboxes, mailbox: string, after = 0, bytesMax = 1_000_000): Promise<Page> => {
  const page = await mailboxes.read(mailbox, { after, bytesMax })
  assert.ok(page.ok, JSON.stringify(page))
  return page.value
}

/** A page in words: the first byte of each blob, then whether more are there. */
export const told = ({ blobs, more }: Page): readonly string[] => [
  ...blobs.map(({ bytes }) => `${bytes[0]}`),
  more ? 'more' : 'end',
]

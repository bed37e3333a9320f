import type { Database } from './database.ts'
import { wordsOf } from './words.ts'

/**
 * How many of the newest lines may wait for the index of words. Putting them into it together touches hardly more pages
 * than putting one, of which each line would otherwise add about five to its commit.
 */
export const UNINDEXED_LINES_MAX = 64

/**
 * Keeps the words of lines where search finds them. Lines come into it in the order of their numbers, the newest after a
 * while and together: search looks through those that wait itself.
 *
 * `put`, `drop` and `catchUp` belong inside the caller's transaction; all of it throws what SQLite throws.
 */
export type WordIndex = {
  /** The greatest number of a line that need not be looked through. */
  last(): number
  /** A line is stored under this number, with other words than before; null for one that is not text. */
  put(number: number, conversation: number | bigint, text: string | null): void
  drop(number: number): void
  /** Takes in the lines that wait, if they are many. */
  catchUp(): void
  /** To be called when the transaction is rolled back. */
  forget(): void
}

export const openWordIndex = (database: Database): WordIndex => {
  // The index knows the length of each line that is in it. Lines after the last of them wait, or are not text.
  const lastOf = database.prepare('SELECT max(id) AS number FROM line_words_docsize')
  const newestOf = database.prepare('SELECT max(number) AS number FROM line')
  const putWords = database.prepare('INSERT OR REPLACE INTO line_words (rowid, words) VALUES (?, ?)')
  const dropWords = database.prepare('DELETE FROM line_words WHERE rowid = ?')
  const waiting = database.prepare(
    'SELECT number, conversation, text FROM line WHERE number > ? AND text IS NOT NULL ORDER BY number',
  )

  let known: { last: number; newest: number } | undefined
  const load = () =>
    (known ??= {
      last: Number(lastOf.get()?.['number'] ?? 0),
      newest: Number(newestOf.get()?.['number'] ?? 0),
    })

  return {
    last: () => load().last,
    put: (number, conversation, text) => {
      const lines = load()
      lines.newest = Math.max(lines.newest, number)
      if (number > lines.last) return
      if (text === null) dropWords.run(number)
      else putWords.run(number, indexed(conversation, text))
    },
    drop: (number) => {
      if (number <= load().last) dropWords.run(number)
    },
    catchUp: () => {
      const lines = load()
      if (lines.newest - lines.last < UNINDEXED_LINES_MAX) return
      for (const { number, conversation, text } of waiting.iterate(lines.last))
        putWords.run(number ?? null, indexed(Number(conversation), String(text)))
      lines.last = lines.newest
    },
    forget: () => {
      known = undefined
    },
  }
}

const indexed = (conversation: number | bigint, text: string): string =>
  [conversationWord(conversation), ...wordsOf(text)].join(' ')

/** A word that stands for the conversation, so that a search in one does not walk through all; no text contains it. */
export const conversationWord = (number: number | bigint): string => `${CONVERSATION_MARK}${number}`

// Neither a letter nor a digit, so never in a word of ours, yet outside ASCII and so part of a token for the index.
const CONVERSATION_MARK = '·'

import { accept, type Result } from '../../core/bytes/result.ts'
import type { Calls, Refusal } from '../../view/calls.ts'
import type { LineView } from '../../view/view.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { wholeNumber } from '../parse.ts'
import { castOf, historyText } from '../print.ts'
import { jsonLine } from '../safe-text.ts'
import { conversationWith, fail, JSON_OPTION, meetWhom, PROFILE_OPTIONS, textOf, withPeer } from '../with-peer.ts'

const LINES = 50
const LINES_MAX = 100_000
const PAGE_LINES = 500

export const history: Command = {
  name: 'history',
  takes: 'WHO',
  words: { min: 1, max: 1 },
  summary: 'Print the last messages with somebody or in a group, oldest first',
  options: {
    limit: { value: 'LINES', help: `How many lines (default: ${LINES}, at most ${LINES_MAX})` },
    ...PROFILE_OPTIONS,
    ...JSON_OPTION,
  },
  run: async (given, world) => {
    const limit = wholeNumber(textOf(given, 'limit') ?? `${LINES}`, 'limit', 1, LINES_MAX)
    if (!limit.ok) return fail(limit.refusal, world)
    return withPeer(given, world, async (peer, following) => {
      const whom = await meetWhom(given.words[0] ?? '', peer, following, world)
      if (!whom.ok) return fail(whom.refusal, world)
      const conversation = conversationWith(whom.value, following.seen)
      const lines: Result<readonly LineView[], Refusal> =
        conversation === undefined ? accept([]) : await lastLines(peer.calls, conversation.id, limit.value)
      if (!lines.ok) return fail(lines.refusal, world)
      if (given.options['json']) for (const line of lines.value) world.terminal.print(jsonLine(line))
      else for (const text of historyText(lines.value, castOf(following.seen), world.now())) world.terminal.print(text)
      if (lines.value.length === 0 && !given.options['json']) world.terminal.note('Nothing was said yet.')
      return EXIT.done
    })
  },
}

/** The newest `limit` lines, read page by page backwards. */
const lastLines = async (
  calls: Calls,
  conversation: string,
  limit: number,
): Promise<Result<readonly LineView[], Refusal>> => {
  const pages: (readonly LineView[])[] = []
  let missing = limit
  while (missing > 0) {
    const before = pages.at(-1)?.[0]?.order
    const page = await calls.history({
      conversation,
      ...(before !== undefined && { before }),
      limit: Math.min(missing, PAGE_LINES),
    })
    if (!page.ok) return page
    pages.push(page.value.lines)
    missing -= page.value.lines.length
    if (!page.value.more || page.value.lines.length === 0) break
  }
  return accept(pages.toReversed().flat())
}

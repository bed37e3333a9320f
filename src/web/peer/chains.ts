import { refusalWords } from '../../view/refusal-words.ts'
import type { LineUpdate } from '../../view/update.ts'
import type { LineView, Order } from '../../view/view.ts'
import {
  newestChain,
  PAGE_LINES,
  placeOf,
  withLine,
  withNewer,
  withOlder,
  withTold,
  withoutFarNewer,
  withoutFarOlder,
  type Chain,
} from '../chain/chain.ts'
import { notify, type Kith, type OpenChain } from './store.ts'

/** Conversations whose lines stay loaded in this window; the one that was left longest ago goes first. */
export const CHAINS_MAX = 8
/** With more unread messages than this, a conversation opens where the reading stopped. */
const UNREAD_LINES_MAX = 200
/** Lines that are looked through, from the newest back, for a message that was quoted. */
const QUOTED_LINES_MAX = 10_000
const HISTORY_LINES_MAX = 500

/** Brings a conversation on the screen: loads its first page when it is not loaded, and marks where reading stopped. */
export const enterChain = async (kith: Kith, conversation: string): Promise<void> => {
  const view = kith.getState().mirror?.conversations.get(conversation)
  if (!view) return
  const read = view.unread > 0 ? (view.readUpTo ?? BEGINNING) : 'all'
  const known = kith.getState().chains.get(conversation)
  const chain = known?.chain && withoutFarOlder(known.chain, known.chain.lines.length)
  put(kith, conversation, { ...(chain ? { chain } : {}), read })
  if (known?.chain && !known.chain.newer) return
  if (view.unread > UNREAD_LINES_MAX && view.readUpTo) return loadAround(kith, conversation, view.readUpTo)
  await loadNewest(kith, conversation, Math.max(PAGE_LINES, Math.min(view.unread + 20, HISTORY_LINES_MAX)))
}

/** Replaces what is loaded by the newest page. */
export const loadNewest = async (kith: Kith, conversation: string, limit = PAGE_LINES): Promise<void> => {
  const { answer: page, caughtUp } = await following(kith, conversation, () =>
    kith.calls.history({ conversation, limit }),
  )
  if (!page.ok) return notify(kith, refusalWords(page.refusal))
  change(kith, conversation, (open) => ({ ...open, chain: caughtUp(newestChain(page.value)) }))
}

/** Replaces what is loaded by the lines around a place. */
export const loadAround = async (kith: Kith, conversation: string, order: Order): Promise<void> => {
  // `after` is exclusive: a place just before the order includes the line itself.
  const just = order.seq > 0 ? { ...order, seq: order.seq - 1 } : order
  const {
    answer: [before, after],
    caughtUp,
  } = await following(kith, conversation, async () => [
    await kith.calls.history({ conversation, before: order, limit: PAGE_LINES }),
    await kith.calls.history({ conversation, after: just, limit: PAGE_LINES }),
  ])
  if (!before.ok) return notify(kith, refusalWords(before.refusal))
  if (!after.ok) return notify(kith, refusalWords(after.refusal))
  const chain = withNewer({ lines: before.value.lines, older: before.value.more, newer: true }, after.value)
  change(kith, conversation, (open) => ({ ...open, chain: caughtUp(chain) }))
}

/** Loads a page at one end; does nothing while another is on its way, or when there is nothing more. */
export const loadMore = async (kith: Kith, conversation: string, end: 'older' | 'newer'): Promise<void> => {
  const open = kith.getState().chains.get(conversation)
  const edge = end === 'older' ? open?.chain?.lines[0] : open?.chain?.lines.at(-1)
  if (!open?.chain?.[end] || open.loading || !edge) return
  change(kith, conversation, (each) => ({ ...each, loading: end }))
  const place = end === 'older' ? { before: edge.order } : { after: edge.order }
  const { answer: page, caughtUp } = await following(kith, conversation, () =>
    kith.calls.history({ conversation, ...place, limit: PAGE_LINES }),
  )
  change(kith, conversation, ({ chain, read }) => {
    // The chain may have been replaced meanwhile; a page that does not meet it must not be joined to it.
    const met = end === 'older' ? chain?.lines[0] : chain?.lines.at(-1)
    if (!chain) return { read }
    if (!page.ok || met?.id !== edge.id) return { chain, read }
    return { chain: caughtUp((end === 'older' ? withOlder : withNewer)(chain, page.value)), read }
  })
  if (!page.ok) notify(kith, refusalWords(page.refusal))
}

/**
 * Lets go of what is far from the line that is looked at. Only while nothing scrolls, and one end after the other: the
 * list tells from the number of rows at which end they went.
 */
export const trimChain = (kith: Kith, conversation: string, looked: LineView): void => {
  const cut = (without: (chain: Chain, looked: number) => Chain): void =>
    change(kith, conversation, (open) =>
      open.chain ? { ...open, chain: without(open.chain, placeOf(open.chain.lines, looked.order) - 1) } : open,
    )
  cut(withoutFarNewer)
  setTimeout(() => cut(withoutFarOlder))
}

/** Looks for a line by its id from the newest back, and loads what is around it. False: not found. */
export const findLine = async (kith: Kith, conversation: string, id: string): Promise<boolean> => {
  let before: Order | undefined
  for (let seen = 0; seen < QUOTED_LINES_MAX; seen += HISTORY_LINES_MAX) {
    const page = await kith.calls.history({ conversation, ...(before ? { before } : {}), limit: HISTORY_LINES_MAX })
    if (!page.ok) return false
    const found = page.value.lines.find((line) => line.id === id)
    if (found) {
      await loadAround(kith, conversation, found.order)
      return true
    }
    before = page.value.lines[0]?.order
    if (!page.value.more || !before) return false
  }
  return false
}

/** The mark "new messages" goes away, or to where reading stops now. */
export const markRead = (kith: Kith, conversation: string, read: Order | 'all'): void =>
  change(kith, conversation, (open) => ({ ...open, read }))

/** After a new snapshot, lines may have been missed: the newest page is loaded anew and joined where the two meet. */
export const refreshChains = async (kith: Kith): Promise<void> => {
  for (const [conversation, { chain }] of kith.getState().chains) {
    if (!chain || chain.newer) continue
    const { answer: page, caughtUp } = await following(kith, conversation, () =>
      kith.calls.history({ conversation, limit: PAGE_LINES }),
    )
    if (!page.ok) continue
    change(kith, conversation, (open) => ({ ...open, chain: caughtUp(joined(open.chain, newestChain(page.value))) }))
  }
}

/**
 * Asks for lines. What is told of them while the answer is on its way may be newer than the answer: `caughtUp` puts that
 * into what is made of it.
 */
const following = async <Answer>(
  kith: Kith,
  conversation: string,
  ask: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly caughtUp: (chain: Chain) => Chain }> => {
  const told: LineUpdate[] = []
  const hear = (update: LineUpdate): void => {
    if (update.conversation === conversation) told.push(update)
  }
  kith.lineHearers.add(hear)
  try {
    const answer = await ask()
    return { answer, caughtUp: (chain) => told.reduce(withTold, chain) }
  } finally {
    kith.lineHearers.delete(hear)
  }
}

const joined = (chain: Chain | undefined, newest: Chain): Chain => {
  const first = newest.lines[0]
  if (!chain || !first || !chain.lines.some((line) => line.id === first.id)) return newest
  return newest.lines.reduce(withLine, chain)
}

const BEGINNING: Order = { time: 0, author: '', seq: 0 }

const change = (kith: Kith, conversation: string, next: (open: OpenChain) => OpenChain): void =>
  kith.setState((state) => {
    const open = state.chains.get(conversation)
    return open ? { chains: new Map(state.chains).set(conversation, next(open)) } : {}
  })

const put = (kith: Kith, conversation: string, open: OpenChain): void =>
  kith.setState((state) => {
    const chains = new Map([...state.chains].filter(([id]) => id !== conversation).slice(1 - CHAINS_MAX))
    return { chains: chains.set(conversation, open) }
  })

import type { Hex } from '../bytes/hex.ts'
import type { SignedEvent } from './event.ts'

/** Control events between two that are looked for at most; more lie between them only after a long time apart. */
export const BETWEEN_EVENTS_MAX = 256

/**
 * The control events that one knew, itself included, and that another did not know, each after those that it builds on.
 * Without `known`, all that it knew. Goes back from both at once, the latest first, and ends where nothing is left that
 * only the one knew (as git finds a merge base): it costs what lies between them, not all that was before. Time grows from
 * each event to those that build on it; where a stranger's program gave it otherwise, more may be answered than is needed.
 */
export const controlsBetween = async <Control extends Placed>(
  { known, to }: { readonly known: Hex | undefined; readonly to: Hex },
  find: (id: Hex) => Promise<Control | undefined>,
): Promise<readonly Control[]> => {
  const marks = new Map<Hex, 'between' | 'known'>()
  const ahead = new Map<Hex, Control>()
  const between: Control[] = []

  const reach = async (id: Hex, mark: 'between' | 'known'): Promise<void> => {
    if (marks.get(id) === 'known' || marks.get(id) === mark) return
    const isNew = !marks.has(id)
    marks.set(id, mark)
    const control = isNew ? await find(id) : undefined
    if (control) ahead.set(id, control)
  }

  if (known !== undefined) await reach(known, 'known')
  await reach(to, 'between')
  while (between.length < BETWEEN_EVENTS_MAX) {
    const open = [...ahead.values()]
    if (!open.some(({ id }) => marks.get(id) === 'between')) break
    const latest = open.reduce((one, other) => (isLater(other, one) ? other : one))
    ahead.delete(latest.id)
    const mark = marks.get(latest.id) ?? 'between'
    if (mark === 'between') between.push(latest)
    for (const id of latest.control) await reach(id, mark)
  }
  return between.filter(({ id }) => marks.get(id) === 'between').toReversed()
}

type Placed = Pick<SignedEvent, 'id' | 'control' | 'time' | 'author' | 'seq'>

/** An author may write several at one time; whatever follows another author's is later. */
const isLater = (a: Placed, b: Placed): boolean =>
  a.time === b.time ? (a.author === b.author ? a.seq > b.seq : a.author > b.author) : a.time > b.time

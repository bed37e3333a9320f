import { useCallback, useState, type KeyboardEvent } from 'react'
import type { Row } from '../chain/rows.ts'
import type { RowListHandle } from './row-list.tsx'

/**
 * One row of the list takes part in the tab order; arrows move it. What a key does to the message itself is the row's
 * own business.
 */
export const useRowKeys = (rows: readonly Row[], list: { readonly current: RowListHandle | null }) => {
  const [chosen, setChosen] = useState<string>()
  const known = chosen !== undefined && rows.some((row) => row.line.id === chosen)
  const active = known ? chosen : rows.at(-1)?.line.id
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const onRow = (event.target as HTMLElement).dataset['line'] !== undefined
    const index = onRow ? rows.findIndex((row) => row.line.id === active) : -1
    const next = index === -1 ? undefined : STEPS[event.key]?.(index, rows.length - 1)
    const row = next === undefined ? undefined : rows[Math.min(Math.max(next, 0), rows.length - 1)]
    if (row === undefined) return
    event.preventDefault()
    setChosen(row.line.id)
    list.current?.focusRow(rows.indexOf(row))
  }
  return { active, onKeyDown, onFocusRow: useCallback((id: string) => setChosen(id), []) }
}

const STEPS: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowUp: (index) => index - 1,
  ArrowDown: (index) => index + 1,
  PageUp: (index) => index - 10,
  PageDown: (index) => index + 10,
  Home: () => 0,
  End: (_, last) => last,
}

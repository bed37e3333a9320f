import { useEffect, useRef, useState } from 'react'
import { compareOrders, type ConversationView, type Order } from '../../view/view.ts'
import type { Chain } from '../chain/chain.ts'
import { useKith } from '../peer/context.ts'

/**
 * Tells the peer that everything was read, when the newest line is in sight of somebody: the end of the list is on the
 * screen, the tab is the one that shows, and the window has the focus.
 */
export const useReading = ({ id, at, unread, readUpTo }: ConversationView, chain: Chain, endInSight: boolean): void => {
  const kith = useKith()
  const looking = useLooking()
  const told = useRef<Order>(undefined)
  const newest = chain.lines.at(-1)?.order
  useEffect(() => {
    if (!looking || !endInSight || newest === undefined || (at !== 'open' && at !== 'request')) return
    if (unread === 0 && readUpTo && compareOrders(newest, readUpTo) <= 0) return
    if (told.current && compareOrders(newest, told.current) <= 0 && unread === 0) return
    told.current = newest
    void kith.calls.read({ conversation: id, upTo: newest })
  }, [kith, id, at, unread, readUpTo, newest, endInSight, looking])
}

const useLooking = (): boolean => {
  const [looking, setLooking] = useState(isLooking)
  useEffect(() => {
    const look = (): void => setLooking(isLooking())
    for (const name of ['focus', 'blur']) window.addEventListener(name, look)
    document.addEventListener('visibilitychange', look)
    return () => {
      for (const name of ['focus', 'blur']) window.removeEventListener(name, look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  return looking
}

/** Whether somebody has this window before them. */
export const isLooking = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

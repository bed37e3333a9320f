import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { COMPOSER_ID } from '../composer/composer.tsx'
import { PLACES } from '../routes.ts'

/** Marks the heading at which somebody begins who comes to what it stands over. */
export const LANDING = { 'data-landing': '', tabIndex: -1 } as const

/**
 * Gives the focus a place when somebody goes elsewhere in the window and what had it is out of sight now: the keys, and
 * who listens to the screen, would begin at the start of the page. Where the focus is still to be seen, it stays.
 */
export const useLanding = (): void => {
  const [location] = useLocation()
  const before = useRef(location)
  useEffect(() => {
    const from = before.current
    before.current = location
    if (from === location || !isFocusLost()) return
    const places = location === PLACES.home ? listPlaces(from) : ['[data-landing]', `#${COMPOSER_ID}`]
    visible(places)?.focus()
  }, [location])
}

/** Back in the list: at what was left, or at its first. */
const listPlaces = (from: string): readonly string[] => {
  const [left] = /^\/with\/[^/]+/.exec(from) ?? []
  return [...(left === undefined ? [] : [`a[href="#${CSS.escape(left)}"]`]), '[data-stop]']
}

const isFocusLost = (): boolean => {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || !activeElement.checkVisibility()
}

const visible = (selectors: readonly string[]): HTMLElement | undefined => {
  for (const selector of selectors)
    for (const each of document.querySelectorAll<HTMLElement>(selector)) if (each.checkVisibility()) return each
  return undefined
}

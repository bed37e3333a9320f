/** Marks what the arrow keys stop at in the list of people. */
export const STOP = { 'data-stop': '' } as const

/** Moves the focus by one stop, from outside the list to its first. False when there is no stop that way. */
export const moveFocus = (list: HTMLElement | null, step: 1 | -1): boolean => {
  const stops = [...(list?.querySelectorAll<HTMLElement>('[data-stop]') ?? [])]
  const next = stops[stops.indexOf(document.activeElement as HTMLElement) + step]
  next?.focus()
  return next !== undefined
}

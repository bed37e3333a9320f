/** Locks that all windows of this profile see. A window that ends lets go of its own, however it ends. */

/** Holds a lock, once nobody else does, until what it gives back is called. */
export const holdLock = (name: string, held: () => void = () => undefined): (() => void) => {
  const waiting = new AbortController()
  let letGo = (): void => waiting.abort()
  const holding = (): Promise<void> =>
    new Promise((resolve) => {
      letGo = resolve
      held()
    })
  navigator.locks.request(name, { signal: waiting.signal }, holding).catch(() => undefined)
  return () => letGo()
}

/** The names of all locks that are held. */
export const heldLocks = async (): Promise<readonly string[]> =>
  ((await navigator.locks.query()).held ?? []).flatMap(({ name }) => name ?? [])

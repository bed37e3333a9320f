/**
 * A bounded room for strangers. When it is full, the one who came first from the most crowded host makes room: whoever
 * floods it pushes out themselves, and others still get in.
 */
export type Crowd = {
  /** `leaveNow` is called when this one has to make room. */
  enter(host: string, leaveNow: () => void): { leave(): void }
  readonly size: number
}

export const createCrowd = (limit: number): Crowd => {
  const byHost = new Map<string, Set<() => void>>()
  let size = 0

  const remove = (host: string, leaveNow: () => void): void => {
    const there = byHost.get(host)
    if (there?.delete(leaveNow) !== true) return
    size -= 1
    if (there.size === 0) byHost.delete(host)
  }

  const pushOut = (): void => {
    let host = ''
    let most: ReadonlySet<() => void> = new Set()
    for (const [each, there] of byHost) if (there.size > most.size) [host, most] = [each, there]
    const [oldest] = most
    if (oldest === undefined) return
    remove(host, oldest)
    oldest()
  }

  return {
    enter: (host, leaveNow) => {
      if (size >= limit) pushOut()
      const there = byHost.get(host) ?? new Set()
      byHost.set(host, there.add(leaveNow))
      size += 1
      return { leave: () => remove(host, leaveNow) }
    },
    get size() {
      return size
    },
  }
}

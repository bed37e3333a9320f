import { addressGroup } from '../address-group.ts'

/**
 * A bounded room for strangers. When it is full, the one who came first from the most crowded address (see
 * `addressGroup`) makes room: whoever floods it pushes out themselves, and others still get in.
 */
export type Crowd = {
  /** `leaveNow` is called when this one has to make room. */
  enter(address: string, leaveNow: () => void): { leave(): void }
  readonly size: number
}

export const createCrowd = (limit: number): Crowd => {
  const byGroup = new Map<string, Set<() => void>>()
  let size = 0

  const remove = (group: string, leaveNow: () => void): void => {
    const there = byGroup.get(group)
    if (there?.delete(leaveNow) !== true) return
    size -= 1
    if (there.size === 0) byGroup.delete(group)
  }

  const pushOut = (): void => {
    let group = ''
    let most: ReadonlySet<() => void> = new Set()
    for (const [each, there] of byGroup) if (there.size > most.size) [group, most] = [each, there]
    const [oldest] = most
    if (oldest === undefined) return
    remove(group, oldest)
    oldest()
  }

  return {
    enter: (address, leaveNow) => {
      if (size >= limit) pushOut()
      const group = addressGroup(address)
      const there = byGroup.get(group) ?? new Set()
      byGroup.set(group, there.add(leaveNow))
      size += 1
      return { leave: () => remove(group, leaveNow) }
    },
    get size() {
      return size
    },
  }
}

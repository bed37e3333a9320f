import type { Millis } from '../view/view.ts'

/** A clock that moves only when it is told to, and what was asked to happen at later times. */
export type SimulatedTime = {
  now(): Millis
  /** Runs `task` once, `millis` from now; returns what cancels it. */
  after(millis: Millis, task: () => void): () => void
  /** Moves to the next task and runs it, and what it set off. False when there is none. */
  step(): Promise<boolean>
  /** Runs everything that is due within the next `millis`, in order, and ends exactly that much later. */
  advance(millis: Millis): Promise<void>
}

type Task = { readonly at: Millis; readonly number: number; readonly run: () => void }

/**
 * Two tasks of the same time run in the order they were asked for, so that the same inputs give the same run.
 * `settle` resolves when whatever a task set off has come to rest: by default a full turn of the event loop, which is
 * enough for promises; give one that waits for the disk or for a thread where such are used.
 */
export const createSimulatedTime = ({
  start = 0,
  settle = turn,
}: { readonly start?: Millis; readonly settle?: () => Promise<void> } = {}): SimulatedTime => {
  let now = start
  let number = 0
  const tasks: Task[] = []

  const runNext = async (): Promise<void> => {
    const task = tasks.shift()
    if (task === undefined) return
    now = Math.max(now, task.at)
    task.run()
    await settle()
  }

  return {
    now: () => now,
    after: (millis, run) => {
      const task: Task = { at: now + Math.max(0, millis), number: (number += 1), run }
      tasks.splice(placeOf(task, tasks), 0, task)
      return () => {
        const place = tasks.indexOf(task)
        if (place >= 0) tasks.splice(place, 1)
      }
    },
    step: async () => {
      await settle()
      if (tasks.length === 0) return false
      await runNext()
      return true
    },
    advance: async (millis) => {
      const end = now + millis
      await settle()
      while (tasks[0] !== undefined && tasks[0].at <= end) await runNext()
      now = end
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Where a task belongs: behind all that are due no later (binary search). */
const placeOf = (task: Task, tasks: readonly Task[]): number => {
  let low = 0
  let high = tasks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((tasks[middle]?.at ?? Infinity) <= task.at) low = middle + 1
    else high = middle
  }
  return low
}

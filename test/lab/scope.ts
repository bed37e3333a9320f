import type { TestContext } from 'node:test'

/** What a test's context is for whatever must be undone, outside of a test. */
export type Scope = Pick<TestContext, 'after' | 'diagnostic'> & {
  /** Nobody wants to read what the programs printed: what fails here says it itself. */
  readonly passed: true
  /** Undoes all, the last first. */
  end(): Promise<void>
}

export const createScope = (): Scope => {
  const undoing: (() => unknown)[] = []
  return {
    passed: true,
    after: (undo?: unknown) => void (typeof undo === 'function' && undoing.push(undo as () => unknown)),
    diagnostic: (message) => void process.stderr.write(`${message}\n`),
    end: async () => {
      for (const undo of undoing.splice(0).toReversed()) await undo()
    },
  }
}

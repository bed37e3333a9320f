import { createStage } from '../scenario/stage.ts'
import { internet } from './internet.ts'
import type { Lane } from './run.ts'
import { createScope, type Scope } from './scope.ts'

/** An Internet of its own with a server, until the scope ends. */
export const openLane = async (scope: Scope): Promise<Lane> => {
  const net = internet(scope)
  const stage = await createStage(scope)
  const server = stage.start(['server', '--data', stage.data], net.machine)
  const [, port] = await server.prints(/TCP port (\d+)\./)
  return { stage, net, port: Number(port) }
}

/**
 * Does all jobs, as many at once as there are lanes, and gives what came of them in the order of the jobs. When `ending`
 * aborts, programs of all lanes end, and what is under way fails.
 */
export const inLanes = async <Job, Done>(
  { count, ending }: { readonly count: number; readonly ending: AbortSignal },
  jobs: readonly Job[],
  act: (lane: Lane, job: Job) => Promise<Done>,
): Promise<readonly Done[]> => {
  const outcomes: Done[] = []
  let next = 0
  const serve = async (): Promise<void> => {
    const scope = createScope()
    ending.addEventListener('abort', () => void scope.end())
    try {
      const lane = await openLane(scope)
      for (let index = next++; index < jobs.length; index = next++) {
        const job = jobs[index] as Job
        outcomes[index] = await act(lane, job)
      }
    } finally {
      await scope.end()
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, serve))
  return outcomes
}

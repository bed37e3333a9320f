import { acquainted, done, onStage, type BenchPeer } from './peers.ts'
import { row, type Row } from './row.ts'

const RUNS = 5
const ARRIVAL_MILLIS_REACH = 1_500

/** How long somebody who waits goes on waiting once the other's program is started. */
export const benchStart = async (runs = RUNS): Promise<readonly Row[]> =>
  onStage(async (stage) => {
    const { conversation, ...met } = await acquainted(stage)
    let { ann, bob } = met
    const millis: number[] = []
    for (let run = 0; run < runs; run++) {
      await bob.stop()
      const text = `Written while you were away ${run}`
      await done(ann.calls.say({ conversation, text }))
      await ann.stop()
      bob = await stage.peer('Bob')
      await onServer(bob)
      const arrived = bob.until((update) =>
        update.kind === 'line' && update.line.kind === 'message' && update.line.text === text ? true : undefined,
      )
      const start = performance.now()
      const starting = stage.peer('Ann')
      await arrived
      millis.push(performance.now() - start)
      ann = await starting
    }
    await Promise.all([ann.stop(), bob.stop()])
    return [row('start of a process until a waiting peer has its first message', 'ms', millis, ARRIVAL_MILLIS_REACH)]
  })

const onServer = (peer: BenchPeer): Promise<true> =>
  peer.until((update) => {
    const isThere =
      (update.kind === 'snapshot' || update.kind === 'status') && update.status.servers[0]?.at === 'connected'
    return isThere || undefined
  })

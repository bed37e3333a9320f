import { accept, type Result } from '../core/bytes/result.ts'
import { createServerEndpoint } from '../link/libp2p/server.ts'
import { serveMetrics } from '../server/http.ts'
import { serverKey } from '../server/key.ts'
import { serve, type Time } from '../server/serve.ts'
import type { OpenServer, ServerOptions, ServerRefusal } from './command.ts'

/** Runs a server on a real network. */
export const openServer = async (options: ServerOptions): Promise<Result<OpenServer, ServerRefusal>> => {
  const key = serverKey(options.folder)
  if (!key.ok) return key
  const endpoint = await createServerEndpoint({ privateKey: key.value, port: options.port })
  if (!endpoint.ok) return endpoint
  const serving = serve({ endpoint: endpoint.value, people: options.people, time: STEADY_TIME })
  const metrics =
    options.metricsPort === undefined ? undefined : await serveMetrics(options.metricsPort, () => serving.counters())
  if (metrics?.ok === false) {
    await serving.stop()
    return metrics
  }
  return accept({
    port: endpoint.value.port,
    ...(metrics !== undefined && { metricsPort: metrics.value.port }),
    close: async () => {
      await metrics?.value.close()
      await serving.stop()
    },
  })
}

/** Milliseconds that never go back, whatever is done to the machine's clock. */
const STEADY_TIME: Time = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  after: (millis, task) => {
    const timer = setTimeout(task, millis)
    return () => clearTimeout(timer)
  },
}

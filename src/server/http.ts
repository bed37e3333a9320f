import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { createMetrics } from './metrics.ts'
import type { Counters } from './serve.ts'

/** Counts are nobody's secret, but nobody else's business: this machine alone may ask. */
export const METRICS_HOST = '127.0.0.1'
const REQUEST_MILLIS_MAX = 5_000
const CONNECTIONS_MAX = 64

export type MetricsRefusal = { readonly kind: 'metrics-failed'; readonly port: number; readonly detail: string }

export type RunningMetrics = { readonly port: number; close(): Promise<void> }

/** Serves GET /health ("ok") and GET /metrics (Prometheus text) on the loopback address. Port 0: any free one. */
export const serveMetrics = async (
  port: number,
  counters: () => Counters,
): Promise<Result<RunningMetrics, MetricsRefusal>> => {
  const metrics = createMetrics(counters)
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isLocalHost(request.headers.host)) return reply(response, 421, 'text/plain', 'ask at 127.0.0.1\n')
    if (request.method !== 'GET') return reply(response, 405, 'text/plain', 'GET alone\n')
    if (request.url === '/health') return reply(response, 200, 'text/plain', 'ok\n')
    if (request.url === '/metrics') return reply(response, 200, metrics.contentType, await metrics.metrics())
    return reply(response, 404, 'text/plain', 'GET /health or /metrics\n')
  }

  const server = createServer({ requestTimeout: REQUEST_MILLIS_MAX, headersTimeout: REQUEST_MILLIS_MAX }, (...both) => {
    void answer(...both)
  })
  server.maxConnections = CONNECTIONS_MAX
  const failure = await new Promise<Error | undefined>((resolve) => {
    server.once('error', resolve)
    server.listen(port, METRICS_HOST, () => resolve(undefined))
  })
  if (failure) return refuse({ kind: 'metrics-failed', port, detail: failure.message })
  return accept({
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

/** A page of another site whose name was pointed at this machine sends that name. */
const isLocalHost = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '')

const reply = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body)
}

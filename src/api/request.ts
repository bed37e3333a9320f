import type { IncomingMessage } from 'node:http'

import type { Millis } from '../view/view.ts'
import type { WindowFiles } from './files.ts'
import type { Asked, Suspicion } from './guard.ts'
import type { Intruder, Session } from './session.ts'
import type { SocketEvent } from './socket.ts'

/** What the door has to say about itself. Never holds a token, a code or anything that was said. */
export type DoorEvent =
  | SocketEvent
  | { readonly kind: 'turned-away'; readonly because: Suspicion['kind'] | Intruder['kind'] | 'full' }

/** What stands behind an open door. */
export type Inside = {
  readonly session: Session
  readonly files: WindowFiles
  readonly port: number
  readonly url: string
  readonly now: () => Millis
  readonly log: (event: DoorEvent) => void
}

export const askedBy = (request: IncomingMessage, upgrade: boolean): Asked => ({
  method: request.method ?? '',
  path: pathOf(request),
  upgrade,
  // Several Host or Origin lines: Node keeps the first Host and joins nothing; a doubled one is a forgery either way.
  host: only(request.headersDistinct['host']),
  origin: request.headers.origin === undefined ? undefined : (only(request.headersDistinct['origin']) ?? 'several'),
  fetchSite: request.headers['sec-fetch-site'],
})

const only = (values: readonly string[] | undefined): string | undefined =>
  values?.length === 1 ? values[0] : undefined

/** The path as it was sent, without its query. Nothing is decoded or resolved: it is only ever looked up in a list. */
export const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? ''

export const bearerOf = (request: IncomingMessage): string | undefined =>
  /^Bearer ([0-9a-f]+)$/.exec(request.headers.authorization ?? '')?.[1]

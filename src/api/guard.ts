import { accept, refuse, type Result } from '../core/bytes/result.ts'

/** Why a request was turned away at the local door, before anything looked at what it wants. */
export type Suspicion =
  /** Somebody made a name of theirs point to this machine (DNS rebinding), or asks for another service. */
  | { readonly kind: 'foreign-host' }
  /** A page of another origin asks: another site, or another program on another port of this machine. */
  | { readonly kind: 'foreign-origin' }
  | { readonly kind: 'cross-site' }

export type Asked = {
  readonly method: string
  readonly path: string
  readonly upgrade: boolean
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
}

/** The only names under which the door answers. It listens on 127.0.0.1 alone, so `[::1]` never is one of them. */
export const hostsOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`]

/**
 * Whether the window itself, or a program that knows what it does, asks. A browser sets these three headers itself and
 * lets no page change them; a program can set them all and is stopped by the token instead.
 */
export const guard = (asked: Asked, port: number): Result<null, Suspicion> => {
  if (asked.host === undefined || !hostsOf(port).includes(asked.host)) return refuse({ kind: 'foreign-host' })
  const reads = asked.method === 'GET' || asked.method === 'HEAD'
  const owes = asked.upgrade || !reads
  if (asked.origin === undefined ? owes : asked.origin !== `http://${asked.host}`)
    return refuse({ kind: 'foreign-origin' })
  if (isApi(asked.path) && asked.fetchSite !== undefined && asked.fetchSite !== 'same-origin')
    return refuse({ kind: 'cross-site' })
  return accept(null)
}

export const isApi = (path: string): boolean => path === '/api' || path.startsWith('/api/')

/** Sent with every answer. Nothing may be embedded, injected, sniffed or told where it was followed from. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    "media-src 'self' blob:",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  // The camera reads QR codes, when somebody asks for that; nothing else of the machine is ever wanted.
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

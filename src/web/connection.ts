import { connect, exchange, type Connection } from '../api/client.ts'
import { codeIn } from '../api/wire.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Calls } from '../view/calls.ts'

/** An open way to the peer. `closed` resolves when it cannot be asked any more. */
export type Door = { readonly calls: Calls; readonly closed: Promise<void>; close(): void }

/**
 * Why there is no way to the peer. `not-running`: nobody answers, try again later. `not-let-in`: Kith is there, but
 * this window has no token or an old one; only Kith itself can open a new one.
 */
export type DialRefusal = { readonly kind: 'not-running' } | { readonly kind: 'not-let-in' }

export type Dial = () => Promise<Result<Door, DialRefusal>>

/** Dials the peer that served this page. The token is kept for as long as this tab lives. */
export const dialHome = (page: Window = window): Dial => {
  const url = page.location.origin
  return async () => {
    const code = takeCode(page)
    if (code !== undefined) {
      const traded = await exchange({ url, code, fetch: page.fetch.bind(page) })
      if (traded.ok) page.sessionStorage.setItem(TOKEN_KEY, traded.value)
      else if (traded.refusal.kind === 'unreachable') return refuse({ kind: 'not-running' })
    }
    const token = page.sessionStorage.getItem(TOKEN_KEY)
    if (token === null) return refuse({ kind: 'not-let-in' })
    const connection = connect({ url, token })
    if (await opened(connection)) return accept(doorOf(connection))
    return refuse({ kind: (await answers(page)) ? 'not-let-in' : 'not-running' })
  }
}

const TOKEN_KEY = 'kith token'

/** The one-time code, taken out of the address at once so that it is in no history and no bookmark. */
const takeCode = (page: Window): string | undefined => {
  const code = codeIn(page.location.hash)
  if (code !== undefined) page.history.replaceState(null, '', page.location.pathname)
  return code
}

const opened = (connection: Connection): Promise<boolean> =>
  new Promise((resolve) => {
    if (connection.state.at !== 'connecting') return resolve(connection.state.at === 'open')
    const stop = connection.onState((state) => {
      if (state.at === 'connecting') return
      stop()
      resolve(state.at === 'open')
    })
  })

const doorOf = (connection: Connection): Door => ({
  calls: connection.calls,
  close: () => connection.close(),
  closed: new Promise((resolve) => {
    if (connection.state.at === 'closed') return resolve()
    connection.onState((state) => {
      if (state.at === 'closed') resolve()
    })
  }),
})

/** A browser does not say why a WebSocket failed; whether anybody is there at all, a plain request does say. */
const answers = async (page: Window): Promise<boolean> => {
  try {
    return (await page.fetch('/', { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}

import { decode, encode } from '../core/bytes/cbor.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import type { Change, Store } from '../store/port.ts'
import type { SettingsView } from '../view/view.ts'
import type { ServerAddress } from './network/port.ts'

export const SERVER_PORT = 12345
/** Tried when nobody said otherwise: a server on this machine. */
export const SERVER_HOST = '127.0.0.1'

export type Settings = SettingsView & { readonly server: ServerAddress | undefined }

export const loadSettings = async (store: Store): Promise<Settings> => {
  const flag = async (key: keyof SettingsView): Promise<boolean> => (await setting(store, key)) !== false
  const server = await setting(store, 'server')
  const parsed = typeof server === 'string' ? parseServer(server) : DEFAULT_SERVER
  return {
    readMarkers: await flag('readMarkers'),
    seenNearby: await flag('seenNearby'),
    seenOnServer: await flag('seenOnServer'),
    server: parsed.ok ? parsed.value : undefined,
  }
}

export const settingChange = (key: keyof Settings, value: boolean | string): Change => ({
  put: 'record',
  space: 'setting',
  key,
  value: encode(value),
})

/** `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT`; the empty text means no server. */
export const parseServer = (
  typed: string,
): Result<ServerAddress | undefined, { readonly kind: 'server-address'; readonly text: string }> => {
  const text = typed.trim()
  if (text === '') return accept(undefined)
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]{1,253}))(?::([0-9]{1,5}))?$/.exec(text)
  const host =
    parts?.[1] ??
    parts?.[2] ??
    (/^[0-9a-fA-F:]*:[0-9a-fA-F:.]+$/.test(text) && text.split(':').length > 2 ? text : undefined)
  const port = parts?.[3] === undefined ? SERVER_PORT : Number(parts[3])
  if (host === undefined || port < 1 || port > 65_535) return refuse({ kind: 'server-address', text })
  return accept({ host, port })
}

export const serverText = (server: ServerAddress | undefined): string =>
  server === undefined
    ? ''
    : server.host.includes(':')
      ? `[${server.host}]:${server.port}`
      : `${server.host}:${server.port}`

const DEFAULT_SERVER = accept({ host: SERVER_HOST, port: SERVER_PORT })

const setting = async (store: Store, key: string): Promise<unknown> => {
  const record = await store.record('setting', key)
  const decoded = record && decode(record)
  return decoded?.ok ? decoded.value : undefined
}

import { decode, encode, type Plain } from '../core/bytes/cbor.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { list, tuple, uint } from '../core/bytes/shape.ts'
import { formatServer, readServer, SERVERS_MAX, serverShape, type ServerAddress } from '../core/reach/server-address.ts'
import type { Change, Store } from '../store/port.ts'
import type { Millis, SettingsView } from '../view/view.ts'

export const SERVER_PORT = 12345
/** Tried when nobody said otherwise: a server on this machine. */
export const SERVER_HOST = '127.0.0.1'

export type Settings = SettingsView & { readonly servers: ChosenServers }

/** The servers to use, the preferred one first. `chosen`: when that was said last; absent when it never was. */
export type ChosenServers = { readonly addresses: readonly ServerAddress[]; readonly chosen?: Millis }

export const loadSettings = async (store: Store): Promise<Settings> => {
  const flag = async (key: keyof SettingsView): Promise<boolean> => (await setting(store, key)) !== false
  return {
    readMarkers: await flag('readMarkers'),
    seenNearby: await flag('seenNearby'),
    seenOnServer: await flag('seenOnServer'),
    directly: await flag('directly'),
    mapPorts: await flag('mapPorts'),
    servers: await loadServers(store),
  }
}

const loadServers = async (store: Store): Promise<ChosenServers> => {
  const several = serversShape(await setting(store, 'servers'))
  if (several) return { chosen: several[0], addresses: several[1] }
  // Before there could be several, the one was kept as it was typed.
  const one = await setting(store, 'server')
  if (typeof one !== 'string') return { addresses: [{ host: SERVER_HOST, port: SERVER_PORT }] }
  const parsed = parseServer(one)
  return { chosen: 0, addresses: parsed.ok && parsed.value ? [parsed.value] : [] }
}

const serversShape = tuple(uint(), list(serverShape, SERVERS_MAX))

export const settingChange = (key: keyof SettingsView, value: boolean): Change => ({
  put: 'record',
  space: 'setting',
  key,
  value: encode(value),
})

export const serversChange = ({ addresses, chosen = 0 }: ChosenServers): Change => ({
  put: 'record',
  space: 'setting',
  key: 'servers',
  value: encode([chosen, addresses.map(formatServer)]),
})

/** The choice of these servers now. Others take the choice with the greatest time, so that has to grow. */
export const chooseServers = (
  before: ChosenServers,
  addresses: readonly ServerAddress[],
  now: Millis,
): ChosenServers => {
  const isSame = addresses.map(formatServer).join() === before.addresses.map(formatServer).join()
  if (isSame && before.chosen !== undefined) return before
  return { addresses, chosen: Math.max(now, (before.chosen ?? 0) + 1) }
}

export type ServersRefusal =
  | { readonly kind: 'server-address'; readonly text: string }
  | { readonly kind: 'servers-full'; readonly limit: number }

/** Several, as they were typed; empty texts mean none, and one that is named twice counts once. */
export const parseServers = (typed: readonly string[]): Result<readonly ServerAddress[], ServersRefusal> => {
  const all = new Map<string, ServerAddress>()
  for (const text of typed) {
    const parsed = parseServer(text)
    if (!parsed.ok) return parsed
    if (parsed.value) all.set(formatServer(parsed.value), parsed.value)
  }
  return all.size > SERVERS_MAX ? refuse({ kind: 'servers-full', limit: SERVERS_MAX }) : accept([...all.values()])
}

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
  const server = host === undefined ? undefined : readServer(formatServer({ host, port }))
  return server ? accept(server) : refuse({ kind: 'server-address', text })
}

const setting = async (store: Store, key: string): Promise<Plain | undefined> => {
  const record = await store.record('setting', key)
  const decoded = record && decode(record)
  return decoded?.ok ? decoded.value : undefined
}

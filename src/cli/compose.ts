import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'

import { removeDoorFile, writeDoorFile } from '../api/door-file.ts'
import { openDoor, probeDoor, type Door, type DoorRefusal } from '../api/door.ts'
import { decode, encode } from '../core/bytes/cbor.ts'
import { accept, refuse, type Result } from '../core/bytes/result.ts'
import { parseName } from '../core/identity/name.ts'
import { createNodeCrypto } from '../crypto/node.ts'
import { parseAddress } from '../link/address.ts'
import { createPortMapper } from '../link/gateway/mapper.ts'
import { findRouter } from '../link/gateway/route.ts'
import { createEndpoint } from '../link/libp2p/endpoint.ts'
import { observe } from '../link/observe.ts'
import { openPeer as runPeer } from '../peer/peer.ts'
import { openSelf } from '../peer/self.ts'
import {
  chooseServers,
  loadSettings,
  parseServers,
  serversChange,
  settingChange,
  type ServersRefusal,
} from '../peer/settings.ts'
import { isDamage } from '../store/damage.ts'
import type { Change, Store, StoreRefusal } from '../store/port.ts'
import type { OpenDoor, OwnPeer, PeerOptions, PeerRefusal, PortMemory } from './command.ts'
import { openProfileStore, openProfileVault } from './compose-profile.ts'
import type { Profile } from './profile.ts'
import { systemTime } from './time.ts'
import { version, WINDOW_FOLDER } from './version.ts'

/** Where a peer's pieces meet: the only file that knows which network and ciphers it runs on. */

/** Something that was opened while composing and is closed, last first, when the rest is. */
type Closing = () => Promise<void>

/** Opens a profile for this process alone, and runs its peer on a real network. */
export const openPeer = async (
  profile: Profile,
  options: PeerOptions,
  tell: (error: unknown) => void,
): Promise<Result<OwnPeer, PeerRefusal>> => {
  const vault = openProfileVault(profile)
  if (!vault.ok) return vault
  const closing: Closing[] = [async () => vault.value.release()]
  const close = async (): Promise<void> => {
    for (const each of closing.splice(0).toReversed()) await each().catch(tell)
  }
  try {
    const store = await openProfileStore(vault.value, profile, options.ask)
    if (store.ok) closing.push(() => store.value.close())
    const opened = store.ok ? await openOn(store.value, { profile, options, closing }) : store
    if (!opened.ok) {
      await close()
      return opened
    }
    return accept({ ...opened.value, close })
  } catch (error) {
    await close()
    if (isDamage(error)) return refuse({ kind: 'database-damaged', file: vault.value.file(), detail: error.message })
    throw error
  }
}

const openOn = async (
  store: Store,
  beside: { readonly profile: Profile; readonly options: PeerOptions; readonly closing: Closing[] },
): Promise<Result<Omit<OwnPeer, 'close'>, PeerRefusal>> => {
  const { profile, options, closing } = beside
  const crypto = createNodeCrypto()
  const self = await openSelf(store, { crypto, now: Date.now(), random: randomBytes })
  if (!self.ok) return refuse(storeRefusal(self.refusal, profile))
  const changes = await chosenChanges(store, options)
  if (!changes.ok) return changes
  const endpoint = await listen(store, self.value.deviceSeed, options)
  if (!endpoint.ok) return endpoint
  closing.push(() => endpoint.value.close())
  const free = await probeDoor(options.windowPort ?? 0)
  if (!free.ok) return free
  // After everything that is refused, and before the peer runs: it would otherwise appear for a moment where it is not
  // wanted.
  const kept = changes.value.length === 0 ? accept(null) : await store.commit(changes.value)
  if (!kept.ok) return refuse(storeRefusal(kept.refusal, profile))
  const mapper = options.stays ? createPortMapper({ findRouter, random: randomBytes }) : undefined
  if (mapper) closing.push(() => mapper.close())
  const peer = await runPeer({
    store,
    endpoint: endpoint.value,
    outside: { observe, ...(mapper && { mapper }) },
    crypto,
    scheduler: systemTime,
    random: randomBytes,
    self: self.value,
    about: { version: version(), profile: profile.name, folder: profile.folder, suggestedName: suggestedName() },
  })
  closing.push(() => peer.close())
  return accept({ calls: peer.calls, windowPort: await rememberPort(store, 'window port') })
}

/** Listens where it was told to; otherwise where it did last, if it can, so that those who remember the place find it. */
const listen = async (
  store: Store,
  privateKey: Uint8Array,
  { listen: told }: PeerOptions,
): ReturnType<typeof createEndpoint> => {
  if (told) {
    const hosts = told.host === undefined ? {} : { hosts: [told.host] }
    return createEndpoint({ privateKey, listen: { port: told.port, ...hosts } })
  }
  const { last, keep } = await rememberPort(store, 'port')
  const again = await createEndpoint({ privateKey, listen: { port: last } })
  const endpoint = again.ok || last === 0 ? again : await createEndpoint({ privateKey, listen: { port: 0 } })
  const port = endpoint.ok ? parseAddress(endpoint.value.addresses()[0] ?? '')?.port : undefined
  if (port !== undefined && port !== last) await keep(port)
  return endpoint
}

const rememberPort = async (store: Store, key: string): Promise<PortMemory> => {
  const record = await store.record('setting', key)
  const decoded = record && decode(record)
  return {
    last: decoded?.ok && typeof decoded.value === 'number' ? decoded.value : 0,
    // A disk that refuses this costs a place that others remember, and says so itself when it matters.
    keep: async (port) => void (await store.commit([{ put: 'record', space: 'setting', key, value: encode(port) }])),
  }
}

/** What keeps what was chosen on the command line, for this start and those after it. */
const chosenChanges = async (
  store: Store,
  { servers, nearby, direct, mapPorts }: PeerOptions,
): Promise<Result<readonly Change[], ServersRefusal>> => {
  const changes: Change[] = []
  if (nearby !== undefined) changes.push(settingChange('seenNearby', nearby === 'on'))
  if (direct !== undefined) changes.push(settingChange('directly', direct === 'on'))
  if (mapPorts !== undefined) changes.push(settingChange('mapPorts', mapPorts === 'on'))
  if (servers !== undefined) {
    const parsed = parseServers(servers)
    if (!parsed.ok) return parsed
    const { servers: before } = await loadSettings(store)
    changes.push(serversChange(chooseServers(before, parsed.value, Date.now())))
  }
  return accept(changes)
}

const storeRefusal = (refusal: StoreRefusal, profile: Profile): PeerRefusal =>
  refusal.kind === 'full'
    ? { kind: 'disk-full' }
    : { kind: 'folder-failed', folder: profile.folder, detail: refusal.detail }

/** The system's name for whoever is logged in, when it would do as a name. */
const suggestedName = (): string => {
  try {
    const name = parseName(userInfo().username)
    return name.ok ? name.value : ''
  } catch {
    // A user without an entry in the system's list, as in some containers.
    return ''
  }
}

/** Opens the door to a peer, and writes down for other programs of the same person where it is. */
export const openDoorOf = async (
  profile: Profile,
  { calls, windowPort }: Pick<OwnPeer, 'calls' | 'windowPort'>,
  { port, tell }: { readonly port: number | undefined; readonly tell: (error: unknown) => void },
): Promise<Result<OpenDoor, PeerRefusal>> => {
  const openAt = (at: number): Promise<Result<Door, DoorRefusal>> =>
    openDoor({
      calls,
      window: WINDOW_FOLDER,
      port: at,
      log: (event) => {
        if (event.kind === 'bug') tell(event.error)
      },
    })
  const { last, keep } = windowPort
  const first = await openAt(port ?? last)
  const opened = first.ok || port !== undefined || last === 0 ? first : await openAt(0)
  if (!opened.ok) return opened
  const door = opened.value
  // To the browser the port is part of who asks: what somebody chose or allowed there holds for this port alone.
  if (port === undefined && Number(new URL(door.url).port) !== last) await keep(Number(new URL(door.url).port))
  try {
    await writeDoorFile(profile.folder, { url: door.url, token: door.token, pid: process.pid })
  } catch (error) {
    await door.close()
    return refuse(doorFileRefusal(error, profile))
  }
  return accept({
    url: door.url,
    windowUrl: () => door.windowUrl(),
    close: async () => {
      await removeDoorFile(profile.folder, process.pid)
      await door.close()
    },
  })
}

const doorFileRefusal = (error: unknown, { folder }: Profile): PeerRefusal => {
  const { code, message } = error as NodeJS.ErrnoException
  // Whatever is not the file system's doing is our own mistake.
  if (!(error instanceof Error && 'syscall' in error)) throw error
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? { kind: 'disk-full' }
    : { kind: 'folder-failed', folder, detail: message }
}

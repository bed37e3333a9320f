import { WebSocket } from 'ws'

import { connect, type ConnectionState } from '../api/client.ts'
import { readDoorFile, type DoorFile } from '../api/door-file.ts'
import { TICKET_PATH } from '../api/wire.ts'
import type { RunningPeer } from './command.ts'
import type { Profile } from './profile.ts'

/** A door on this machine answers within milliseconds; one that does not by then is none. */
const ANSWER_MILLIS_MAX = 2_000

/**
 * The peer that runs for a profile, through its door. Nothing when there is no door file, when it was left behind by a
 * process that is gone, or when somebody else listens there now.
 */
export const findRunning = async (profile: Profile): Promise<RunningPeer | undefined> => {
  const door = await readDoorFile(profile.folder)
  if (door === undefined) return undefined
  const connection = connect({
    url: door.url,
    token: door.token,
    openSocket: (url, protocols) =>
      new WebSocket(url, [...protocols], {
        origin: door.url,
        handshakeTimeout: ANSWER_MILLIS_MAX,
      }) as unknown as globalThis.WebSocket,
  })
  const state = await new Promise<ConnectionState>((resolve) => {
    connection.onState(resolve)
  })
  if (state.at !== 'open') return undefined
  return {
    calls: connection.calls,
    pid: door.pid,
    windowUrl: () => askForWindow(door),
    disconnect: () => connection.close(),
  }
}

const askForWindow = async (door: DoorFile): Promise<string | undefined> => {
  try {
    const response = await fetch(door.url + TICKET_PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${door.token}`, origin: door.url },
      signal: AbortSignal.timeout(ANSWER_MILLIS_MAX),
    })
    const answer: unknown = await response.json()
    const url = (answer as { readonly url?: unknown } | null)?.url
    return typeof url === 'string' && url.startsWith(`${door.url}/`) ? url : undefined
  } catch {
    return undefined
  }
}

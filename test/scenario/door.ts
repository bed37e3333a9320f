import assert from 'node:assert/strict'
import { WebSocket } from 'ws'
import { connect, type Connection, type ConnectionState } from '../../src/api/client.ts'
import { readDoorFile } from '../../src/api/door-file.ts'

/** The door of the program that runs in a folder; unlike a command, a test waits for its answer however busy it is. */
export const enter = async (folder: string): Promise<Connection> => {
  const door = await readDoorFile(folder)
  assert(door !== undefined, `there is a door file in ${folder}`)
  const connection = connect({
    url: door.url,
    token: door.token,
    openSocket: (url, protocols) =>
      new WebSocket(url, [...protocols], { origin: door.url }) as unknown as globalThis.WebSocket,
  })
  const state = await new Promise<ConnectionState>((resolve) => {
    connection.onState(resolve)
  })
  assert.equal(state.at, 'open', 'its door answers')
  return connection
}

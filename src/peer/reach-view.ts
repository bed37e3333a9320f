import type { Hex } from '../core/bytes/hex.ts'
import { readLine } from '../core/timeline/line.ts'
import { parseAddress } from '../core/reach/address.ts'
import { ATTEMPTS_SHOWN_MAX, type ReachView } from '../view/reach-view.ts'
import type { Reach } from './network/port.ts'
import { reachedOf } from './delivery.ts'
import { isFamiliar } from './familiar.ts'
import type { RunningPeer } from './running.ts'

/** How many of the newest lines are looked through for messages that wait. */
const WAITING_COUNTED_MAX = 500

/** "Why can't I reach them?": what the network tried for all devices of a person. */
export const reachView = async (peer: RunningPeer, person: Hex): Promise<ReachView> => {
  const devices = peer.people.devicesOf(person)
  for (const { id } of devices) peer.network.measure(id)
  const reaches = devices.map(({ id }) => withoutStrange(peer.network.reach(id), isFamiliar(peer, id)))
  const linked = reaches.find((reach) => reach.link)
  const { link } = linked ?? {}
  const nexts = reaches.flatMap((reach) => reach.next ?? [])
  const seen = Math.max(0, ...devices.map((device) => device.lastSeen ?? 0))
  const attempts = reaches.flatMap((reach) => reach.attempts).sort((a, b) => b.started - a.started)
  return {
    person,
    presence: peer.screens.presence(person),
    ...(link && { link }),
    shown: (linked ?? reaches[0])?.shown ?? 'this-machine',
    candidates: reaches.flatMap(({ candidates }) => candidates),
    attempts: attempts.slice(0, ATTEMPTS_SHOWN_MAX),
    ...(link ? { lastSeen: peer.scheduler.now() } : seen > 0 && { lastSeen: seen }),
    ...(nexts.length > 0 && { next: Math.min(...nexts) }),
    waiting: await waiting(peer, person),
  }
}

/** The addresses of somebody who is neither a contact nor spoken to are nobody's business, also here. */
const withoutStrange = (reach: Reach, familiar: boolean): Reach => {
  if (familiar) return reach
  const hide = <Value extends { readonly address: string }>(value: Value): Value =>
    parseAddress(value.address)?.loopback === false ? { ...value, address: '' } : value
  return {
    ...reach,
    ...(reach.link && { link: hide(reach.link) }),
    candidates: [],
    attempts: reach.attempts.map(hide),
  }
}

const waiting = async (peer: RunningPeer, person: Hex): Promise<number> => {
  const room = peer.rooms.of(person)
  if (!room) return 0
  const device = room.conversation.replica.me.device
  const delivered = reachedOf(room.conversation).get(person)?.delivered ?? 0
  const lines = await peer.store.lines({ conversation: room.conversation.id, limit: WAITING_COUNTED_MAX })
  return lines.filter((line) => line.author === device && line.seq > delivered && readLine(line.bytes)?.kind === 'text')
    .length
}

import type { Hex } from '../core/bytes/hex.ts'
import { readLine } from '../core/timeline/line.ts'
import { ATTEMPTS_SHOWN_MAX, type ReachView } from '../view/view.ts'
import { reachedOf } from './delivery.ts'
import type { RunningPeer } from './running.ts'

/** How many of the newest lines are looked through for messages that wait. */
const WAITING_COUNTED_MAX = 500

/** "Why can't I reach them?": what the network tried for all devices of a person. */
export const reachView = async (peer: RunningPeer, person: Hex): Promise<ReachView> => {
  const devices = peer.people.devicesOf(person)
  const reaches = devices.map((device) => peer.network.reach(device.id))
  const link = reaches.find((reach) => reach.link)?.link
  const nexts = reaches.flatMap((reach) => reach.next ?? [])
  const seen = Math.max(0, ...devices.map((device) => device.lastSeen ?? 0))
  const attempts = reaches.flatMap((reach) => reach.attempts).sort((a, b) => b.started - a.started)
  return {
    person,
    presence: peer.screens.presence(person),
    ...(link && { link }),
    attempts: attempts.slice(0, ATTEMPTS_SHOWN_MAX),
    ...(link ? { lastSeen: peer.scheduler.now() } : seen > 0 && { lastSeen: seen }),
    ...(!link && nexts.length > 0 && { next: Math.min(...nexts) }),
    waiting: await waiting(peer, person),
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

import type { Hex } from '../core/bytes/hex.ts'
import { encodeLine } from '../core/timeline/line.ts'
import type { Scheduler } from './network/port.ts'
import type { Rooms } from './rooms.ts'
import type { Screens } from './screens.ts'

/** Shows where they talk that somebody whom I verified speaks from a device that I never saw. */
export const noteDevice = async (
  peer: { readonly rooms: Rooms; readonly scheduler: Scheduler; readonly screens: Screens },
  person: Hex,
  device: Hex,
): Promise<void> => {
  const { conversation } = await peer.rooms.with(person)
  const line = {
    id: `device/${device}`,
    conversation: conversation.id,
    time: peer.scheduler.now(),
    author: device,
    seq: 0,
  }
  await conversation.note({ ...line, counts: false, bytes: encodeLine({ kind: 'device', person }) })
  peer.screens.tellPerson(person)
}

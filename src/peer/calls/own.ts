import { accept, refuse } from '../../core/bytes/result.ts'
import { parseName } from '../../core/identity/name.ts'
import type { Calls } from '../../view/calls.ts'
import { refusalOf } from '../refusal.ts'
import type { RunningPeer } from '../running.ts'
import { selfChanges } from '../self.ts'
import { parseServers, settingChange } from '../settings.ts'

/** Calls about this peer itself. */
export const ownCalls = (
  peer: RunningPeer,
): Pick<Calls, 'updates' | 'status' | 'rename' | 'configure' | 'lookAgain' | 'useServers'> => ({
  updates: (signal) => peer.screens.watch(signal),
  status: () => Promise.resolve(peer.screens.status()),

  rename: async ({ name }) => {
    const parsed = parseName(name)
    if (!parsed.ok) return parsed
    const was = peer.self.name
    if (parsed.value === was) return accept({ name: was })
    // Others take the name with the greatest time, so it has to grow although the clock may be set back.
    const self = {
      ...peer.self,
      name: parsed.value,
      nameTime: Math.max(peer.scheduler.now(), peer.self.nameTime + 1),
    }
    const kept = await peer.keep(selfChanges(self))
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    peer.appearance.self = self
    await peer.appear()
    if (was !== undefined)
      for (const room of peer.rooms.shown())
        if (room.takesPart) await room.conversation.say({ kind: 'profile', name: parsed.value, was }, { speech: false })
    return accept({ name: parsed.value })
  },

  lookAgain: () => {
    peer.network.lookAgain()
    return Promise.resolve(accept(null))
  },

  configure: async (input) => {
    const flags = Object.entries(input).filter(
      (entry): entry is [keyof typeof input, boolean] => entry[1] !== undefined,
    )
    const kept = await peer.keep(flags.map(([key, value]) => settingChange(key, value)))
    if (!kept.ok) return refuse(refusalOf(kept.refusal))
    peer.settings = { ...peer.settings, ...Object.fromEntries(flags) }
    await peer.appear()
    return accept(null)
  },

  useServers: async ({ addresses }) => {
    const parsed = parseServers(addresses)
    if (!parsed.ok) return parsed
    const kept = await peer.useServers(parsed.value)
    return kept.ok ? accept(null) : refuse(refusalOf(kept.refusal))
  },
})

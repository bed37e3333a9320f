import { refuse, type Result } from '../core/bytes/result.ts'
import type { Ask, Given, OpenProfile, PeerRefusal, UnlockedProfile, World } from './command.ts'
import type { Exit } from './exit.ts'
import { askGiven } from './passphrase.ts'
import type { Profile } from './profile.ts'
import { fail, knownProfile, profileGiven } from './with-peer.ts'

export type TakenProfile = { readonly profile: Profile; readonly open: OpenProfile; readonly ask: Ask }

type UseProfile = (taken: TakenProfile) => Promise<Exit>

/** Runs `use` with a profile whose peer does not run and cannot be started meanwhile. */
export const withProfile = async (given: Given, world: World, use: UseProfile): Promise<Exit> => {
  const profile = await knownProfile(given, world)
  return profile.ok ? withProfileOf(profile.value, { given, world, use }) : fail(profile.refusal, world)
}

/** The same, and makes the profile when there is none. */
export const withNewProfile = async (given: Given, world: World, use: UseProfile): Promise<Exit> => {
  const profile = profileGiven(given)
  return profile.ok ? withProfileOf(profile.value, { given, world, use }) : fail(profile.refusal, world)
}

const withProfileOf = async (
  profile: Profile,
  { given, world, use }: { readonly given: Given; readonly world: World; readonly use: UseProfile },
): Promise<Exit> => {
  const ask = askGiven(given, world)
  if (!ask.ok) return fail(ask.refusal, world)
  const running = await world.findRunning(profile)
  running?.disconnect()
  if (running) return fail({ kind: 'profile-running', profile: profile.name, pid: running.pid }, world)
  const open = await world.openProfile(profile)
  if (!open.ok) return fail(open.refusal, world)
  try {
    return await use({ profile, open: open.value, ask: ask.value })
  } finally {
    open.value.close()
  }
}

/** What the profile keeps, after asking for its passphrase if it has one. */
export const unlock = async ({ profile, open, ask }: TakenProfile): Promise<Result<UnlockedProfile, PeerRefusal>> => {
  if (!open.sealed) return open.unlock(undefined)
  const passphrase = await ask(`Passphrase of the profile ${profile.name}: `)
  if (passphrase === undefined) return refuse({ kind: 'passphrase-needed' })
  return open.unlock(passphrase)
}
